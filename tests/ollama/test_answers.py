"""A whole answer is read for people, in every form Ollama has."""

from __future__ import annotations

import json

import pytest

from portal.ollama.answers import Said, read_answer
from portal.ollama.reading import Framing
from tests.farend import chat

EVENTS = 'data: {"choices":[{"delta":{"reasoning":"hm"}}]}\n\ndata: {"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: {"choices":[{"delta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize(("framing", "body", "said"), [
    ("ndjson", b"".join(chat(["Hel", "lo\u2028"])).decode(), Said("Hello\u2028")),
    ("ndjson", b"".join(chat(["Hel", "lo"])).decode()[:-40], Said("Hello")),
    ("ndjson", '{"thinking":"hm"}\n{"response":"Yes"}\n{"done":true,"response":""}\n', Said("Yes", "hm")),
    ("ndjson", '{"status":"pulling"}\n{"status":"success"}\n', Said(note="pulling\nsuccess\n")),
    ("sse", EVENTS, Said("Hello", "hm")),
    ("sse", 'event: x\ndata: {"type":"response.output_text.delta","delta":"Hi"}\n\n', Said("Hi")),
    ("sse", 'data: {"type":"content_block_delta","delta":{"text":"Hi"}}\n\n', Said("Hi")),
    ("whole", '{"choices":[{"message":{"content":"Hi"}}]}', Said("Hi")),
    ("whole", '{"output":[{"content":[{"text":"Hi"}]}],"status":"completed"}', Said("Hi")),
    ("whole", '{"models":[]}', Said(note='{\n  "models": []\n}')),
    ("whole", "<html>502</html>", Said(note="<html>502</html>")),
    ("whole", "", Said()),
    ("ndjson", '{"response":"a"}\n<html>\n{"response":"b","done":true}\n', Said("ab", unread="Record 2 of the answer is not JSON: it begins “<html>”.")),
    ("sse", EVENTS + "data: <html>\n\n", Said("Hello", "hm", unread="Record 4 of the answer is not JSON: it begins “<html>”.")),
])  # fmt: skip
def test_an_answer_reads_as_text(framing: Framing, body: str, said: Said) -> None:
    assert read_answer(body, framing) == said


@pytest.mark.parametrize("framing", ["ndjson", "sse", "whole"])
@pytest.mark.parametrize("record", [
    {"message": 1}, {"choices": {}}, {"choices": [1]}, {"choices": [{"delta": "x"}]}, {"output": [{"content": [1, {"text": 2}]}]},
    {"type": "content_block_delta", "delta": []}, {"message": {"tool_calls": [None]}}, {"status": 5}, [], "x", None,
])  # fmt: skip
def test_a_record_of_any_shape_is_survived(framing: Framing, record: object) -> None:
    body = json.dumps(record)
    assert isinstance(read_answer(f"data: {body}" if framing == "sse" else body, framing), Said)
