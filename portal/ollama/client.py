"""The way to an upstream: the one module that speaks HTTP."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from portal.ollama.errors import BrokenProtocol, Interrupted, OllamaError, Unreachable
from portal.ollama.upstreams import Upstream

# An answer may be silent while a model loads: Ollama itself allows a load five minutes (OLLAMA_LOAD_TIMEOUT).
LONGEST_SILENCE = 600.0
_TIMEOUT = httpx.Timeout(connect=5.0, read=LONGEST_SILENCE, write=60.0, pool=5.0)
_MOST_CONNECTIONS = 2000
# A kept connection may be closed by the other end in the moment it is used again, which would cost a run. Opening one
# costs nothing on a local network; to the cloud it costs a TLS handshake, so those are kept, briefly.
_FRESH = httpx.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=0)
_KEPT = httpx.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=20, keepalive_expiry=5.0)
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "portal"}
_SHOWN_HEADERS = ("content-type", "retry-after", "x-request-id")


_START = "Start Ollama there (ollama serve), or set OLLAMA_HOST to the address where it listens and restart the portal."
_WAIT = "The embedded engine is being started again; run it once more in a few seconds."


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an upstream's answer; `chunks` are the bytes of its body as they arrive, exactly as sent."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Client:
    """Connections to the upstreams, shared by all runs of one event loop.

    Nothing of the machine's environment takes part (no proxies, no netrc), redirects are not followed, and the bytes
    of an answer are never decoded here.
    """

    def __init__(self) -> None:
        tls = ssl.create_default_context()
        self._http = httpx.AsyncClient(
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            transport=httpx.AsyncHTTPTransport(limits=_FRESH, verify=tls, trust_env=False),
            mounts={"https://": httpx.AsyncHTTPTransport(limits=_KEPT, verify=tls, trust_env=False)},
        )

    @asynccontextmanager
    async def send(
        self, upstream: Upstream, method: str, path: str, content: bytes | None = None, *,
        on_sent: Callable[[], None] | None = None,
    ) -> AsyncIterator[Answer]:  # fmt: skip
        """Send one request and hand out its answer; leaving the block hangs up.

        `on_sent` is called once the request is on the wire and the answer awaited.
        Raises `Unreachable`, `Interrupted` or `BrokenProtocol`, also while `chunks` is read.
        """
        headers = dict(_HEADERS)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if upstream.key is not None:
            headers["Authorization"] = f"Bearer {upstream.key}"

        async def trace(event: str, _info: Mapping[str, Any]) -> None:
            if on_sent is not None and event == "http11.send_request_body.complete":
                on_sent()

        try:
            async with self._http.stream(
                method, upstream.origin + path, content=content, headers=headers, extensions={"trace": trace}
            ) as response:
                _refuse_detours(upstream, response)
                shown = {name: response.headers[name] for name in _SHOWN_HEADERS if name in response.headers}
                yield Answer(response.status_code, shown, response.aiter_raw())
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise translate(error, upstream, f"{method} {path}") from error

    async def fetch(self, upstream: Upstream, method: str, path: str, content: bytes | None = None, *,
                    at_most: int = 8 << 20, within: float = 5.0) -> tuple[int, bytes]:  # fmt: skip
        """Ask a small question: the status and the body, of at most `at_most` bytes and within `within` seconds."""
        timeout = httpx.Timeout(within)
        headers = dict(_HEADERS) | ({"Authorization": f"Bearer {upstream.key}"} if upstream.key else {})
        try:
            async with self._http.stream(
                method, upstream.origin + path, content=content, headers=headers, timeout=timeout
            ) as response:
                body = bytearray()
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > at_most:
                        raise BrokenProtocol(
                            f"{upstream.origin} answered {method} {path} with more than {at_most} bytes."
                        )
                return response.status_code, bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise translate(error, upstream, f"{method} {path}") from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()


def _refuse_detours(upstream: Upstream, response: httpx.Response) -> None:
    if 300 <= response.status_code < 400:
        raise BrokenProtocol(
            f"{upstream.origin} answered with a redirect ({response.status_code}), which is not followed.",
            "Set the upstream to the address where Ollama itself answers.",
        )
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise BrokenProtocol(f"{upstream.origin} compressed its answer ({encoding!r}) although it was asked not to.")


def translate(error: Exception, upstream: Upstream, what: str) -> OllamaError:
    """Put one of httpx's errors into the words of `portal.ollama.errors`."""
    where = upstream.where[:1].upper() + upstream.where[1:]
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        return Unreachable(
            f"Nothing answers at {upstream.origin}: the connection for {what} was "
            + ("not made within 5 seconds." if isinstance(error, httpx.TimeoutException) else "refused."),
            _WAIT if upstream.embedded else _START,
        )
    if isinstance(error, (httpx.ReadTimeout, httpx.WriteTimeout)):
        return Interrupted(f"{where} fell silent during {what}; the portal hung up.")
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
        return Interrupted(
            f"{where} closed the connection before its answer to {what} was whole."
        )
    return BrokenProtocol(f"{where} could not be understood ({type(error).__name__}) on {what}.")
