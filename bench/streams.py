"""Many streams at once from a far end of `bench.far_streams`, over HTTP or over the portal's websocket, and when each record came."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

_SENT = re.compile(rb"@(\d{20})@")
_LONGEST_MARK = 22
_PATIENCE = 60.0


@dataclass
class Seen:
    """What came: milliseconds from asking to the first record of each stream; and of the time in which all of them ran,
    milliseconds from sending to arrival of every record, and the processor seconds that were `spent`. There was no such time
    where some ended `early`, before the last had begun."""

    spending: Callable[[], float] = lambda: 0.0
    delays: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    records: int = 0
    ended: int = 0
    seconds: float = 0.0
    spent: float = 0.0
    has_begun: bool = False
    all_run: bool = False
    early: int = 0

    def begin(self) -> None:
        """From now on all streams run."""
        self.has_begun = self.all_run = True
        self.spent = -self.spending()

    def stop(self) -> None:
        """No longer."""
        if self.all_run:
            self.all_run = False
            self.spent += self.spending()
        elif not self.has_begun:
            self.early += 1


class Stream(asyncio.Protocol):
    """One connection with one stream on it. `over` is set once its last record is there, or it was cut."""

    def __init__(self, seen: Seen, where: str, body: bytes) -> None:
        self.seen, self.where, self.body = seen, urlsplit(where), body
        self.rest = b""
        self.is_first = True
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self.transport = cast(asyncio.Transport, transport)
        self.asked = time.monotonic_ns()
        self.ask()

    def ask(self) -> None:
        """A POST as a client of Ollama sends it."""
        head = f"POST /api/chat HTTP/1.1\r\nHost: {self.where.netloc}\r\nContent-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        self.transport.write(head.encode() + self.body)

    def data_received(self, data: bytes) -> None:
        """Take the time of every record that is in it."""
        now = time.monotonic_ns()
        text = self.rest + data
        end = 0
        for found in _SENT.finditer(text):
            end = found.end()
            self.seen.records += 1
            if self.seen.all_run:
                self.seen.delays.append((now - int(found[1])) / 1e6)
            if self.is_first:
                self.is_first = False
                self.seen.firsts.append((now - self.asked) / 1e6)
                self.begun.set_result(None)
        if b'"done":true' in text[end:] or b'\\"done\\":true' in text[end:]:
            self.finish(ended=True)
        self.rest = text[max(end, len(text) - 2 * _LONGEST_MARK) :]

    def finish(self, *, ended: bool) -> None:
        """It is over."""
        if not self.over.done():
            self.seen.stop()
            self.seen.ended += ended
            self.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cut."""
        self.finish(ended=False)
        if not self.begun.done():
            self.begun.set_result(None)


class SocketStream(Stream):
    """The same over a websocket of the portal. Frames are not parsed: what is looked for stands in them as it was sent."""

    answer = b""
    is_open = False

    def ask(self) -> None:
        """Open the websocket."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /ws/runs/ HTTP/1.1\r\nHost: {self.where.netloc}\r\nOrigin: {self.where.scheme}://{self.where.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{self.headers()}\r\n".encode()
        )

    def headers(self) -> str:
        """Header lines besides those of the handshake."""
        return ""

    def data_received(self, data: bytes) -> None:
        """Start the run once the socket is open."""
        if self.is_open:
            super().data_received(data)
            return
        self.answer += data
        if b"\r\n\r\n" not in self.answer:
            return
        assert self.answer.startswith(b"HTTP/1.1 101"), self.answer
        self.is_open = True
        self.greet()

    def greet(self) -> None:
        """Say the first word: start the run, where there is one."""
        if self.body:
            request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": json.loads(self.body)}
            self.asked = time.monotonic_ns()
            self.transport.write(text_frame(json.dumps({"type": "start", "ref": str(uuid.uuid4()), "request": request})))
        else:
            self.begun.set_result(None)


def text_frame(text: str) -> bytes:
    """A text message of at most 64 KB as a client sends it, masked with zeroes."""
    data = text.encode()
    size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + data


async def open_streams(kind: type[Stream], where: str, model: str, count: int, *, over: float, seen: Seen | None = None) -> list[Stream]:
    """Start `count` streams within `over` seconds; without a model only the sockets."""
    seen = seen or Seen()
    place = urlsplit(where)
    body = json.dumps({"model": model, "messages": []}).encode() if model else b""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    streams: list[Stream] = []
    for number in range(count):
        await asyncio.sleep(begun + number * over / count - loop.time())
        _, stream = await loop.create_connection(lambda: kind(seen, where, body), place.hostname, place.port)
        streams.append(stream)
    return streams


async def see(kind: type[Stream], where: str, model: str, count: int, *, over: float, spending: Callable[[], float] | None = None) -> Seen:
    """Start the streams and see them to their ends. `spending` tells the processor seconds of whoever is looked at."""
    seen = Seen(spending or (lambda: 0.0))
    started = time.monotonic()
    streams = await open_streams(kind, where, model, count, over=over, seen=seen)
    await asyncio.wait([stream.begun for stream in streams], timeout=_PATIENCE)
    seen.begin()
    await asyncio.wait([stream.over for stream in streams], timeout=_PATIENCE)
    seen.seconds = time.monotonic() - started
    for stream in streams:
        stream.transport.abort()
    return seen
