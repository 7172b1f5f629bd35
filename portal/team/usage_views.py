"""What was used, as a page and as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.team.doors import says_why
from portal.team.here import desk
from portal.team.usage import BY, By, as_csv, read_usage

_DAYS = (1, 7, 30, 365)


@require_safe
@says_why
async def usage(request: HttpRequest) -> HttpResponse:
    """`/usage/`: `?by=` person, model, page or day; `?days=` how far back; `?format=csv` for a spreadsheet."""
    asked, days = request.GET.get("by", ""), request.GET.get("days", "")
    by: By = next((known for known in BY if known == asked), "person")
    number = next((known for known in _DAYS if str(known) == days), 30)
    lines = await desk.do(read_usage, by, number)
    if request.GET.get("format") == "csv":
        response = HttpResponse(as_csv(by, lines), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="usage-by-{by}.csv"'
        return response
    context = {"lines": lines, "by": by, "ways": list(BY), "days": number, "spans": _DAYS}
    return render(request, "team/usage.html", context)
