"""Making, showing and removing passkeys: JSON between the portal and `<passkey-button>`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_POST

from portal.team.doors import actor, browser, is_secure, reader, says_why
from portal.team.entering import Halfway
from portal.team.forms import read_form
from portal.team.here import desk
from portal.team.models import SignIn
from portal.team.refusals import Refused
from portal.team.second import halfway
from portal.team.second.views import come_all_the_way
from portal.team.sessions import number_of

_LONGEST = 20_000


@require_POST
@says_why
async def ask_to_make(request: HttpRequest) -> HttpResponse:
    """`POST /account/passkeys/options`: what the browser needs to make one."""
    from portal.team.second import passkeys

    return await _ask(request, passkeys.ask_to_make, number_of(reader(request).id))


@require_POST
@says_why
async def make(request: HttpRequest) -> HttpResponse:
    """`POST /account/passkeys`: the one it has made."""
    from portal.team.second import passkeys

    answer, cookie = _read_json(request), request.COOKIES.get(passkeys.COOKIE, "")
    name = SignIn(browser=browser(request)).name
    await desk.do(passkeys.make, number_of(reader(request).id), cookie, answer, _site(request), name=name, actor=actor(request))
    return JsonResponse({"to": "/account/"}, status=201)


@require_POST
@says_why
async def remove(request: HttpRequest, passkey: int) -> HttpResponse:
    """`POST /account/passkeys/<id>/remove`: it signs them in no more."""
    from portal.team.second import passkeys

    read_form(request)
    await desk.do(passkeys.remove, number_of(reader(request).id), passkey, actor(request))
    return HttpResponseRedirect("/account/", status=303)


@require_POST
@says_why
async def ask_to_show(request: HttpRequest) -> HttpResponse:
    """`POST /sign-in/second/passkey/options`: what the browser needs to show one."""
    from portal.team.second import passkeys

    who, _ = await _halfway(request)
    return await _ask(request, passkeys.ask_to_show, who.person)


@require_POST
@says_why
async def show(request: HttpRequest) -> HttpResponse:
    """`POST /sign-in/second/passkey`: signed in by the one it shows."""
    from portal.team.second import passkeys
    from portal.team.second.proving import counted

    who, on = await _halfway(request)
    answer, cookie = _read_json(request), request.COOKIES.get(passkeys.COOKIE, "")
    await counted(desk, who.person, actor(request, " "), lambda: desk.do(passkeys.show, who.person, cookie, answer, _site(request)))
    response = JsonResponse({"to": on})
    await come_all_the_way(request, who, on, "a passkey", response)
    return response


async def _halfway(request: HttpRequest) -> tuple[Halfway, str]:
    found = await desk.do(halfway.read, request.COOKIES.get(halfway.COOKIE, ""))
    if found is None:
        raise Refused("That took too long. Sign in anew at /sign-in/.", status=403)
    return found


async def _ask(request: HttpRequest, ask: Callable[..., tuple[dict[str, Any], str]], person: int) -> HttpResponse:
    from portal.team.second.passkeys import COOKIE, LASTING

    options, cookie = await desk.do(ask, person, _site(request))
    response = JsonResponse(options)
    response.set_cookie(COOKIE, cookie, max_age=LASTING, httponly=True, samesite="Strict", secure=is_secure())
    return response


def _site(request: HttpRequest) -> Any:
    from portal.team.second.passkeys import Site

    host = request.get_host().rpartition(":")[0] if ":" in request.get_host().rpartition("]")[2] else request.get_host()
    return Site(host, f"{request.scheme}://{request.get_host()}", settings.PORTAL_TITLE)


def _read_json(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body) if len(request.body) <= _LONGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("That is not the JSON of a passkey.")
    return found
