"""Stands before the site where requests are logged or traced: gives each an id, and tells how it was answered."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from django.urls import Resolver404, resolve

from portal.about import person, request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_STATUS_OF = {"websocket.accept": 101, "websocket.close": 403}


@dataclass(slots=True)
class Answered:
    """How a request was answered. `path` is its address where that is one of the site's own and no secret is part of it."""

    method: str
    path: str = ""
    route: str = ""
    status: int = 0
    bytes: int = 0
    duration_ms: float = 0.0


Around = Callable[[Answered], AbstractContextManager[None]]


class Observed:
    """`who` tells the id of the reader behind a connection; `around` are entered with the answer, and left once it is filled in."""

    def __init__(self, application: Application, who: Callable[[Message], str], around: Sequence[Around]) -> None:
        self.application, self.who, self.around = application, who, around

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass it on; the id goes back to the reader, so that what they report can be found."""
        if scope["type"] not in ("http", "websocket"):
            await self.application(scope, receive, send)
            return
        identity = secrets.token_hex(8)
        request.set(identity)
        person.set(self.who(scope))
        answered = Answered(scope.get("method", "GET"))
        started = time.perf_counter()

        async def note(message: Message) -> None:
            await send(_noted(message, answered, identity))

        with ExitStack() as stack:
            for one in self.around:
                stack.enter_context(one(answered))
            try:
                await self.application(scope, receive, note)
            finally:
                answered.duration_ms = round((time.perf_counter() - started) * 1000, 1)
                # Now and then it has to be looked up first who it is.
                person.set(person.get() or self.who(scope))
                answered.route = route_of(scope["path"])
                answered.path = _shown(scope["path"], answered)


def _noted(message: Message, answered: Answered, identity: str) -> Message:
    kind = message["type"]
    if kind == "http.response.body":
        answered.bytes += len(message.get("body", b""))
        return message
    if kind == "http.response.start":
        answered.status = message["status"]
    elif kind in _STATUS_OF and not answered.status:
        answered.status = _STATUS_OF[kind]
    if kind in ("http.response.start", "websocket.accept"):
        return {**message, "headers": [*message.get("headers", ()), (b"x-request-id", identity.encode())]}
    return message


def route_of(path: str) -> str:
    """Which of the site's routes an address takes; nothing where there is none."""
    if path.startswith(("/static/", "/ws/")):
        return "/static/<path>" if path.startswith("/static/") else "/ws/runs/"
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return ""


def _shown(path: str, answered: Answered) -> str:
    # What somebody made up is not for the log, and whoever knows a token can use it.
    if answered.status >= 400 or not answered.route or "token>" in answered.route:
        return answered.route
    return "".join(c if c.isprintable() else "�" for c in path)[:300]
