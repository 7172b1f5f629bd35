"""Reading an answer as it passes: has it said it is done, did it report an error, what did it count.

The bytes themselves go on untouched. Only records that hold one of a few marks are parsed, so a record of text costs
a substring search; of the others it is looked at whether they begin and end as a record does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.ollama.endpoints import Endpoint
from portal.ollama.errors import BrokenProtocol
from portal.ollama.unread import Framing, Unread, payload_of, unread

LARGEST_RECORD = 8 << 20

# A quote inside a JSON string is always escaped, so none of these can be part of a model's text.
_MARKS = {
    "ndjson": (b'"done":true', b'"error"', b'"status":"success"', b'"done": true', b'"status": "success"'),
    "sse": (b"[DONE]", b'"error"', b'"usage":{', b'"usage": {', b"response.completed", b"response.failed",
            b"response.incomplete", b"message_stop"),
}  # fmt: skip
_LAST_EVENTS = {"response.completed", "response.incomplete", "message_stop"}


def framing_of(endpoint: Endpoint, status: int, streams: bool) -> Framing:
    """How the answer of an endpoint is cut into records: an error, and what does not stream, comes whole."""
    if status >= 400 or not streams:
        return "whole"
    return "ndjson" if endpoint.wire == "native" else "sse"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the upstream said of its own work: tokens, durations in milliseconds, the model's name; None where silent."""

    prompt_tokens: int | None = None
    output_tokens: int | None = None
    tokens_per_second: float | None = None
    load_ms: float | None = None
    model: str | None = None


class Reading:
    """Follows one answer. `feed` it every chunk and `close` it at the end; then read `done`, `error`, `unread` and `counts`.

    `unread` is the first record that is not JSON, as far as that is seen from how records begin and end.
    """

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.done = False
        self.error: str | None = None
        self.unread: Unread | None = None
        self.records = 0
        self._marks = _MARKS.get(framing, ())
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._last: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. Raises `BrokenProtocol` when a record grows past `LARGEST_RECORD`."""
        end = chunk.rfind(b"\n") if self.framing != "whole" else -1
        if end < 0:
            self._hold(chunk)
            return
        complete = b"".join((*self._pending, chunk[: end + 1])) if self._pending else chunk[: end + 1]
        self._pending, self._pending_size = [], 0
        lines = complete.count(b"\n")
        if self.unread is None and not _are_records(complete, lines, self.framing):
            self._find_unread(complete)
        # Every record of an event stream is followed by a blank line; that line is not one.
        self.records += lines if self.framing == "ndjson" else complete.count(b"data:")
        self._look_at(complete)
        if end + 1 < len(chunk):
            self._hold(chunk[end + 1 :])

    def close(self) -> None:
        """Take the end of the body: what stands after the last line break is a record too."""
        rest = b"".join(self._pending)
        self._pending, self._pending_size = [], 0
        if not rest:
            return
        if self.framing == "whole":
            self._read_whole(rest)
            return
        self._look_at(rest)
        # A record that breaks off is no wrong one; what never was one is.
        if self.unread is None and not rest.lstrip().startswith((b"{", b"data:")):
            self._find_unread(rest)

    @property
    def counts(self) -> Counts:
        """The upstream's own figures, as far as it gave them."""
        return _native_counts(self._last) if "eval_count" in self._last else _usage_counts(self._usage, self._last)

    def _hold(self, part: bytes) -> None:
        self._pending.append(part)
        self._pending_size += len(part)
        if self._pending_size > LARGEST_RECORD:
            raise BrokenProtocol(
                f"One record of the answer is larger than {LARGEST_RECORD >> 20} MiB, so the portal hung up."
            )

    def _find_unread(self, complete: bytes) -> None:
        number, follows = self.records, False
        for line in complete.split(b"\n"):
            payload = payload_of(line.decode(errors="replace"), self.framing)
            number += bool(payload)
            is_data = line.startswith(b"data:")
            is_object = payload.startswith("{") and payload.endswith("}")
            # Of data that goes on over lines, none is a record by itself.
            if not is_object and not (is_data and follows):
                self.unread = unread(number, payload)
            if self.unread is not None:
                return
            follows = is_data

    def _look_at(self, complete: bytes) -> None:
        for mark in self._marks:
            if mark in complete:
                for record in self._objects(complete):
                    self._take(record)
                return

    def _objects(self, complete: bytes) -> Iterator[dict[str, Any]]:
        for line in complete.split(b"\n"):
            if not any(mark in line for mark in self._marks):
                continue
            payload = line.strip()
            if self.framing == "sse":
                if not payload.startswith(b"data:"):
                    continue
                payload = payload[5:].strip()
                if payload == b"[DONE]":
                    self.done = True
                    continue
            record = _parsed(payload)
            if isinstance(record, dict):
                yield record

    def _take(self, record: dict[str, Any]) -> None:
        if record.get("error"):
            self.error = error_text(record)
        if record.get("done") is True or record.get("status") == "success":
            self.done, self._last = True, record
        kind = record.get("type")
        if kind in _LAST_EVENTS:
            self.done = True
        if kind == "response.failed":
            self.error = error_text(record.get("response")) or "the response failed"
        nested = record.get("response") if isinstance(record.get("response"), dict) else record
        if isinstance(nested, dict) and isinstance(nested.get("usage"), dict):
            self._usage |= nested["usage"]
            self._last = self._last or nested

    def _read_whole(self, body: bytes) -> None:
        record = _parsed(body)
        if not isinstance(record, dict):
            self.unread = unread(0, body.decode(errors="replace"))
            return
        if record.get("error"):
            self.error = error_text(record)
        self._last = record
        if isinstance(record.get("usage"), dict):
            self._usage = record["usage"]


def _are_records(complete: bytes, lines: int, framing: Framing) -> bool:
    """Whether every one of so many lines begins and ends as a record does."""
    if framing == "ndjson":
        return complete.startswith(b"{") and complete.endswith(b"}\n") and complete.count(b"}\n{") == lines - 1
    events = complete.count(b"data: {")
    return complete.count(b"}\n\n") == events and lines == 2 * events + complete.count(b"event: ")


def error_text(record: object) -> str | None:
    """The words of an error body in any of the three wire forms, or None when there are none."""
    error = record.get("error") if isinstance(record, dict) else None
    if isinstance(error, dict):
        error = error.get("message")
    return error if isinstance(error, str) and error else None


def error_text_of(body: bytes) -> str | None:
    """`error_text` of a whole body, which need not be JSON at all."""
    return error_text(_parsed(body.strip()))


def _parsed(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _native_counts(record: Mapping[str, Any]) -> Counts:
    count, duration = _number(record.get("eval_count")), _number(record.get("eval_duration"))
    load = _number(record.get("load_duration"))
    return Counts(
        prompt_tokens=_whole(record.get("prompt_eval_count")),
        output_tokens=_whole(count),
        tokens_per_second=round(count / duration * 1e9, 2) if count and duration else None,
        load_ms=round(load / 1e6, 3) if load is not None else None,
        model=_name(record),
    )


def _usage_counts(usage: Mapping[str, Any], record: Mapping[str, Any]) -> Counts:
    prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
    output = usage.get("completion_tokens", usage.get("output_tokens"))
    prompt = record.get("prompt_eval_count", prompt)
    return Counts(prompt_tokens=_whole(prompt), output_tokens=_whole(output), model=_name(record))


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    # An upstream may claim any number; one beyond a signed 64-bit integer is no count.
    return (
        int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**63 else None
    )


def _name(record: Mapping[str, Any]) -> str | None:
    name = record.get("model")
    return name if isinstance(name, str) else None
