"""Server-sent events are framed byte for byte as Ollama frames them."""

import json
from typing import Any

import httpx
import pytest

from tests.engine import MODEL

pytestmark = pytest.mark.embedded

HELLO = [{"role": "user", "content": "Say hello."}]


def events(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text.endswith("\n\n")
    return answer.text.removesuffix("\n\n").split("\n\n")


def payload(event: str) -> Any:
    return json.loads(event.removeprefix("data: "))


def test_a_chat_s_chunks_have_the_keys_of_ollama_s_in_their_order(http: httpx.Client) -> None:
    body = {"model": MODEL, "messages": HELLO, "max_tokens": 2, "stream": True}
    *chunks, done = events(http.post("/v1/chat/completions", json=body))
    assert done == "data: [DONE]"
    assert all(event.startswith("data: {") and "\n" not in event for event in chunks)
    first, last = payload(chunks[0]), payload(chunks[-1])
    assert list(first) == ["id", "object", "created", "model", "system_fingerprint", "choices"]
    assert list(first["choices"][0]) == ["index", "delta", "finish_reason"]
    assert first["choices"][0]["delta"].keys() == {"role", "content"}
    assert last["choices"] == [{"index": 0, "delta": {}, "finish_reason": "length"}]


def test_a_completion_s_usage_is_blank_until_the_last_chunk(http: httpx.Client) -> None:
    body = {"model": MODEL, "prompt": "Hi", "max_tokens": 2, "stream": True, "stream_options": {"include_usage": True}}
    *chunks, done = events(http.post("/v1/completions", json=body))
    assert done == "data: [DONE]"
    usages = [payload(chunk)["usage"]["completion_tokens"] for chunk in chunks]
    assert usages == [0] * (len(chunks) - 1) + [2]
    assert payload(chunks[-1])["choices"] == []


def test_loading_through_the_openai_face_is_an_answer_too(http: httpx.Client) -> None:
    chunk, done = events(http.post("/v1/completions", json={"model": MODEL, "prompt": "", "stream": True}))
    assert payload(chunk)["choices"][0]["finish_reason"] == "load"
    assert done == "data: [DONE]"


def test_messages_come_as_anthropic_s_events(http: httpx.Client) -> None:
    body = {"model": MODEL, "messages": HELLO, "max_tokens": 3, "temperature": 0}
    whole = http.post("/v1/messages", json=body).json()
    found = []
    for event in events(http.post("/v1/messages", json={**body, "stream": True})):
        name, data = event.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    assert [event["type"] for event in found] == [
        "message_start", "content_block_start", *["content_block_delta"] * 3, "content_block_stop", "message_delta",
        "message_stop",
    ]
    assert "".join(event["delta"]["text"] for event in found[2:5]) == whole["content"][0]["text"]
    assert found[-2]["delta"] == {"stop_reason": "max_tokens"}
    assert found[-2]["usage"] == whole["usage"]
    assert whole["usage"]["output_tokens"] == 3


def test_a_message_s_blocks_become_one_prompt(http: httpx.Client) -> None:
    blocks = [{"type": "text", "text": "Say "}, {"type": "text", "text": "hello."}]
    body = {"model": MODEL, "max_tokens": 3, "temperature": 0, "system": [{"type": "text", "text": "Be brief."}]}
    joined = http.post("/v1/messages", json={**body, "messages": HELLO}).json()
    parted = http.post("/v1/messages", json={**body, "messages": [{"role": "user", "content": blocks}]}).json()
    assert parted["usage"] == joined["usage"]
    assert parted["content"] == joined["content"]
