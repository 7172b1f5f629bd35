"""The values detection speaks in: a block of a page, the requests found in it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.ollama.endpoints import Endpoint, find_endpoint

Upstream = str  # "local", "cloud", "other", or a server the operator named
Kind = Literal[
    "curl", "http", "python-openai", "python-ollama", "python-requests", "python-httpx",
    "js-openai", "js-ollama", "js-fetch", "other", "none",
]  # fmt: skip
Step = str | int


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block as it stands in its document: the info string's first word, its text, its fence's line (from 1).

    `hints` is the text of the HTML comment right before the block, where there is one.
    """

    lang: str
    text: str
    line: int
    hints: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request a block would send. `body` is the exact JSON value sent, None where none is sent.

    `origin` is the server the block itself names (`http://gpu.example:8080`), empty where it names a path alone.
    `changes_server` is true when the request alters the models on the server rather than asks one.
    """

    method: str
    path: str
    upstream: Upstream
    stream: bool
    body: object = None
    origin: str = ""
    changes_server: bool = False

    @property
    def endpoint(self) -> Endpoint | None:
        """What the table says of it; None for an address that is not in the table."""
        return find_endpoint(self.method, self.path)

    def as_json(self) -> Mapping[str, object]:
        """The request as `manage.py examples` prints it."""
        return {
            "method": self.method, "path": self.path, "upstream": self.upstream,
            "stream": self.stream, "body": self.body,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A value only the reader can give, and where it belongs.

    `request` counts from 0 in the example's requests. `at` leads to the place inside the body, key by key (none when it
    is the body itself), and is None when the value belongs in the path. With a `placeholder`, the value replaces that
    piece of the text standing there; without one it is the whole value, and the body holds null there. Places that
    share a name share one input.
    """

    name: str
    kind: Literal["text", "image", "document", "json"]
    request: int
    at: tuple[Step, ...] | None
    placeholder: str | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What the author says of a block in the comment before it.

    `skip` takes the Run button away, for a `reason`. `expect_status` is the answer's status that counts as success.
    `continues` means that the block goes on from the one before it, `setup` that others need it to have run.
    `problem` is the sentence about a comment that cannot be understood.
    """

    skip: bool = False
    reason: str | None = None
    expect_status: int | None = None
    continues: bool = False
    setup: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """What a block turned out to be.

    `runnable` is true when every request can be sent as it stands; else `reason` is the sentence that says why not.
    When the values in `missing` are all that stands in the way, the reader can give them and `fillable` is true.
    """

    kind: Kind
    requests: tuple[Request, ...] = field(default=())
    runnable: bool = False
    reason: str | None = None
    missing: tuple[Missing, ...] = field(default=())
    fillable: bool = False
    hints: Hints = field(default=Hints())

    @property
    def changes_server(self) -> bool:
        """True when one of its requests alters the models on the server."""
        return any(request.changes_server for request in self.requests)


NOT_AN_EXAMPLE = Example("none")
