"""Reading a whole answer for people: what the model said and thought, in any of Ollama's wire forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.ollama.unread import Framing, payload_of, unread


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as text: `text` is the answer, `thinking` what came before it, `note` anything else worth reading.

    `unread` says of the first record of a stream that is not JSON, apart from a last one that broke off, that it is not.
    """

    text: str = ""
    thinking: str = ""
    note: str = ""
    unread: str = ""


def read_answer(body: str, framing: Framing) -> Said:
    """What `body` says, which may end in mid-record. A body in none of the forms is a note as it stands."""
    found: dict[str, list[str]] = {"text": [], "thinking": [], "note": []}
    for record in _records(body, framing):
        for kind, piece in _pieces(record):
            found[kind].append(piece)
    said = Said(**{kind: "".join(pieces) for kind, pieces in found.items()}, unread=_unread_in(body, framing))
    if framing == "whole" and said == Said():
        whole = _parsed(body)
        return Said(note=body if whole is None else json.dumps(whole, indent=2, ensure_ascii=False))
    return said


def _records(body: str, framing: Framing) -> Iterator[dict[str, Any]]:
    for line in [body] if framing == "whole" else body.split("\n"):
        text = line.removeprefix("data:") if framing == "sse" else line
        record = _parsed(text)
        if isinstance(record, dict) and (framing != "sse" or text is not line):
            yield record


def _unread_in(body: str, framing: Framing) -> str:
    """The sentence about the first record that is not JSON; empty where there is none."""
    if framing == "whole":
        return ""
    number = 0
    for line in body.split("\n")[:-1]:
        if payload := payload_of(line, framing):
            number += 1
            if _parsed(payload) is None and (found := unread(number, payload)):
                return found.said()
    return ""


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pieces(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    choice = _first(record.get("choices"))
    for message in (record.get("message"), choice.get("delta"), choice.get("message")):
        if isinstance(message, dict):
            yield from _of_message(message)
    yield from _text("thinking", record.get("thinking"))
    yield from _text("text", record.get("response"))
    yield from _text("text", choice.get("text"))
    kind, delta = record.get("type"), record.get("delta")
    if kind == "response.output_text.delta":
        yield from _text("text", delta)
    if kind == "content_block_delta" and isinstance(delta, dict):
        yield from _text("text", delta.get("text"))
    for item in _objects(record.get("output")):
        yield from _parts(item.get("content"))
    if kind == "message":
        yield from _parts(record.get("content"))
    status = record.get("status")
    if isinstance(status, str) and "output" not in record:
        yield "note", f"{status}\n"


def _of_message(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _text("thinking", message.get("thinking", message.get("reasoning")))
    yield from _text("text", message.get("content"))
    if calls := _objects(message.get("tool_calls")):
        yield "note", json.dumps(calls, indent=2, ensure_ascii=False) + "\n"


def _parts(content: object) -> Iterator[tuple[str, str]]:
    for part in _objects(content):
        yield from _text("text", part.get("text"))


def _text(kind: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value:
        yield kind, value


def _first(values: object) -> dict[str, Any]:
    found = _objects(values)
    return found[0] if found else {}


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
