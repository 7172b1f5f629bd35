"""One run on a page: what was asked, what was said, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from portal.ollama.answers import Said, read_answer
from portal.ollama.endpoints import find_endpoint
from portal.ollama.reading import framing_of
from portal.runs.archive import Told
from portal.runs.registry import Run
from portal.runs.watching import Watchable

_MOST_SHOWN = 2 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked, wherever it is read from."""

    id: str
    created: datetime
    upstream: str
    method: str
    path: str
    model: str
    streams: bool
    body: str
    page: str
    example: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """`state` is where the run stands; `end` its last frame, once there is one. `is_cut` when not all of the answer is here.

    `head` is the number of the last frame in it. `has_tokens` when it is the answer of a model, not a list or an error.
    """

    asked: Asked
    state: str
    said: Said
    end: dict[str, Any] | None
    is_cut: bool
    head: int
    has_tokens: bool

    @property
    def body(self) -> str:
        """The request's body, indented."""
        return json.dumps(json.loads(self.asked.body), indent=2, ensure_ascii=False) if self.asked.body else ""


def asked_of(run: Watchable) -> Asked:
    """What the run was asked."""
    if isinstance(run, Told):
        record = run.record
        return Asked(record.id, record.created, record.upstream, record.method, record.path, record.model, record.streams,
                     record.body, record.page, record.example)  # fmt: skip
    order = cast(Run, run).order
    return Asked(run.id, cast(Run, run).facts.created, order.upstream.name, order.endpoint.method, order.path,
                 order.model or "", order.streams, (order.content or b"").decode(), order.source.page,
                 order.source.example)  # fmt: skip


def lay_out(asked: Asked, frames: Iterable[str]) -> Sheet:
    """Read the frames of a run; takes a moment for a long one."""
    pieces: list[str] = []
    state, status, size, head = "", 200, 0, 0
    end: dict[str, Any] | None = None
    for line in frames:
        frame = json.loads(line)
        head = frame["seq"]
        match frame["type"]:
            case "state":
                state = frame["state"]
            case "head":
                status = frame["status"]
            case "data" if size <= _MOST_SHOWN:
                pieces.append(frame["text"])
                size += len(frame["text"])
            case "end":
                end = frame
    endpoint = find_endpoint(asked.method, asked.path)
    framing = framing_of(endpoint, status, asked.streams) if endpoint else "whole"
    has_tokens = status < 400 and endpoint is not None and endpoint.needs == "completion"
    return Sheet(asked, state, read_answer("".join(pieces), framing), end, size > _MOST_SHOWN, head, has_tokens)


def told(sheet: Sheet) -> dict[str, object]:
    """The sheet's facts for programs; `body` is the JSON text that was sent, "" where none was."""
    end = sheet.end or {}
    return asdict(sheet.asked) | {"outcome": end.get("outcome", ""), "error": end.get("error"), "stats": end.get("stats")}


def address_of(page: str, example: str, **query: str) -> str:
    """Where the example stands that a run was started from; `query` says which run it is to show there."""
    place = "/" if not page else f"/{quote(page)}/" if page.startswith("reference/") else f"/docs/{quote(page)}/"
    shown = f"{place}?{urlencode(query)}" if query else place
    return f"{shown}#{quote(example)}" if example else shown
