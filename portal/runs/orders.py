"""From what a client asked for to what will be sent: looked up in our tables, never assembled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.ollama.bodies import check_body, dump_body
from portal.ollama.endpoints import Endpoint, find_endpoint, will_stream
from portal.ollama.errors import BadBody
from portal.ollama.upstreams import Upstream

_REF = re.compile(r"[A-Za-z0-9-]{8,64}")
_LONGEST_SOURCE = 300

# How often the doors of this process answered with each code.
refused: Counter[str] = Counter()


class Rejected(Exception):
    """A message that cannot be acted on: `code` for programs, the message for people, `field` the part at fault.

    `wait` is in how many seconds it may be otherwise, 0 where waiting does not help.
    """

    def __init__(self, code: str, message: str, field: str | None = None, *, wait: int = 0) -> None:
        super().__init__(message)
        self.code, self.field, self.wait = code, field, wait


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the docs a run was started: the page's path and the example's id."""

    page: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A request that may be sent: everything in it was looked up or checked. `content` is the body's exact bytes.

    `barred` are upstreams that must not stand in for its own.
    """

    upstream: Upstream
    endpoint: Endpoint
    path: str
    content: bytes | None
    streams: bool
    model: str | None
    source: Source = Source()
    barred: frozenset[str] = frozenset()

    @property
    def what(self) -> str:
        """Method and path, for sentences."""
        return f"{self.endpoint.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run from its first moment: its id, whose it is, the name they gave it, and the order."""

    run: str
    owner: str
    ref: str
    order: Order
    created: datetime


def read_ref(message: Mapping[str, object]) -> str:
    """The client's own name for the run it wants started. Raises `Rejected`."""
    ref = message.get("ref")
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise Rejected("bad_ref", "“ref” must be a UUID that the client made for this run.", "ref")
    return ref


def read_order(message: Mapping[str, object], upstreams: Mapping[str, Upstream]) -> Order:
    """Turn the `request` and `source` of a `start` message into an order. Raises `Rejected`."""
    request = message.get("request")
    if not isinstance(request, dict):
        raise Rejected("bad_request", "“request” must be an object with upstream, method, path and body.", "request")
    upstream = _find_upstream(request, upstreams)
    endpoint, path = _find_endpoint(request)
    body = request.get("body")
    try:
        check_body(endpoint, body)
        content = dump_body(body)
    except BadBody as problem:
        raise Rejected("bad_request", " ".join(filter(None, (str(problem), problem.hint))), problem.field) from None
    return Order(upstream, endpoint, path, content, will_stream(endpoint, body), _model_of(body), _read_source(message))


def _find_upstream(request: Mapping[str, object], upstreams: Mapping[str, Upstream]) -> Upstream:
    name = request.get("upstream")
    if isinstance(name, str) and name in upstreams:
        return upstreams[name]
    known = ", ".join(f"“{known}”" for known in upstreams)
    hint = ""
    if name == "cloud":
        hint = " Set OLLAMA_API_KEY and restart the portal to reach Ollama's cloud, unless it is to stay local (PORTAL_LOCAL_ONLY)."
    raise Rejected("unknown_upstream", f"This portal has no such upstream; it has {known}.{hint}", "request.upstream")


def _find_endpoint(request: Mapping[str, object]) -> tuple[Endpoint, str]:
    method, path = request.get("method"), request.get("path")
    if not isinstance(method, str):
        raise Rejected("bad_request", "“method” must be a text such as POST.", "request.method")
    if not isinstance(path, str):
        raise Rejected("bad_request", "“path” must be a text such as /api/chat.", "request.path")
    endpoint = find_endpoint(method, path)
    if endpoint is None:
        raise Rejected(
            "unknown_endpoint",
            f"{_shown(method)} {_shown(path)} is not an endpoint of Ollama's API that this portal sends; "
            "the API Reference lists those it does.",
            "request.path",
        )
    return endpoint, path


def _printable(text: str) -> str:
    # A client's own words may hold what neither a database nor a page can: NUL, halves of characters.
    return "".join(c if c.isprintable() else "�" for c in text)


def _shown(text: str) -> str:
    line = _printable(text)
    return line if len(line) <= 80 else line[:79] + "…"


def _model_of(body: object) -> str | None:
    name = body.get("model", body.get("name")) if isinstance(body, dict) else None
    return _printable(name) if isinstance(name, str) and len(name) <= _LONGEST_SOURCE else None


def _read_source(message: Mapping[str, object]) -> Source:
    source = message.get("source")
    if source is None:
        return Source()
    if not isinstance(source, dict):
        raise Rejected("bad_source", "“source” must be an object with page and example.", "source")
    page, example = source.get("page", ""), source.get("example", "")
    for name, value in (("page", page), ("example", example)):
        if not isinstance(value, str) or len(value) > _LONGEST_SOURCE:
            raise Rejected(
                "bad_source", f"“{name}” must be a text of at most {_LONGEST_SOURCE} characters.", f"source.{name}"
            )
    return Source(_printable(str(page)), _printable(str(example)))
