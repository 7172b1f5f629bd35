"""The values detection speaks in: a block of a page, the requests found in it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Upstream = Literal["local", "cloud", "other"]
Kind = Literal[
    "curl", "http", "python-openai", "python-ollama", "python-requests", "python-httpx",
    "js-openai", "js-ollama", "js-fetch", "other", "none",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block as it stands in its document: the info string's first word, its text, its fence's line (from 1)."""

    lang: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request a block would send. `body` is the exact JSON value sent, None where none is sent."""

    method: str
    path: str
    upstream: Upstream
    stream: bool
    body: object = None

    def as_json(self) -> Mapping[str, object]:
        """The request as `manage.py examples` prints it."""
        return {"method": self.method, "path": self.path, "upstream": self.upstream, "stream": self.stream, "body": self.body}


@dataclass(frozen=True, slots=True)
class Example:
    """What a block turned out to be.

    `runnable` is true when every request can be sent as it stands; else `reason` is the sentence that says why not.
    """

    kind: Kind
    requests: tuple[Request, ...] = field(default=())
    runnable: bool = False
    reason: str | None = None


NOT_AN_EXAMPLE = Example("none")
