"""Coming in, going out, and one's own account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.team import entering, joining, membership, resetting, sessions
from portal.team.doors import actor, browser, entered, go_out, reader, says_why, way_on
from portal.team.entering import Entrance
from portal.team.fairness import share_lines
from portal.team.forms import read_form
from portal.team.here import desk, limits, recognition, share
from portal.team.joining import Newcomer, read_handle, read_name
from portal.team.passwords import check_new, hash_of
from portal.team.readers import Reader
from portal.team.refusals import Refused
from portal.team.roles import ROLES, is_at_least
from portal.team.second.factors import has_factor, passkeys_of, recovery_codes_of
from portal.team.sessions import number_of
from portal.team.sign_on.linked import identities_of


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def sign_in(request: HttpRequest) -> HttpResponse:
    """`/sign-in/`: with a handle and a password; `?next=` is where to go then, on this site."""
    on = way_on(request.GET.get("next", ""))
    if request.method != "POST":
        return HttpResponseRedirect(on) if reader(request).is_somebody else _ask(request, on)
    filled = read_form(request, "handle", "password", "next")
    on = way_on(filled["next"])
    handle = filled["handle"].strip().lower()
    try:
        entrance = Entrance(actor(request, handle[:40]), browser(request), limits.factor_from)
        got = await entering.sign_in(desk, handle, filled["password"], entrance)
    except Refused as problem:
        return _ask(request, on, handle=handle, problem=problem)
    return await entered(request, got, on)


def _ask(request: HttpRequest, on: str, *, handle: str = "", problem: Refused | None = None) -> HttpResponse:
    context = {
        "on": on, "handle": handle, "problem": problem, "providers": list(settings.PORTAL_PROVIDERS.values()),
        "reset": "reset" in request.GET,
    }  # fmt: skip
    response = render(request, "team/sign_in.html", context, status=problem.status if problem else 200)
    if problem and problem.wait:
        response.headers["Retry-After"] = str(problem.wait)
    return response


@require_POST
@says_why
async def sign_out(request: HttpRequest) -> HttpResponse:
    """`POST /sign-out`: this browser."""
    read_form(request)
    await desk.do(sessions.end, reader(request).sign_in, actor(request))
    await recognition.note_change()
    return go_out(HttpResponseRedirect("/", status=303))


@require_POST
@says_why
async def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """`POST /sign-out/everywhere`: every browser, this one too."""
    read_form(request)
    await desk.do(sessions.end_all, reader(request).handle, actor(request))
    await recognition.note_change()
    return go_out(HttpResponseRedirect("/sign-in/", status=303))


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def setup(request: HttpRequest, token: str) -> HttpResponse:
    """`/setup/<token>/`: the first administrator, by the link printed at the start."""
    return await _join(request, token, of_setup=True)


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/invitation/<token>/`: whoever was invited, once."""
    return await _join(request, token, of_setup=False)


async def _join(request: HttpRequest, token: str, *, of_setup: bool) -> HttpResponse:
    found = await desk.do(joining.find_invitation, token[:200], of_setup=of_setup)
    context: dict[str, object] = {"of_setup": of_setup, "role": found.role, "does": ROLES[found.role]}  # type: ignore[index]
    context["providers"] = [] if of_setup else list(settings.PORTAL_PROVIDERS.values())
    context["token"] = token
    if request.method != "POST":
        return render(request, "team/join.html", context)
    filled = read_form(request, "handle", "name", "password")
    try:
        handle, name = read_handle(filled["handle"]), read_name(filled["name"])
        check_new(filled["password"], handle=handle, name=name)
        newcomer = Newcomer(handle, name, await hash_of(filled["password"]))
        entrance = Entrance(actor(request, handle), browser(request), limits.factor_from)
        made = await desk.do(joining.join, token, newcomer, entrance, of_setup=of_setup)
    except Refused as problem:
        if problem.status == 404:
            raise
        return render(request, "team/join.html", context | {"filled": filled, "problem": problem}, status=problem.status)
    await recognition.note_change()
    return await entered(request, made, "/account/")


@require_http_methods(["GET", "HEAD", "POST"])
@says_why
async def reset(request: HttpRequest, token: str) -> HttpResponse:
    """`/reset/<token>/`: another password for whoever lost theirs, once. They sign in with it then, with both factors."""
    person = await desk.do(resetting.find, token[:200])
    if request.method != "POST":
        return render(request, "team/reset.html", {"person": person})
    filled = read_form(request, "password")
    try:
        check_new(filled["password"], handle=person.handle, name=person.name)
        await desk.do(resetting.use, token, await hash_of(filled["password"]), actor(request))
    except Refused as problem:
        if problem.status == 404:
            raise
        return render(request, "team/reset.html", {"person": person, "problem": problem}, status=problem.status)
    await recognition.note_change()
    return HttpResponseRedirect("/sign-in/?reset", status=303)


@require_safe
@says_why
async def account(request: HttpRequest) -> HttpResponse:
    """`/account/`: who one is here, what one may do, and where one is signed in."""
    return await _show_account(request)


async def _show_account(request: HttpRequest, *, problem: Refused | None = None) -> HttpResponse:
    me = reader(request)
    context = {
        "me": me,
        "does": ROLES[me.role] if me.role else "",
        "share": await desk.do(share_lines, me.handle, share),
        "sign_ins": await desk.do(sessions.sign_ins_of, me.handle),
        "problem": problem,
        "changed": "changed" in request.GET,
        "linked": "linked" in request.GET,
        "providers": list(settings.PORTAL_PROVIDERS.values()),
        **await desk.do(_ways_in, me),
    }
    return render(request, "team/account.html", context, status=problem.status if problem else 200)


def _ways_in(me: Reader) -> dict[str, object]:
    person = number_of(me.id)
    return {
        "identities": [(one, _label(one.provider)) for one in identities_of(me.handle)],
        "has_password": entering.has_password(me.handle),
        "has_factor": has_factor(person),
        "passkeys": passkeys_of(person),
        "recovery_codes": recovery_codes_of(person),
        "needs_factor": bool(limits.factor_from and is_at_least(me.role, limits.factor_from)),
    }


def _label(name: str) -> str:
    provider = settings.PORTAL_PROVIDERS.get(name)
    return provider.label if provider else name


@require_POST
@says_why
async def password(request: HttpRequest) -> HttpResponse:
    """`POST /account/password`: another one, or a first one for who signs on elsewhere. Every other browser is signed out."""
    me = reader(request)
    filled = read_form(request, "present", "password")
    try:
        if await desk.do(entering.has_password, me.handle):
            await entering.check_present(desk, actor(request), filled["present"])
        check_new(filled["password"], handle=me.handle, name=me.name)
    except Refused as problem:
        return await _show_account(request, problem=problem)
    encoded = await hash_of(filled["password"])
    await desk.do(membership.set_password, me.handle, encoded, actor(request), keeping=me.sign_in)
    await recognition.note_change()
    return HttpResponseRedirect("/account/?changed", status=303)
