"""What administrators see and do: people, invitations, the audit."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from portal.team import joining, membership, resetting
from portal.team.doors import actor, reader, says_why
from portal.team.forms import read_form
from portal.team.guarding import wants_page
from portal.team.here import desk, recognition
from portal.team.models import Event
from portal.team.refusals import Refused
from portal.team.roles import ROLES, Role
from portal.team.second.factors import reset

_MODEL = re.compile(r"[A-Za-z0-9*][A-Za-z0-9*._:/-]{0,299}")
_PART = 100
_MOST_PARTS = 1000


@require_safe
@says_why
async def people(request: HttpRequest) -> HttpResponse:
    """`/people/`: everybody, and the invitations that are open."""
    return await _show(request)


async def _show(request: HttpRequest, *, link: str = "", whose: str = "", problem: Refused | None = None) -> HttpResponse:
    context = {
        "people": await desk.do(membership.everybody),
        "invitations": await desk.do(joining.open_invitations),
        "grants": await desk.do(membership.grants),
        "groups": await desk.do(membership.groups),
        "upstreams": list(settings.PORTAL_UPSTREAMS),
        "roles": ROLES,
        "link": link,
        "whose": whose,
        "problem": problem,
        "me": reader(request).handle,
    }
    return render(request, "team/people.html", context, status=problem.status if problem else 200)


@require_POST
@says_why
async def invite(request: HttpRequest) -> HttpResponse:
    """`POST /people/invite`: a link that makes one person of that role. It is shown once."""
    filled = read_form(request, "role", "note")
    role = _read_role(filled["role"])
    me = reader(request).handle
    token = await desk.do(joining.invite, role, filled["note"].strip(), me, actor(request))
    link = request.build_absolute_uri(f"/invitation/{token}/")
    return await _show(request, link=link) if wants_page(request) else JsonResponse({"link": link}, status=201)


@require_POST
@says_why
async def take_back(request: HttpRequest, invitation: int) -> HttpResponse:
    """`POST /people/invitations/<id>/take-back`: it leads nowhere from then on."""
    read_form(request)
    await desk.do(joining.take_back, invitation, actor(request))
    return HttpResponseRedirect("/people/", status=303)


@require_POST
@says_why
async def give(request: HttpRequest) -> HttpResponse:
    """`POST /people/grants`: a model, or all that match a pattern with `*`, for everybody, a group or a person."""
    filled = read_form(request, "to", "model", "upstream")
    model = filled["model"].strip()
    if not _MODEL.fullmatch(model):
        raise Refused("A model is named as Ollama names it, such as qwen3:8b; * stands for any letters.", field="model")
    if filled["upstream"] not in ("", *settings.PORTAL_UPSTREAMS):
        raise Refused("This portal has no such upstream.", field="upstream")
    return await _done(request, membership.give, filled["to"], model, filled["upstream"])


@require_POST
@says_why
async def take_away(request: HttpRequest, grant: int) -> HttpResponse:
    """`POST /people/grants/<id>/take-back`: from then on it is not theirs; what they run with it stops."""
    read_form(request)
    return await _done(request, membership.take_away, grant)


@require_POST
@says_why
async def role(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/role`: another role, at once, also in sockets that are open."""
    wanted = _read_role(read_form(request, "role")["role"])
    return await _done(request, membership.give_role, handle, wanted)


@require_POST
@says_why
async def groups(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/groups`: the groups they are in, separated by commas."""
    named = read_form(request, "groups")["groups"].split(",")
    names = sorted({" ".join(name.split()) for name in named if name.strip()})
    if any(len(name) > 60 or not name.isprintable() for name in names):
        raise Refused("The name of a group has at most 60 characters.", field="groups")
    return await _done(request, membership.set_groups, handle, names)


@require_POST
@says_why
async def suspend(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/suspend`: signed out everywhere, and kept out."""
    read_form(request)
    return await _done(request, membership.suspend, handle)


@require_POST
@says_why
async def restore(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/restore`: let in again."""
    read_form(request)
    return await _done(request, membership.restore, handle)


@require_POST
@says_why
async def reset_factor(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/second-factor/reset`: signed out everywhere, and asked for a second factor no more."""
    read_form(request)
    return await _done(request, reset, handle)


@require_POST
@says_why
async def reset_password(request: HttpRequest, handle: str) -> HttpResponse:
    """`POST /people/<handle>/password/reset`: a link under which they set another password, once. It is shown once."""
    read_form(request)
    token = await desk.do(resetting.offer, handle, actor(request))
    link = request.build_absolute_uri(f"/reset/{token}/")
    return await _show(request, link=link, whose=handle) if wants_page(request) else JsonResponse({"link": link}, status=201)


async def _done(request: HttpRequest, change: Callable[..., None], *about: object) -> HttpResponse:
    try:
        await desk.do(change, *about, actor(request))
    except Refused as problem:
        if problem.status != 409 or not wants_page(request):
            raise
        return await _show(request, problem=problem)
    await recognition.note_change()
    return HttpResponseRedirect("/people/", status=303)


@require_safe
@says_why
async def audit(request: HttpRequest) -> HttpResponse:
    """`/audit/`: what was done, the latest first. `?about=` is whose, `?what=` which kind, `?part=` how far back."""
    about, what, part = (request.GET.get(name, "")[:300].replace("\x00", "�") for name in ("about", "what", "part"))
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 1
    number = min(max(number, 1), _MOST_PARTS)
    events, kinds = await desk.do(_read_audit, about, what, number)
    context = {
        "events": events[:_PART], "kinds": kinds, "about": about, "what": what,
        "later": number - 1, "earlier": number + 1 if len(events) > _PART else 0,
    }  # fmt: skip
    return render(request, "team/audit.html", context)


def _read_audit(about: str, what: str, number: int) -> tuple[list[Event], list[str]]:
    found = Event.objects.order_by("-id")
    if what:
        found = found.filter(what=what)
    if about:
        found = found.filter(actor=about) | found.filter(about=about)
    kinds = list(Event.objects.order_by("what").values_list("what", flat=True).distinct())
    return list(found[(number - 1) * _PART : number * _PART + 1]), kinds


def _read_role(text: str) -> Role:
    if text not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.", field="role")
    return text
