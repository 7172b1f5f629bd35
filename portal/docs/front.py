"""A thin ASGI layer before Django: answers pages it has answered before, and gives every text an ETag and gzip.

Django needs some milliseconds for a page under ASGI however little there is to do; here a page that has not changed
costs a look at its file. What may be kept is said by the view, with `portal.keeping`; the reader never sees that header.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote

from portal.keeping import ALWAYS, KEEP, tag_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_KEEP = KEEP.lower().encode()
_MOST_BYTES = 64 << 20
# Held until it is whole, to be tagged and compressed; and kept.
_LARGEST, _LARGEST_KEPT = 32 << 20, 16 << 20
_SMALLEST_TO_COMPRESS = 1000
# Compressing takes a millisecond for each 30 KB, tagging one for each MB; above this the loop does not wait for them.
_LARGEST_AT_ONCE = 256 << 10
_TEXTS = (b"text/", b"application/json", b"application/xml", b"application/atom+xml", b"image/svg+xml")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer ready to be sent: headers but those of its encoding, the body plain and, once asked for, compressed."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    tag: bytes
    name: str
    state: str
    packed: bytes | None = None
    # The lines of its headers, made when they are first sent: by status, and whether the body is compressed.
    lines: dict[tuple[int, bool], bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.packed or b"")


class Front:
    """Stands before `application`. `state_of(name)` tells the present state of `name`; None where there is no such thing.

    `state_now(name)` tells the same without waiting, and None too where it would have to wait.
    """

    def __init__(
        self,
        application: Application,
        state_of: Callable[[str], Awaitable[str | None]],
        state_now: Callable[[str], str | None] = lambda _name: None,
    ) -> None:
        self.application = application
        self.state_of, self.state_now = state_of, state_now
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self.size = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD from what is kept, else through the application."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.application(scope, receive, send)
            return
        asked = dict(scope["headers"])
        key = _key_of(scope.get("scheme"), scope["path"], asked)
        kept = self._kept.get(key)
        if kept is not None and kept.state in (ALWAYS, await self.state_of(kept.name)):
            if _wants_packed(kept, asked):
                kept = await _packed(kept)
                self.take(key, kept)
            self._kept.move_to_end(key)
            await _answer(kept, scope["method"], asked, send)
        else:
            await self.application(scope, receive, _Catcher(self, key, scope["method"], asked, send))

    def at_once(
        self, scheme: str, path: str, asked: dict[bytes, bytes], more: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """A whole HTTP/1.1 answer to a GET, with `more` headers, as head and body; None when there is none that can go at once."""
        key = _key_of(scheme, path, asked)
        kept = self._kept.get(key)
        if kept is None or kept.state not in (ALWAYS, self.state_now(kept.name)) or _wants_packed(kept, asked):
            return None
        self._kept.move_to_end(key)
        packed, known = _chosen(kept, asked)
        status = 304 if known else 200
        head = kept.lines.get((status, packed)) or kept.lines.setdefault((status, packed), _lines(kept, status, packed))
        whole = b"".join([head, *(b"%b: %b\r\n" % pair for pair in more), b"\r\n"])
        return whole, b"" if known else (kept.packed or b"") if packed else kept.body

    def take(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer; those asked for longest ago give way."""
        before = self._kept.pop(key, None)
        self.size += kept.size - (before.size if before else 0)
        self._kept[key] = kept
        while self.size > _MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self.size -= oldest.size


class _Catcher:
    """The `send` of one request to the application: holds a text of known length until it is whole, passes on everything else."""

    def __init__(self, front: Front, key: Hashable, method: str, asked: dict[bytes, bytes], send: Send) -> None:
        self.front, self.key, self.method, self.asked, self.send = front, key, method, asked, send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_text(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self.send(_without_mark(message))
            return
        self._body += message.get("body", b"")
        # Django sends what is longer than 64 KiB in several pieces.
        if not message.get("more_body"):
            await self._finish(self._start, bytes(self._body))

    async def _finish(self, start: Message, body: bytes) -> None:
        headers = {name.lower(): value for name, value in start["headers"]}
        state, _, name = headers.pop(_KEEP, b"").decode().partition(" ")
        make = partial(_ready, headers, body, unquote(name), state)
        kept = make() if len(body) <= _LARGEST_AT_ONCE else await asyncio.to_thread(make)
        if _wants_packed(kept, self.asked):
            kept = await _packed(kept)
        if state and self.key is not None and self.method == "GET" and kept.size <= _LARGEST_KEPT:
            self.front.take(self.key, kept)
        await _answer(kept, self.method, self.asked, self.send)


def _without_mark(message: Message) -> Message:
    if message["type"] != "http.response.start":
        return message
    return {**message, "headers": [pair for pair in message["headers"] if pair[0].lower() != _KEEP]}


def _is_text(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    return (
        start["status"] == 200
        and headers.get(b"content-type", b"").startswith(_TEXTS)
        and b"content-encoding" not in headers
        # What streams does not say how long it will be.
        and int(headers.get(b"content-length", _LARGEST + 1)) <= _LARGEST
    )


def _key_of(scheme: str | None, path: str, asked: dict[bytes, bytes]) -> Hashable | None:
    """What kept answers differ by; None for a request that is not answered from them."""
    return None if b"markdown" in asked.get(b"accept", b"") else (scheme, asked.get(b"host"), path)


def _ready(headers: dict[bytes, bytes], body: bytes, name: str, state: str) -> Kept:
    headers.setdefault(b"cache-control", b"no-cache")
    vary = [value.strip() for value in headers.get(b"vary", b"").split(b",") if value.strip()]
    headers[b"vary"] = b", ".join(dict.fromkeys([*vary, b"Accept-Encoding"]))
    tag = headers.pop(b"etag", b"") or tag_of(body)
    headers.pop(b"content-length", None)
    return Kept(tuple(headers.items()), body, tag, name, state)


def _wants_packed(kept: Kept, asked: dict[bytes, bytes]) -> bool:
    """Whether the body is still to be compressed for this reader."""
    long_enough = kept.packed is None and len(kept.body) >= _SMALLEST_TO_COMPRESS
    return long_enough and _takes_gzip(asked.get(b"accept-encoding", b""))


async def _packed(kept: Kept) -> Kept:
    pack = partial(gzip.compress, kept.body, 6, mtime=0)
    return replace(kept, packed=pack() if len(kept.body) <= _LARGEST_AT_ONCE else await asyncio.to_thread(pack))


async def _answer(kept: Kept, method: str, asked: dict[bytes, bytes], send: Send) -> None:
    packed, known = _chosen(kept, asked)
    status = 304 if known else 200
    await send({"type": "http.response.start", "status": status, "headers": _headers(kept, status, packed)})
    body = (kept.packed or b"") if packed else kept.body
    await send({"type": "http.response.body", "body": b"" if known or method == "HEAD" else body})


def _chosen(kept: Kept, asked: dict[bytes, bytes]) -> tuple[bool, bool]:
    """Whether the reader gets the compressed body, and whether they have it already."""
    packed = kept.packed is not None and _takes_gzip(asked.get(b"accept-encoding", b""))
    seen = asked.get(b"if-none-match")
    if not seen:
        return packed, False
    tags = {one.strip().removeprefix(b"W/") for one in seen.split(b",")}
    return packed, _tag_of(kept, packed) in tags or b"*" in tags


def _tag_of(kept: Kept, packed: bool) -> bytes:
    return kept.tag[:-1] + b'-gz"' if packed else kept.tag


def _headers(kept: Kept, status: int, packed: bool) -> list[tuple[bytes, bytes]]:
    headers = [*kept.headers, (b"etag", _tag_of(kept, packed))]
    if status == 200:
        body = (kept.packed or b"") if packed else kept.body
        headers.append((b"content-length", str(len(body)).encode()))
        if packed:
            headers.append((b"content-encoding", b"gzip"))
    return headers


def _lines(kept: Kept, status: int, packed: bool) -> bytes:
    """The status line and the headers as they go over the wire, without the empty line at their end."""
    start = b"HTTP/1.1 304 Not Modified\r\n" if status == 304 else b"HTTP/1.1 200 OK\r\n"
    return start + b"".join([b"%b: %b\r\n" % pair for pair in _headers(kept, status, packed)])


@lru_cache(maxsize=64)
def _takes_gzip(accepted: bytes) -> bool:
    for one in accepted.lower().split(b","):
        name, _, parameters = one.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return not re.fullmatch(rb"\s*q=0(\.0*)?\s*", parameters)
    return False
