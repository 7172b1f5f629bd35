"""The engine starts, says what it is, and talks."""

import json

import httpx
import pytest

from tests.engine import MODEL

pytestmark = pytest.mark.embedded


def test_it_answers_where_ollama_says_that_it_is_running(http: httpx.Client) -> None:
    assert http.get("/").text == "Ollama is running"
    assert http.get("/api/version").json() == {"version": "0.33.0"}


def test_a_chat_streams_a_record_for_every_token_and_counts_them(http: httpx.Client) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Count: one, two,"}],
            "options": {"num_predict": 8, "seed": 1}}
    answer = http.post("/api/chat", json=body)
    records = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [record["done"] for record in records] == [False] * 8 + [True]
    assert records[-1]["done_reason"] == "length"
    assert records[-1]["eval_count"] == 8
    assert records[-1]["prompt_eval_count"] > 8
    assert 0 < records[-1]["eval_duration"] < records[-1]["total_duration"]


def test_the_openai_face_streams_and_says_done(http: httpx.Client) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4, "stream": True}
    answer = http.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text.endswith("data: [DONE]\n\n")
