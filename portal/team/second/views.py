"""The second step of signing in, and setting up what it asks for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from portal.team import entering
from portal.team.doors import actor, browser, go_in, reader, says_why
from portal.team.forms import read_form
from portal.team.here import desk, limits, recognition
from portal.team.models import Person
from portal.team.readers import Reader
from portal.team.refusals import Refused
from portal.team.roles import is_at_least
from portal.team.second import factors, halfway
from portal.team.sessions import number_of


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def step(request: HttpRequest) -> HttpResponse:
    """`/sign-in/second/`: a code; for whoever needs a second factor and has none yet, its set-up."""
    found = await desk.do(halfway.read, request.COOKIES.get(halfway.COOKIE, ""))
    if found is None:
        return HttpResponseRedirect("/sign-in/", status=303)
    who, on = found
    if not await desk.do(factors.has_factor, who.person):
        return await _set_up_first(request, who, on)
    if request.method != "POST":
        return render(request, "team/second.html", {"passkeys": await desk.do(_has_passkeys, who.person)})
    from portal.team.second.proving import prove

    filled = read_form(request, "code")
    try:
        await prove(desk, who.person, filled["code"], actor(request, " "))
    except Refused as problem:
        return _again(request, problem, await desk.do(_has_passkeys, who.person))
    return await come_all_the_way(request, who, on, "a code")


def _again(request: HttpRequest, problem: Refused, passkeys: bool) -> HttpResponse:
    response = render(request, "team/second.html", {"problem": problem, "passkeys": passkeys}, status=problem.status)
    if problem.wait:
        response.headers["Retry-After"] = str(problem.wait)
    return response


async def come_all_the_way(
    request: HttpRequest, who: entering.Halfway, on: str, by: str, response: HttpResponse | None = None
) -> HttpResponse:
    """To where they wanted, signed in; or with another answer."""
    entrance = entering.Entrance(actor(request), browser(request), limits.factor_from)
    token = await desk.do(entering.come_in, who.person, entrance, f"{who.how} and {by}", strong=True)
    assert isinstance(token, str)
    return _forget(go_in(request, token, on, response))


async def _set_up_first(request: HttpRequest, who: entering.Halfway, on: str) -> HttpResponse:
    from portal.team.second.proving import enrol, open_setup

    handle, role = await desk.do(_who, who.person)
    if not (limits.factor_from and is_at_least(role, limits.factor_from)):
        return HttpResponseRedirect("/sign-in/", status=303)  # theirs was reset meanwhile
    if request.method != "POST":
        return _show_setup(request, handle, needed=True)
    filled = read_form(request, "code", "sealed")
    secret = ""
    try:
        secret = open_setup(filled["sealed"])
        made = await desk.do(enrol, who.person, secret, filled["code"], actor(request, " "))
    except Refused as problem:
        return _show_setup(request, handle, needed=True, problem=problem, secret=secret)
    entrance = entering.Entrance(actor(request), browser(request), limits.factor_from)
    token = await desk.do(entering.come_in, who.person, entrance, f"{who.how} and a code", strong=True)
    assert isinstance(token, str)
    response = render(request, "team/recovery.html", {"codes": made, "on": on, "alone": True})
    go_in(request, token, on, response)
    return _forget(response)


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def setup(request: HttpRequest) -> HttpResponse:
    """`/account/second-factor/`: set it up, with one's present password where one has one."""
    from portal.team.second.proving import enrol, open_setup

    me = reader(request)
    person = number_of(me.id)
    has_password = await desk.do(entering.has_password, me.handle)
    if await desk.do(factors.has_factor, person):
        return HttpResponseRedirect("/account/", status=303)
    if request.method != "POST":
        return _show_setup(request, me.handle, has_password=has_password)
    filled = read_form(request, "code", "sealed", "present")
    secret = ""
    try:
        secret = open_setup(filled["sealed"])
        if has_password:
            await entering.check_present(desk, actor(request), filled["present"])
        made = await desk.do(enrol, person, secret, filled["code"], actor(request), keeping=me.sign_in)
    except Refused as problem:
        return _show_setup(request, me.handle, has_password=has_password, problem=problem, secret=secret)
    await recognition.note_change()
    return render(request, "team/recovery.html", {"codes": made, "on": "/account/"})


def _show_setup(
    request: HttpRequest, handle: str, *, needed: bool = False, has_password: bool = False, problem: Refused | None = None,
    secret: str = "",
) -> HttpResponse:  # fmt: skip
    from portal.team.second import codes

    secret = secret or codes.new_secret()
    context = {
        "sealed": codes.seal(secret), "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": codes.picture(secret, handle, settings.PORTAL_TITLE), "needed": needed, "has_password": has_password,
        "problem": problem,
    }  # fmt: skip
    return render(request, "team/second_setup.html", context, status=problem.status if problem else 200)


@require_POST
@says_why
async def codes(request: HttpRequest) -> HttpResponse:
    """`POST /account/second-factor/codes`: other recovery codes, for a code."""
    from portal.team.second.proving import renew_codes

    me = await _proven(request)
    made = await desk.do(renew_codes, number_of(me.id), actor(request))
    return render(request, "team/recovery.html", {"codes": made, "on": "/account/"})


@require_POST
@says_why
async def remove(request: HttpRequest) -> HttpResponse:
    """`POST /account/second-factor/remove`: none any more, for a code; where the operator does not ask for one."""
    if limits.factor_from and is_at_least(reader(request).role, limits.factor_from):
        raise Refused("This portal asks you for a second factor, so yours stays.", status=409)
    me = await _proven(request)
    person = await desk.do(Person.objects.get, handle=me.handle)
    await desk.do(factors.take_off, person, actor(request), "removed their second factor", keeping=me.sign_in)
    await recognition.note_change()
    return HttpResponseRedirect("/account/", status=303)


async def _proven(request: HttpRequest) -> Reader:
    from portal.team.second.proving import prove

    filled, me = read_form(request, "code"), reader(request)
    await prove(desk, number_of(me.id), filled["code"], actor(request))
    return me


def _who(person: int) -> tuple[str, str]:
    return Person.objects.values_list("handle", "role").get(id=person)


def _has_passkeys(person: int) -> bool:
    return Person.objects.filter(id=person, passkeys__isnull=False).exists()


def _forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(halfway.COOKIE, path="/sign-in/", samesite="Lax")
    return response
