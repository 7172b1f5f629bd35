"""A far end on a real socket that plays whatever a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet


@dataclass
class Asked:
    """A request as it came in. `hung_up` is set when the client closes before the reply is over."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Line:
    """The open connection, for a script to write to."""

    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: str = "200 OK", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def chunk(self, data: bytes) -> None:
        await self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def last_chunk(self) -> None:
        await self.send(b"0\r\n\r\n")


Script = Callable[[Line, Asked], Awaitable[None]]


def whole(body: object, status: str = "200 OK", content_type: str = "application/json") -> Script:
    """Answer with one body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def play(line: Line, asked: Asked) -> None:
        await line.head(status, Content_Type=content_type, Content_Length=str(len(content)))
        await line.send(content)

    return play


def stream(
    pieces: Iterable[bytes], pause: float = 0.0, *, finish: bool = True, content_type: str = "application/x-ndjson"
) -> Script:
    """Answer with `pieces`, `pause` seconds apart; without `finish` the connection is cut instead of ended."""

    async def play(line: Line, asked: Asked) -> None:
        await line.head(Content_Type=content_type, Transfer_Encoding="chunked")
        for piece in pieces:
            await line.chunk(piece)
            if pause:
                await asyncio.sleep(pause)
        if finish:
            await line.last_chunk()

    return play


class Held:
    """Answer with the first of `parts`, and with the next each time the test says `go()`; the answer ends after the last.

    Thus a test sees what it waits for on a slow machine as on a quick one.
    """

    def __init__(self, *parts: Iterable[bytes], content_type: str = "application/x-ndjson", finish: bool = True) -> None:
        self._parts = [list(part) for part in parts]
        self._content_type, self._finish = content_type, finish
        self._gone = threading.Semaphore(1)

    def go(self, parts: int = 1) -> None:
        self._gone.release(parts)

    async def __call__(self, line: Line, asked: Asked) -> None:
        await line.head(Content_Type=self._content_type, Transfer_Encoding="chunked")
        for part in self._parts:
            while not self._gone.acquire(blocking=False):
                await asyncio.sleep(0.002)
            for piece in part:
                await line.chunk(piece)
        if self._finish:
            await line.last_chunk()


def silence(line: Line, asked: Asked) -> Awaitable[None]:
    """Take the request and never say a word."""
    return asyncio.sleep(3600)


def chat(words: Iterable[str], model: str = "far:1b", **last: object) -> list[bytes]:
    """Records of a native chat that says `words`, with its final record."""
    records: list[dict[str, object]] = [
        {
            "model": model,
            "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": word},
            "done": False,
        }
        for word in words
    ]
    end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "total_duration": 2_000_000_000,
           "load_duration": 5_000_000, "prompt_eval_count": 7, "eval_count": len(records), "eval_duration": 500_000_000}  # fmt: skip
    records.append({"model": model, "created_at": "2026-01-01T00:00:01Z", **end, **last})
    return [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]


TAGS = {"models": [{"name": "far:1b", "model": "far:1b", "size": 5, "details": {"family": "far", "parameter_size": "1B"},
                    "capabilities": ["completion"]}]}  # fmt: skip


class FarEnd:
    """A server that plays `script` to every request but those in `routes`. Use it as a context manager."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or whole({})
        self.routes: dict[str, Script] = {"/api/tags": whole(TAGS), "/api/version": whole({"version": "0.12.0"}), "/api/ps": whole({"models": []})}
        self.asked: list[Asked] = []
        self.origin = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="far end", daemon=True)
        self._ready = threading.Event()
        self._open: WeakSet[asyncio.WriteTransport] = WeakSet()

    def requests_for(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def __enter__(self) -> FarEnd:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._done.wait()
        # A connection that is accepted while asyncio's server closes would be left open by it.
        for listening in server.sockets:
            self._loop.remove_reader(listening.fileno())
        await asyncio.sleep(0.01)
        server.close()
        for _ in range(20):
            await asyncio.sleep(0.01)  # who has just come gets as far as to be known, and what is closed is let go of
            for transport in list(self._open):
                with suppress(AttributeError):  # asyncio's way to say that it is gone already
                    transport.abort()
            if not _others():
                break
        for task in (others := _others()):
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer.transport)
        try:
            asked = await _read_request(reader)
            self.asked.append(asked)
            playing = asyncio.ensure_future(self.routes.get(asked.path, self.script)(Line(writer), asked))
            leaving = asyncio.ensure_future(reader.read(1))
            await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done() or isinstance(playing.exception(), OSError):
                asked.hung_up.set()
            leaving.cancel()
            playing.cancel()
            await asyncio.gather(playing, leaving, return_exceptions=True)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _others() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    method, path, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)
