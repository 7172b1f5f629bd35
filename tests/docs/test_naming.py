"""Names for addresses are made of the words of a title."""

from __future__ import annotations

import pytest

from portal.docs.naming import claim, name_for


@pytest.mark.parametrize(("text", "name"), [
    ("A model fails", "a-model-fails"),
    ("It's the server’s turn", "its-the-servers-turn"),
    ("'Quoted', and “so”", "quoted-and-so"),
    ("Größe: 3_000 (rund)", "grösse-3-000-rund"),
    ("…", ""),
])  # fmt: skip
def test_a_name_is_the_words_in_lower_case(text: str, name: str) -> None:
    assert name_for(text, longest=60) == name


def test_a_long_name_ends_with_a_whole_word() -> None:
    assert name_for("one two three", longest=9) == "one-two"
    assert name_for("a" * 12, longest=9) == "a" * 9


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert [claim("a", taken) for taken in ((), ("a",), ("a", "a-2"))] == ["a", "a-2", "a-3"]
