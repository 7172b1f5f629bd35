"""Model names are read by Ollama's rules."""

import pytest

from portal.embedded.models.names import (
    BadNameError,
    NameRequiredError,
    TwoSourcesError,
    match_case,
    parse_name,
    parse_reference,
)


@pytest.mark.parametrize(("text", "whole", "short"), [
    ("smollm2", "registry.ollama.ai/library/smollm2:latest", "smollm2:latest"),
    ("smollm2:135m", "registry.ollama.ai/library/smollm2:135m", "smollm2:135m"),
    ("me/mine", "registry.ollama.ai/me/mine:latest", "me/mine:latest"),
    ("host:5000/me/mine:a", "host:5000/me/mine:a", "host:5000/me/mine:a"),
    ("https://host/me/mine", "host/me/mine:latest", "host/me/mine:latest"),
    ("library/smollm2:135m", "registry.ollama.ai/library/smollm2:135m", "smollm2:135m"),
])
def test_what_a_name_leaves_out_has_a_default(text: str, whole: str, short: str) -> None:
    assert (str(parse_name(text)), parse_name(text).short) == (whole, short)


@pytest.mark.parametrize("text", ["bad name!", "", ":", "a:", ":b", "/a", "a/", "-a", "a" * 81, "../../etc/passwd",
                                  "a/b/c/d", "me.x/mine", "a:b/c:d:e f"])
def test_what_cannot_be_a_name_is_refused(text: str) -> None:
    with pytest.raises(BadNameError):
        parse_name(text)


@pytest.mark.parametrize(("text", "base", "cloud"), [
    ("a:cloud", "a", True), ("a:b:cloud", "a:b", True), ("a:20b-cloud", "a:20b", True), ("a:local", "a", False),
    ("a:b", "a:b", False), ("a-cloud", "a-cloud", False),
])
def test_endings_say_where_a_model_is(text: str, base: str, cloud: bool) -> None:
    reference = parse_reference(text)
    assert (reference.base, reference.cloud) == (base, cloud)


def test_a_name_cannot_ask_for_both_places() -> None:
    with pytest.raises(TwoSourcesError, match='use either :local or :cloud, not both: "a:local:cloud"'):
        parse_reference("a:local:cloud")


def test_no_name_is_not_a_bad_name() -> None:
    with pytest.raises(NameRequiredError):
        parse_reference("  ")


def test_a_name_takes_the_spelling_of_the_one_that_is_there() -> None:
    assert match_case(parse_name("SMOLLM2:135M"), [parse_name("smollm2:135m")]) == parse_name("smollm2:135m")
    assert match_case(parse_name("Other:X"), [parse_name("smollm2:135m")]) == parse_name("Other:X")
