"""The way to an upstream: what is asked over HTTP, and the head of what is answered."""

from __future__ import annotations

import errno
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from portal.ollama.arriving import AtOnce, Body, Connection
from portal.ollama.errors import BrokenProtocol, Exhausted, Interrupted, OllamaError, Unreachable
from portal.ollama.upstreams import CLOUD_ORIGIN, Upstream, without_key

# An answer may be silent while a model loads: Ollama itself allows a load five minutes (OLLAMA_LOAD_TIMEOUT).
LONGEST_SILENCE = 600.0
CONNECT_WITHIN = 5.0
_MOST_CONNECTIONS = 2000
_KEPT_FOR = 5.0
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "portal"}
_SHOWN_HEADERS = ("content-type", "retry-after", "x-request-id")


_START = "Start Ollama there (ollama serve), or set OLLAMA_HOST to the address where it listens and restart the portal."
_START_OTHER = "Start it there, or give its right address in PORTAL_UPSTREAMS ({name}=http://…) and restart the portal."
_NO_WAY_OUT = "See whether the portal's machine reaches the internet, and run it again."
_WAIT = "The embedded engine is being started again; run it once more in a few seconds."


_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, aiohttp.ClientError)
_UNREACHABLE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError,
                httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)  # fmt: skip
_CUT = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, httpx.NetworkError, httpx.RemoteProtocolError)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an upstream's answer, and its body, exactly as sent."""

    status: int
    headers: Mapping[str, str]
    _body: Body

    def chunks(self, at_once: AtOnce | None = None) -> AsyncIterator[bytes]:
        """The bytes of the body as they arrive, without what `at_once` takes in the step in which it came."""
        return self._body.pieces(at_once)


_on_sent: ContextVar[Callable[[], None] | None] = ContextVar("on_sent", default=None)


class Client:
    """Connections to the upstreams, shared by all runs of one event loop.

    Nothing of the machine's environment takes part (no proxies, no netrc), redirects are not followed, and the bytes
    of an answer are never decoded here. Bounds are in seconds.
    """

    def __init__(self, *, connect_within: float = CONNECT_WITHIN, longest_silence: float = LONGEST_SILENCE) -> None:
        self._connect_within, self._longest_silence = connect_within, longest_silence
        tls = ssl.create_default_context()
        # httpx's own parser costs several times what the rest of the way of a record does; aiohttp's is written in C.
        self._near = _Transport(verify=tls, trust_env=False, client=lambda: _session(tls, is_kept=False))
        self._far = _Transport(verify=tls, trust_env=False, client=lambda: _session(tls, is_kept=True))
        # `pool` bounds all of getting a connection: waiting for a free one, finding the address, connecting.
        self._patience = httpx.Timeout(longest_silence, connect=connect_within, pool=connect_within)

    @asynccontextmanager
    async def send(
        self, upstream: Upstream, method: str, path: str, content: bytes | None = None, *,
        on_sent: Callable[[], None] | None = None,
    ) -> AsyncIterator[Answer]:  # fmt: skip
        """Send one request and hand out its answer; leaving the block hangs up.

        `on_sent` is called once the request is on the wire and the answer awaited.
        Raises `Unreachable`, `Interrupted` or `BrokenProtocol`, also while `chunks` is read.
        """
        _on_sent.set(on_sent)
        try:
            response = await self._ask(_request(upstream, method, path, content, upstream.present_key), self._patience)
            stream = response.stream
            try:
                _refuse_detours(upstream, response)
                shown = {name: response.headers[name] for name in _SHOWN_HEADERS if name in response.headers}
                answer = Answer(response.status_code, shown, Body(response.extensions["answer"], self._longest_silence))
                del response  # its body may come for an hour, and all that is wanted of the rest is here
                yield answer
            finally:
                await cast(AiohttpResponseStream, stream).aclose()
        except _ERRORS as error:
            raise translate(error, upstream, f"{method} {path}", self._connect_within) from error

    async def fetch(self, upstream: Upstream, method: str, path: str, content: bytes | None = None, *,
                    at_most: int = 8 << 20, within: float = 5.0) -> tuple[int, bytes]:  # fmt: skip
        """Ask a small question: the status and the body, of at most `at_most` bytes and within `within` seconds."""
        _on_sent.set(None)  # a run may ask it between two tries of its own
        key = upstream.present_key
        try:
            response = await self._ask(_request(upstream, method, path, content, key), httpx.Timeout(within))
            try:
                body = bytearray()
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > at_most:
                        raise BrokenProtocol(
                            f"{upstream.origin} answered {method} {path} with more than {at_most} bytes."
                        )
                return response.status_code, _without(bytes(body), key)
            finally:
                await response.aclose()
        except _ERRORS as error:
            raise translate(error, upstream, f"{method} {path}", within) from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._near.aclose()
        await self._far.aclose()

    async def _ask(self, request: httpx.Request, patience: httpx.Timeout) -> httpx.Response:
        """The head of an answer, whose body is to be read and then closed."""
        # An httpx.AsyncClient before the transport would add cookies, redirects and sign-in, none of which may be here, and takes
        # a tenth of a run's beginning.
        request.extensions["timeout"] = patience.as_dict()
        transport = self._far if request.url.scheme == "https" else self._near
        return await transport.handle_async_request(request)


class _Transport(AiohttpTransport):
    """Hands out aiohttp's own answer beside httpx's."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        response = await super().handle_async_request(request)
        if isinstance(response.stream, AiohttpResponseStream):
            response.extensions["answer"] = response.stream._aiohttp_response  # there is no other way to it
        return response


def _request(upstream: Upstream, method: str, path: str, content: bytes | None, key: str | None) -> httpx.Request:
    headers = dict(_HEADERS)
    if content is not None:
        headers["Content-Type"] = "application/json"
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.Request(method, upstream.origin + path, content=content, headers=headers)


def _without(body: bytes, key: str | None) -> bytes:
    # Only a body that repeats the key is anything but what came.
    return without_key(body.decode("utf-8", "replace"), key).encode() if key and key.encode() in body else body


def _session(tls: ssl.SSLContext, *, is_kept: bool) -> aiohttp.ClientSession:
    """What the transport sends over, made in the event loop that uses it.

    A kept connection may be closed by the other end in the moment it is used again, which would cost a run. Opening one
    costs nothing on a local network; to the cloud it costs a TLS handshake, so those are kept, briefly.
    """
    if is_kept:
        connector = aiohttp.TCPConnector(ssl=tls, limit=_MOST_CONNECTIONS, keepalive_timeout=_KEPT_FOR)
    else:
        connector = aiohttp.TCPConnector(ssl=tls, limit=_MOST_CONNECTIONS, force_close=True)
    connector._factory = partial(Connection, loop=connector._loop)  # type: ignore[assignment]  # there is no other way to it
    told = aiohttp.TraceConfig()
    told.on_request_headers_sent.append(_note_head)
    told.on_request_chunk_sent.append(_note_body)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[told])


async def _note_head(
    _session: object, _context: object, head: aiohttp.TraceRequestHeadersSentParams
) -> None:
    if int(head.headers.get("Content-Length", 0)) == 0:
        _note_sent()


async def _note_body(_session: object, _context: object, _chunk: object) -> None:
    _note_sent()


def _note_sent() -> None:
    if (on_sent := _on_sent.get()) is not None:
        on_sent()


def _refuse_detours(upstream: Upstream, response: httpx.Response) -> None:
    if 300 <= response.status_code < 400:
        raise BrokenProtocol(
            f"{upstream.origin} answered with a redirect ({response.status_code}), which is not followed.",
            "Set the upstream to the address where Ollama itself answers.",
        )
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise BrokenProtocol(f"{upstream.origin} compressed its answer ({encoding!r}) although it was asked not to.")


def _how_to_start(upstream: Upstream) -> str:
    if upstream.embedded:
        return _WAIT
    if upstream.origin == CLOUD_ORIGIN:
        return _NO_WAY_OUT
    return _START if upstream.name == "local" else _START_OTHER.format(name=upstream.name)


def translate(error: Exception, upstream: Upstream, what: str, within: float = CONNECT_WITHIN) -> OllamaError:
    """Put one of httpx's errors, or one of aiohttp's that it does not know, into the words of `portal.ollama.errors`."""
    # The transport's own table takes a refused connection, and one that was cut, for one that came too late.
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    where = upstream.where[:1].upper() + upstream.where[1:]
    if isinstance(cause, aiohttp.ClientConnectorError) and cause.os_error.errno in (errno.EMFILE, errno.ENFILE):
        return Exhausted(f"This server has as many files and connections open as it may, so {what} was not sent.")
    if isinstance(cause, _UNREACHABLE):
        return Unreachable(
            f"Nothing answers at {upstream.origin}: the connection for {what} was "
            + (f"not made within {within:g} seconds." if isinstance(cause, (TimeoutError, httpx.TimeoutException)) else "refused."),
            _how_to_start(upstream),
        )
    if isinstance(cause, (TimeoutError, httpx.TimeoutException)):
        return Interrupted(f"{where} fell silent during {what}; the portal hung up.")
    if isinstance(cause, _CUT):
        return Interrupted(
            f"{where} closed the connection before its answer to {what} was whole."
        )
    return BrokenProtocol(f"{where} could not be understood ({type(cause).__name__}) on {what}.")
