"""The headers every answer of the site carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip

Respond = Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]


@sync_and_async_middleware
def content_security_policy(get_response: Respond) -> Respond:
    """Allow this site's own scripts, styles and connections, and nothing from any other host."""
    if iscoroutinefunction(get_response):

        async def respond_later(request: HttpRequest) -> HttpResponse:
            return _marked(await cast(Awaitable[HttpResponse], get_response(request)))

        return respond_later

    def respond(request: HttpRequest) -> HttpResponse:
        return _marked(cast(HttpResponse, get_response(request)))

    return respond


def _marked(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    return response
