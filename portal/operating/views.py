"""`/metrics`: the door at which a Prometheus reads the figures of all workers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.operating.here import figures
from portal.team.guarding import shows_token


@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """In the text format, or as OpenMetrics where that is asked for. Whoever shows no token asks by a name of the site."""
    if not shows_token(request):
        request.get_host()
    text, content_type = await figures.read(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type, headers={"Cache-Control": "no-store"})
