"""This site's origins: which pages may open a websocket here, and under which scheme readers know the site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
_DEFAULT_PORTS = {"http": 80, "https": 443}


def read_origin(text: str) -> tuple[str, str, int] | None:
    """An `Origin` header as (scheme, host, port), or None when it is not one."""
    try:
        parts = urlsplit(text)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port


class OnlyKnownOrigins:
    """Refuses a handshake, with 403, whose Origin is missing, malformed or not on the list."""

    def __init__(self, application: Application, *, origins: Iterable[str]) -> None:
        self.application = application
        self.known = {read_origin(origin) for origin in origins} - {None}

    def __call__(self, scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
        """Let the handshake through, or deny it before it is accepted."""
        values = [value for name, value in scope.get("headers", ()) if name == b"origin"]
        origin = read_origin(values[0].decode("latin-1")) if len(values) == 1 else None
        if origin is None or origin not in self.known:
            denied: Awaitable[None] = WebsocketDenier()(scope, receive, send)
            return denied
        # Handed on and not awaited here: a socket that stands open for hours would hold this frame for as long.
        return self.application(scope, receive, send)


class AsReadersKnowIt:
    """Tells the application the scheme of the origin a request was meant for; a proxy that ends TLS hands it on as http."""

    def __init__(self, application: Application, *, origins: Iterable[str]) -> None:
        self.application = application
        self.known = {read_origin(origin) for origin in origins} - {None}
        self._is_of_https = lru_cache(maxsize=64)(self._look_up)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        if scope["scheme"] == "http" and self._is_of_https(host):
            scope = {**scope, "scheme": "https"}
        await self.application(scope, receive, send)

    def _look_up(self, named: bytes) -> bool:
        host = named.decode("latin-1")
        return read_origin(f"https://{host}") in self.known and read_origin(f"http://{host}") not in self.known
