"""Django's ASGI handler without its signals, for each of which it would start a thread.

They are there to close the database connections of a request's thread, and here only the desk of `portal.runs`, which
has a thread of its own, uses the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver, set_script_prefix

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

# What nobody has written down as a link need not be remembered.
_LONGEST_REMEMBERED = 200
_TOO_LARGE = "What was sent is larger than any request here can be, so the rest was not read and nothing was done."


class TooLarge(Exception):
    """More was sent than is taken; what there is of it was thrown away."""


class Handler(ASGIHandler):
    """Answers a request in the event loop's own thread; a reader who leaves ends the view."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """As Django has it, without trying a hundred patterns for an address that was asked for before."""
        path = request.path_info
        request.resolver_match = _matched(path) if len(path) <= _LONGEST_REMEMBERED else get_resolver().resolve(path)
        return request.resolver_match

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """As Django has it, but for the signals."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        except TooLarge:
            await self.send_response(_refusal(), send)
            return
        with body:
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            if refusal is not None:
                await self.send_response(refusal, send)
            elif request is not None:
                await self._answer(request, receive, send)

    async def read_body(self, receive: Receive) -> BytesIO:
        """What was sent, in memory. Django writes a body of whatever length to the disk before anybody asks who sends it."""
        body, most = BytesIO(), int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        is_whole = False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            body.write(message.get("body", b""))
            if body.tell() > most:
                raise TooLarge
            is_whole = not message.get("more_body", False)
        body.seek(0)
        return body

    async def _answer(self, request: ASGIRequest, receive: Receive, send: Send) -> None:
        answering = asyncio.create_task(self._answer_whole(request, send))
        await asyncio.sleep(0)  # a view that waits for nothing has answered in one step, and nobody can have left meanwhile
        if answering.done():
            await answering
            return
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in (leaving, answering):
            task.cancel()
        left, answered = await asyncio.gather(leaving, answering, return_exceptions=True)
        for problem in (left, answered):
            if isinstance(problem, Exception) and not isinstance(problem, RequestAborted):
                raise problem

    async def _answer_whole(self, request: ASGIRequest, send: Send) -> None:
        response = await self.run_get_response(request)
        try:
            await self.send_response(response, send)
        finally:
            _close(response)


@lru_cache(maxsize=1024)
def _matched(path: str) -> ResolverMatch:
    return get_resolver().resolve(path)


def _refusal() -> HttpResponse:
    error = {"code": "too_large", "message": _TOO_LARGE, "field": None}
    return JsonResponse({"error": error}, status=413, headers={"Connection": "close"})


def _close(response: HttpResponseBase) -> None:
    """What `HttpResponseBase.close` does, without the signal."""
    for closer in response._resource_closers:  # type: ignore[attr-defined]
        closer()
    response._resource_closers.clear()  # type: ignore[attr-defined]
    response.closed = True
