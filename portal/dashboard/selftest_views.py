"""`/selftest`: what gets from this browser to the portal and back, with whatever stands in between."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.ollama.bodies import LARGEST_BODY
from portal.team.addresses import address_of

_WORDS, _PAUSE = 5, 0.3
# What stands around a body in the message that starts a run, at the most.
_WRAPPING = 64 << 10
_FORWARDED = ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Via")
_PLAIN = re.compile(r"[^\x20-\x7e]")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/selftest`: the checks, which the browser makes, and what the server saw of this request, which needs no scripts."""
    seen = [(name, _PLAIN.sub("�", request.headers[name])[:200]) for name in _FORWARDED if name in request.headers]
    context = {"seen": seen, "origins": settings.PORTAL_ORIGINS, "largest": LARGEST_BODY + _WRAPPING, "words": _WORDS}
    response = render(request, "selftest/page.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
async def words(_request: HttpRequest) -> StreamingHttpResponse:
    """`/selftest/words`: five server-sent events, 0.3 s apart, sent the way a run's events are."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_spoken(), content_type="text/event-stream", headers=headers)


@csrf_exempt
@require_POST
def echo(request: HttpRequest) -> JsonResponse:
    """`/selftest/echo`: how many bytes arrived, whether the origin may open the websocket, and from which address they came."""
    origin = request.headers.get("Origin", "")
    return JsonResponse(
        {
            "bytes": len(request.body),
            "known": origin.lower() in {known.lower() for known in settings.PORTAL_ORIGINS},
            "address": address_of(getattr(request, "scope", {}), settings.PORTAL_PROXIES),
        },
        headers={"Cache-Control": "no-store"},
    )


async def _spoken() -> AsyncIterator[str]:
    for number in range(1, _WORDS + 1):
        yield f"id: {number}\ndata: {number}\n\n"
        if number < _WORDS:
            await asyncio.sleep(_PAUSE)
