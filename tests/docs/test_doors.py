"""The doors to what is known about examples."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.portal_server import PortalServer

CHAT = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m", "messages": []}}


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    with PortalServer(
        PORTAL_EMBEDDED="never", PORTAL_UPSTREAMS="gpu=http://gpu.example:11434", PORTAL_EXAMPLE_HOSTS="ollama.example=gpu"
    ) as portal:
        yield portal


def snippets(portal: PortalServer, content: str | bytes) -> httpx.Response:
    return httpx.post(portal.url + "examples/snippets", content=content)


def test_a_request_is_answered_in_every_language_that_can_send_it(portal: PortalServer) -> None:
    big = '{"upstream":"gpu","method":"POST","path":"/api/generate","body":{"model":"m","options":{"seed":12345678901234567890}}}'
    chat, generate = snippets(portal, f'{{"requests":[{json.dumps(CHAT)},{big}]}}').json()["snippets"]
    assert [one["name"] for one in chat] == ["curl", "python-ollama", "python-httpx", "js-ollama", "js-fetch", "http"]
    assert chat[0]["text"].startswith("curl -N http://localhost:11434/api/chat")
    assert "".join(text for _, text in chat[0]["code"]) == chat[0]["text"]
    assert "http://gpu.example:11434/api/generate" in generate[0]["text"]
    assert "12345678901234567890" in generate[0]["text"]
    assert "js-fetch" not in [one["name"] for one in generate], "JavaScript would round the number"


@pytest.mark.parametrize(("content", "says"), [
    ("{", "The text is not JSON: line 1, column 2"),
    (b"\xff", "The text is not UTF-8."),
    ("[" * 100_000, "nested too deep"),
    ("[]", "Snippets are asked for as"),
    (json.dumps({"requests": [CHAT] * 201}), "at most 200"),
    (json.dumps({"requests": [1]}), "names an upstream of this portal"),
    (json.dumps({"requests": [CHAT | {"upstream": ["local"]}]}), "names an upstream of this portal"),
    (json.dumps({"requests": [CHAT | {"path": "/etc/passwd"}]}), "in the table of endpoints"),
    ('{"a": "' + "x" * 2_400_000 + '"}', "longer than the 2,400,000 bytes"),
])  # fmt: skip
def test_what_cannot_be_answered_is_a_sentence(portal: PortalServer, content: str | bytes, says: str) -> None:
    answer = snippets(portal, content)
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def test_a_pasted_text_is_read_as_the_requests_it_would_send(portal: PortalServer) -> None:
    answer = httpx.post(portal.url + "examples/read", content="curl http://ollama.example/api/chat -d '{\"model\": \"m\"}'").json()
    assert (answer["kind"], answer["runnable"], answer["reason"]) == ("curl", True, None)
    (request,) = answer["requests"]
    assert request.pop("text") == '{\n  "model": "m"\n}'
    assert request == CHAT | {
        "upstream": "gpu", "body": {"model": "m"}, "stream": True, "origin": "http://ollama.example", "streams": "yes"
    }  # fmt: skip
    nothing = httpx.post(portal.url + "examples/read", content="rm -rf /").json()
    assert (nothing["kind"], nothing["requests"]) == ("none", [])
    unknown = httpx.post(portal.url + "examples/read", content="HEAD http://localhost:11434/api/blobs/x").json()
    assert unknown["requests"][0]["streams"] is None
    assert httpx.get(portal.url + "examples/read").status_code == 405
