"""Django's admin behind the portal's own sign-in: shown to administrators, changed by nobody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve, set_urlconf
from django.views.decorators.http import require_safe

from portal.team.doors import says_why
from portal.team.here import desk
from portal.team.refusals import Refused

# Loaded when it is first asked for: most portals never are.
_URLS = "portal.admin_urls"


@require_safe
@says_why
async def index(request: HttpRequest) -> HttpResponseBase:
    """`/admin/`: which tables there are."""
    return await desk.do(_answer, request)


@require_safe
@says_why
async def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """`/admin/<path>`: one of them, or one of its rows."""
    return await desk.do(_answer, request)


def _answer(request: HttpRequest) -> HttpResponse:
    set_urlconf(_URLS)
    try:
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # Here, where the database is.
        return response.render() if isinstance(response, SimpleTemplateResponse) else response
    except Resolver404:
        raise Refused("There is no such page.", status=404) from None
    finally:
        set_urlconf(None)
