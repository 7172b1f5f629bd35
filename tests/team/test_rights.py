"""One table says who may ask what; panels, doors and these tests read it."""

from __future__ import annotations

import pytest

from portal.ollama.endpoints import ENDPOINTS, Endpoint
from portal.team.readers import NOBODY, OWNER, Given, Reader
from portal.team.rights import LEAST, LOADING, Wish, clamp, may_ask, why_not
from portal.team.roles import ROLES, Role

EVERYTHING = (Given("*"),)


def reader(role: Role, *given: Given) -> Reader:
    return Reader("person:1", "p", "P", role, given or EVERYTHING)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_each_role_may_ask_what_is_its_own(role: Role, endpoint: Endpoint) -> None:
    changes = endpoint.changes_server
    wish = Wish("change" if changes else "ask", "local", "far:1b", infers=endpoint.needs is not None)
    allowed = {"guest": False, "member": not changes, "maintainer": True, "administrator": True}[role]
    said = why_not(reader(role), wish)
    assert (said == "") is allowed, said
    assert allowed or said.startswith(f"You are here as a {role}")


def test_alone_one_may_everything_and_a_stranger_nothing() -> None:
    for kind in LEAST:
        assert why_not(OWNER, Wish(kind, "local", "m", infers=True)) == ""
        assert "signed in" in why_not(NOBODY, Wish(kind, "local"))


@pytest.mark.parametrize(("given", "model", "upstream", "may"), [
    (Given("qwen3:8b"), "qwen3:8b", "local", True),
    (Given("qwen3:8b"), "QWEN3:8B", "local", True),
    (Given("qwen3:8b"), "qwen3:8bb", "local", False),
    (Given("qwen3:8b"), "xqwen3:8b", "local", False),
    (Given("qwen3"), "qwen3", "local", True),
    (Given("qwen3"), "qwen3:latest", "local", True),
    (Given("qwen3"), "qwen3:8b", "local", False),
    (Given("qwen3:*"), "qwen3", "local", True),
    (Given("qwen*"), "qwen3:8b", "local", True),
    (Given("me/*"), "me/own:1b", "local", True),
    (Given("me.own:1b"), "meXown:1b", "local", False),
    (Given("*"), "anything", "cloud", True),
    (Given("*", "gpu"), "anything", "local", False),
    (Given("*", "gpu"), "anything", "gpu", True),
    (Given("host:5000/m"), "host:5000/m:latest", "local", True),
])  # fmt: skip
def test_a_model_is_given_by_name_or_pattern_on_one_upstream_or_any(given: Given, model: str, upstream: str, may: bool) -> None:
    assert may_ask(reader("member", given), model, upstream) is may
    assert (why_not(reader("member", given), Wish("ask", upstream, model, infers=True)) == "") is may


def test_a_request_that_names_no_model_asks_for_every_one() -> None:
    some = reader("member", Given("qwen3:8b"))
    assert "a model that is not named" in why_not(some, Wish("ask", "local", None, infers=True))
    assert why_not(some, Wish("ask", "local", None)) == "", "a list asks none"


def test_a_member_says_nothing_of_how_a_model_is_held() -> None:
    body = {"model": "m", "keep_alive": 0, "options": {"num_ctx": 1_000_000, "NUM_GPU": 0, "temperature": 0.5}}
    kept, said = clamp(reader("member"), body)
    assert kept == {"model": "m", "options": {"temperature": 0.5}}
    assert said == "Sent without keep_alive, options.NUM_GPU and options.num_ctx: how a model is held in memory is for maintainers to say."
    assert clamp(reader("maintainer"), body) == (body, "")
    assert clamp(reader("member"), {"model": "m", "options": {"seed": 1}}) == ({"model": "m", "options": {"seed": 1}}, "")
    assert "num_predict" not in LOADING
