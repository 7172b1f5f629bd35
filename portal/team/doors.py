"""What every page of this room does alike: who asks, what goes wrong, the cookie of a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.team.addresses import address_of
from portal.team.audit import Actor
from portal.team.entering import Entered
from portal.team.guarding import wants_page
from portal.team.here import desk, is_team, limits, proxies
from portal.team.identity import reader_in
from portal.team.readers import Reader
from portal.team.recognition import COOKIE
from portal.team.refusals import Refused
from portal.team.second import halfway

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]
_NO_DATABASE = "The database does not answer just now, so nothing was changed; try again in a moment."


def says_why(view: View[P]) -> View[P]:
    """Answer what is refused with a page that says so; keep every answer from being stored. Alone, there is no such page."""

    @wraps(view)
    async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_team:
            raise Http404
        try:
            response = await view(request, *args, **kwargs)
        except Refused as problem:
            response = refusal(request, problem)
        except (Error, OSError):
            response = refusal(request, Refused(_NO_DATABASE, status=503))
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return cast(View[P], answer)


def refusal(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The page, or for a program the JSON, of what was refused."""
    if wants_page(request):
        response: HttpResponse = render(request, "team/refused.html", {"problem": str(problem)}, status=problem.status)
    else:
        error = {"code": "refused", "message": str(problem), "field": problem.field or None}
        response = JsonResponse({"error": error}, status=problem.status)
    if problem.wait:
        response.headers["Retry-After"] = str(problem.wait)
    return response


def reader(request: HttpRequest) -> Reader:
    """Who asks."""
    return reader_in(getattr(request, "scope", {}))


def actor(request: HttpRequest, handle: str = "") -> Actor:
    """Who asks, for the audit."""
    address = address_of(getattr(request, "scope", {}), proxies)
    return Actor(handle or reader(request).handle, address)


def browser(request: HttpRequest) -> str:
    """What the browser calls itself."""
    said = request.headers.get("User-Agent", "")
    return "".join(c for c in said if c.isprintable())[:200]


async def entered(request: HttpRequest, got: Entered, on: str) -> HttpResponse:
    """To `on`, signed in; or first to what is left to do."""
    if isinstance(got, str):
        return go_in(request, got, on)
    response = HttpResponseRedirect("/sign-in/second/", status=303)
    value = await desk.do(halfway.write, got, on)
    response.set_cookie(
        halfway.COOKIE, value, max_age=halfway.LASTING, path="/sign-in/", httponly=True, samesite="Lax", secure=is_secure()
    )
    return response


def go_on(request: HttpRequest, address: str, label: str) -> HttpResponse:
    """To another site after a form: the policy of the page a form is on lets it be sent here and, redirected, nowhere else."""
    return render(request, "team/go_on.html", {"address": address, "label": label})


def go_in(request: HttpRequest, token: str, address: str, response: HttpResponse | None = None) -> HttpResponse:
    """To `address`, signed in; or with a page between."""
    rotate_token(request)
    response = response or HttpResponseRedirect(address, status=303)
    response.set_cookie(
        COOKIE, token, max_age=limits.longest, httponly=True, samesite="Lax", secure=is_secure(),
    )  # fmt: skip
    return response


def go_out(response: HttpResponse) -> HttpResponse:
    """The same answer, with the browser told to forget."""
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def way_on(address: str) -> str:
    """Where to after signing in: an address of this site, else its first page."""
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if is_ours else "/"


def is_secure() -> bool:
    """Whether people come by https alone."""
    return bool(settings.PORTAL_ORIGINS) and all(origin.startswith("https://") for origin in settings.PORTAL_ORIGINS)
