"""The headers every answer of the site carries."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

# The one script that stands in the page itself: a request for it would hold up the first paint.
FIRST_SCRIPT = (settings.BASE_DIR / "static" / "js" / "first.js").read_text("utf-8").strip()
_FIRST = "sha256-" + base64.b64encode(hashlib.sha256(FIRST_SCRIPT.encode()).digest()).decode()
POLICY = "; ".join((
    "default-src 'none'", f"script-src 'self' '{_FIRST}'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
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
