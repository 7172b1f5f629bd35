"""Secrets of known forms are found where they stand, named by kind and place; what only looks like one is not."""

from __future__ import annotations

import json

import pytest

from portal.runs.leaks import MOST_FOUND, OUR_OWN, Leak, find_leaks, parts_of_body

MIXED = "a1B2c3D4e5F6g7H8i9J0"
# Put together here, so that nobody who searches this file for keys finds one.
SECRETS = {
    "an API key (sk-…)": "sk-" + MIXED, "a GitHub token": "ghp_" + MIXED * 2, "an AWS access key": "AKIA" + "Q1W2E3R4T5Y6U7I8",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----", "a Hugging Face token": "hf_" + MIXED * 2,
    "a signed token (JWT)": f"eyJ{MIXED}.eyJ{MIXED}.{MIXED}", "a bearer token": f"Authorization: Bearer {MIXED}{MIXED}",
    "a password in an address": "postgres://someone:" + "hunter2x" + "@db.example/x", "a Slack token": "xoxb-" + "1234567890-" + MIXED,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
@pytest.mark.parametrize("around", ["{}", "my key is {}, keep it", '"{}"', "Größe={}\n" * 3])
def test_a_secret_of_a_known_form_is_found_in_what_is_around_it(kind: str, secret: str, around: str) -> None:
    assert find_leaks([("the note", around.format(*[secret] * 3))]) == [Leak(kind, "the note")]


@pytest.mark.parametrize("text", [
    "sk-your-key-here-and-nothing-else", "Bearer $OLLAMA_API_KEY_OF_THE_CLOUD", "ghp_" + "x" * 36, "task-" + MIXED, "https://example.com/a:b@c",
    "Bearer tokens are explained", "a sk- b", "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUg" * 40, "", "://" * 5000, "sk-" * 5000,
])  # fmt: skip
def test_what_stands_where_a_key_was_left_out_is_none(text: str) -> None:
    assert find_leaks([("the answer", text)]) == []


def test_each_text_of_a_request_is_looked_through_and_named_by_its_path() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": SECRETS["a GitHub token"]}], SECRETS["an API key (sk-…)"]: "1"}
    found = find_leaks(parts_of_body(json.dumps(body)))
    assert {str(leak) for leak in found} == {"a GitHub token in the request (messages.0.content)", "an API key (sk-…) in the request"}
    assert [leak.place for leak in find_leaks(parts_of_body("no JSON " + SECRETS["a GitHub token"]))] == ["the request"]


def test_the_portals_own_keys_are_found_whatever_their_form_and_few_are_named() -> None:
    assert find_leaks([("the answer", "it is plain words here")], ["plain words", "it"]) == [Leak(OUR_OWN, "the answer")]
    many = [(f"place {number}", SECRETS["a GitHub token"]) for number in range(50)]
    assert len(find_leaks(many)) == MOST_FOUND
