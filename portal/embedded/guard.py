"""Keeps other sites' pages out: who asks by a foreign host name, or from a foreign origin, gets no answer."""

import ipaddress
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?|(app|file|tauri|vscode-\w+)://.*")
LOCAL_DOMAINS = (".localhost", ".local", ".internal")
PREFLIGHT = {
    "access-control-allow-methods": "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
    "access-control-allow-headers": (
        "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,"
        "X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,X-Stainless-Lang,"
        "X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,X-Stainless-Retry-Count,"
        "X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout"
    ),
    "access-control-max-age": "43200",
}


class Guard:
    """An ASGI application that lets through to another what comes from this machine, as Ollama does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", "")
        if origin in ("", f"http://{headers.get('host', '')}"):
            allowed = {}
        elif LOCAL_ORIGIN.fullmatch(origin):
            allowed = {"access-control-allow-origin": origin, "vary": "Origin"}
        else:
            await _answer(send, 403)
            return
        if not is_local_host(headers.get("host", "")):
            await _answer(send, 403)
        elif allowed and scope["method"] == "OPTIONS":
            await _answer(send, 204, {**allowed, **PREFLIGHT})
        else:
            await self._app(scope, receive, _adding(send, allowed) if allowed else send)


def is_local_host(host: str) -> bool:
    """Whether a Host header names this machine: an address that is not public, or a name only this machine can have."""
    name = host.rsplit(":", 1)[0] if re.search(r":\d*$", host) else host
    name = name.strip("[]").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name in ("", "localhost") or name.endswith(LOCAL_DOMAINS)
    return address.is_loopback or address.is_private or address.is_unspecified


async def _answer(send: Send, status: int, headers: dict[str, str] | None = None) -> None:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    if status != 204:
        raw.append((b"content-length", b"0"))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


def _adding(send: Send, headers: dict[str, str]) -> Send:
    extra = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await send(message)

    return send_with
