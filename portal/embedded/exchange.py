"""One HTTP exchange: reads the request, writes the answer as it comes, ends the work when the client is gone."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from portal.embedded.errors import RequestError
from portal.embedded.go import json_text

log = logging.getLogger(__name__)

BODY_LIMIT = 32 * 1024 * 1024
JSON_UTF8 = "application/json; charset=utf-8"
JSON_BARE = "application/json"
NDJSON = "application/x-ndjson"
SSE = "text/event-stream"


class Exchange:
    """A request and the answer to it. The answer is either one `reply`, or an `open` and any number of `write`s."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.started = False
        self._ended = False

    @property
    def path_parameters(self) -> dict[str, str]:
        return dict(self.scope.get("path_params", {}))

    async def body(self) -> bytes:
        """The whole body. Raises RequestError when it is too large, CancelledError when the client goes away first."""
        parts, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise asyncio.CancelledError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > BODY_LIMIT:
                raise RequestError(413, f"the request body is larger than {BODY_LIMIT >> 20} MB")
            if not message.get("more_body"):
                return b"".join(parts)

    async def gone(self) -> None:
        """Returns when the client has hung up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def reply(self, status: int, value: Any = None, content_type: str = JSON_UTF8, tail: bytes = b"") -> None:
        """The whole answer at once: a JSON value, bytes as they are, or nothing."""
        raw = b"" if value is None else value if isinstance(value, bytes) else json_text.dumps(value)
        raw += tail
        headers = [(b"content-length", str(len(raw)).encode())]
        if value is not None:
            headers.insert(0, (b"content-type", content_type.encode()))
        self.started = self._ended = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        # The server leaves the body of an answer to HEAD out by itself.
        await self._send({"type": "http.response.body", "body": raw})

    async def open(self, content_type: str) -> None:
        """Begins a streamed answer."""
        self.started = True
        headers = [(b"content-type", content_type.encode())]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    async def write(self, raw: bytes) -> None:
        await self._send({"type": "http.response.body", "body": raw, "more_body": True})

    async def close(self) -> None:
        if self.started and not self._ended:
            self._ended = True
            await self._send({"type": "http.response.body", "body": b""})


Handler = Callable[[Exchange], Awaitable[None]]
Complaint = Callable[[Exchange, RequestError], Awaitable[None]]


async def complain(exchange: Exchange, error: RequestError) -> None:
    """An error in the shape of Ollama's own API: a JSON answer, or one more record of a stream that has begun."""
    if exchange.started:
        await exchange.write(json_text.dumps({"error": error.message}) + b"\n")
    else:
        await exchange.reply(error.status, {"error": error.message})


class Door:
    """An ASGI application around one handler. The handler is cancelled as soon as the client hangs up."""

    def __init__(self, handler: Handler, complaint: Complaint = complain) -> None:
        self._handler = handler
        self._complaint = complaint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        exchange = Exchange(scope, inbox.get, send)
        work = asyncio.ensure_future(self._work(exchange))
        listener = asyncio.ensure_future(_listen(receive, inbox, work))
        running: set[asyncio.Future[None]] = scope["app"].state.running
        running.add(work)
        try:
            await work
        except asyncio.CancelledError:
            # Nobody is there to read the end: the half answer is left as it is, so that it cannot pass for a whole one.
            if not work.done():
                work.cancel()
        finally:
            running.discard(work)
            listener.cancel()

    async def _work(self, exchange: Exchange) -> None:
        try:
            await self._handler(exchange)
        except RequestError as error:
            await self._complaint(exchange, error)
        except Exception as error:
            log.exception("%s %s", exchange.scope["method"], exchange.scope["path"])
            await self._complaint(exchange, RequestError(500, f"the embedded engine failed: {error!r}"))
        await exchange.close()


async def _listen(receive: Receive, inbox: "asyncio.Queue[Message]", work: "asyncio.Future[None]") -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            message = await receive()
            inbox.put_nowait(message)
            if message["type"] == "http.disconnect":
                work.cancel()
                return
