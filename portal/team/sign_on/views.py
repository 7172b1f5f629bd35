"""Signing on with an account elsewhere, and linking it to one's own here."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from portal.team.doors import actor, browser, entered, go_on, is_secure, reader, says_why, way_on
from portal.team.entering import Entrance
from portal.team.forms import read_form
from portal.team.here import desk, limits, recognition
from portal.team.refusals import Refused
from portal.team.sign_on.attempts import COOKIE, LASTING, Attempt, new_attempt, write
from portal.team.sign_on.providers import Provider

_ANSWER = ("state", "code", "error", "iss")


@require_safe
@says_why
async def begin(request: HttpRequest, name: str) -> HttpResponse:
    """`/sign-on/<name>/`: to the provider; `?next=` is where to go then, `?invitation=` what somebody joins with."""
    # What it needs takes a while to load, and only some portals have providers.
    from portal.team.sign_on.signing_on import way_there

    provider = _find(name)
    attempt = new_attempt(name, on=way_on(request.GET.get("next", "")), invitation=request.GET.get("invitation", "")[:200])
    address = await way_there(desk, provider, attempt, _back(request, name), actor(request))
    return _remember(HttpResponseRedirect(address), attempt)


@require_safe
@says_why
async def back(request: HttpRequest, name: str) -> HttpResponse:
    """`/sign-on/<name>/back`: where a provider sends people back to, signed on or not."""
    from portal.team.sign_on import signing_on

    provider = _find(name)
    answer = {field: request.GET[field][:4000] for field in _ANSWER if field in request.GET}
    cookie = request.COOKIES.get(COOKIE, "")
    attempt, claims = await signing_on.come_back(desk, provider, cookie, answer, back=_back(request, name), actor=actor(request))
    if attempt.link:
        return await _link(request, provider, attempt, claims)
    entrance = Entrance(actor(request), browser(request), limits.factor_from)
    got = await signing_on.enter(desk, provider, claims, attempt.invitation, entrance)
    await recognition.note_change()
    return _forget(await entered(request, got, "/account/" if attempt.invitation else attempt.on))


async def _link(request: HttpRequest, provider: Provider, attempt: Attempt, claims: object) -> HttpResponse:
    from portal.team.sign_on.identities import link

    if reader(request).handle != attempt.link:
        raise Refused("You are no longer signed in as whoever began this, so nothing was changed.", status=403)
    await desk.do(link, attempt.link, provider, claims, actor(request))  # type: ignore[arg-type]
    return _forget(HttpResponseRedirect("/account/?linked", status=303))


@require_POST
@says_why
async def add(request: HttpRequest, name: str) -> HttpResponse:
    """`POST /account/identities/<name>/link`: to the provider, to add an account there to one's own."""
    from portal.team.sign_on.signing_on import way_there

    read_form(request)
    provider = _find(name)
    attempt = new_attempt(name, link=reader(request).handle)
    address = await way_there(desk, provider, attempt, _back(request, name), actor(request))
    return _remember(go_on(request, address, provider.label), attempt)


@require_POST
@says_why
async def remove(request: HttpRequest, identity: int) -> HttpResponse:
    """`POST /account/identities/<id>/unlink`: it lets them in no more."""
    from portal.team.sign_on.identities import unlink

    read_form(request)
    await desk.do(unlink, reader(request).handle, identity, actor(request))
    return HttpResponseRedirect("/account/", status=303)


def _find(name: str) -> Provider:
    found: Provider | None = settings.PORTAL_PROVIDERS.get(name)
    if found is None:
        raise Refused("This portal knows no such provider.", status=404)
    return found


def _back(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(f"/sign-on/{name}/back")


def _remember(response: HttpResponse, attempt: Attempt) -> HttpResponse:
    # Lax: it has to come back from the provider's site.
    response.set_cookie(
        COOKIE, write(attempt), max_age=LASTING, path="/sign-on/", httponly=True, samesite="Lax", secure=is_secure()
    )
    return response


def _forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path="/sign-on/", samesite="Lax")
    return response
