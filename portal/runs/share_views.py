"""What is shared, for those it is shared with and those who shared it: links, the runs behind them, what is said of them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import wraps
from typing import ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.runs import comments, sharing
from portal.runs.archive import Archive
from portal.runs.doors import (
    Door,
    check_form,
    done,
    find,
    is_of_page,
    log_of,
    rejection,
    says_why,
    scope_of,
    status_of,
    who_asks,
)
from portal.runs.here import archive, keeper, registry, terms
from portal.runs.leaving import Leaks, check_parts, check_run
from portal.runs.orders import Rejected
from portal.runs.pages import cannot_show, lay_out_run, private, shown, wants_json, with_addresses
from portal.runs.sharing import Found, Link, Offer
from portal.runs.sheet import address_of, told
from portal.runs.watching import Watchable
from portal.team.audit import Actor
from portal.team.here import is_team
from portal.team.noting import actor_of
from portal.team.rights import Act, may, why_not_act

P = ParamSpec("P")

_PATIENCE = 1.0
_TRIES = 5
# What a form that was answered with a question is sent again with.
_FORM = ("audience", "days", "text", "token")


def says_why_to_people(door: Door[P]) -> Door[P]:
    """Answer what is rejected with a page that says so; a program gets it as JSON."""

    @wraps(door)
    async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return await door(request, *args, **kwargs)
        except Rejected as problem:
            return _say(request, problem)

    return cast(Door[P], answer)


@require_POST
@says_why_to_people
async def share(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/share` makes a link under which the run is read: 201 with its address.

    `audience` is `team` or `anybody`, `days` how long it lasts; `no_secret` says that what was found is no secret.
    """
    run = await find(request, run_id)
    offer = _read_offer(request)
    token = await _share(request, run, offer)
    if is_of_page(request):
        return HttpResponse(status=303, headers={"Location": f"/runs/{run.id}/#run-more"})
    return JsonResponse({"address": f"/shared/{token}/", "audience": offer.audience, "days": offer.days}, status=201)


async def _share(request: HttpRequest, run: Watchable, offer: Offer) -> str:
    _check(request, "share")
    if archive is None or keeper is None:
        why = "This portal records no runs (PORTAL_KEEP_RUNS is 0), so there is nothing a link could lead to."
        raise Rejected("not_recorded", why)
    if not run.ended:
        raise Rejected("not_ended", "The run is under way. What is shared does not change, so share it when it has ended.")
    insisted = await check_run(run, "shared", insists="no_secret" in request.POST)
    await keeper.settle_of(run.owner, _PATIENCE)
    actor = _actor(request)
    token = await archive.write(sharing.share, run.id, run.owner, offer, actor, insisted)
    for _ in range(_TRIES):  # the worker that carried the run may be about to write its end
        if token is not None:
            return token
        await asyncio.sleep(_PATIENCE / _TRIES)
        token = await archive.write(sharing.share, run.id, run.owner, offer, actor, insisted)
    raise Rejected("not_recorded", "The run is not recorded yet, so a link would lead nowhere; try again in a moment.")


@require_POST
@says_why_to_people
async def unshare(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/unshare` takes every link to it back; they lead nowhere from then on."""
    check_form(request)
    run = await find(request, run_id)
    if archive is not None:
        await archive.write(sharing.unshare, run.id, run.owner, _actor(request))
    return done(request, f"/runs/{run.id}/")


@require_safe
async def links(request: HttpRequest) -> HttpResponse:
    """`/shared/`: the reader's links, and which of them lead somewhere."""
    try:
        found = await archive.read(sharing.links_of, who_asks(request).id) if archive is not None else []
    except Rejected as problem:
        return cannot_show(request, problem)
    if wants_json(request):
        return private(JsonResponse({"links": [_told(one) for one in found]}))
    unreadable = any(one.state == "in force" and not one.token for one in found)
    context = {"links": with_addresses(request, found), "has_unreadable": unreadable}
    return private(render(request, "runs/links.html", context))


@require_POST
@says_why_to_people
async def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """`POST /shared/<token>/take-back`: the link leads nowhere from then on. Administrators take back anybody's."""
    check_form(request)
    reader = who_asks(request)
    moderates = may(reader, "moderate")
    if not await _archive().write(sharing.take_back, token, reader.id, _actor(request), moderates=moderates):
        raise _leads_nowhere()
    return done(request, "/shared/")


@require_safe
async def shared(request: HttpRequest, token: str) -> HttpResponse:
    """`/shared/<token>/`: a run as whoever has its link may read it, with what the team says of it."""
    reader = who_asks(request)
    try:
        link, found = await _open(request, token)
        sheet = await lay_out_run(found)
        sees = is_team and reader.is_somebody
        moderates = may(reader, "moderate")
        said = await _archive().read(comments.comments_of, link.run, reader.handle, moderates=moderates) if sees else []
    except Rejected as problem:
        return cannot_show(request, problem, may_sign_in=is_team and not reader.is_somebody)
    if wants_json(request):
        return private(JsonResponse(told(sheet)))
    place = address_of(sheet.asked.page, sheet.asked.example, shared=token) if sheet.asked.example else ""
    context = {
        "place": place, "log": f"/shared/{token}/log", "token": token, "ends": link.ends, "with": link.audience, "sees": sees,
        "comments": said, "may_say": sees and may(reader, "comment"), "longest": comments.LONGEST,
        "moderates": is_team and (moderates or link.owner == reader.id),
    }  # fmt: skip
    return private(render(request, "runs/run.html", context | shown(sheet)))


@require_GET
@says_why
async def shared_log(request: HttpRequest, token: str) -> HttpResponseBase:
    """`/shared/<token>/log?after=N`: the same as a run's own log, for whoever has its link."""
    return await log_of((await _open(request, token))[1], request)


@require_POST
@says_why_to_people
async def comment(request: HttpRequest, token: str) -> HttpResponse:
    """`POST /shared/<token>/comments`: say something of a run that is shared, in `text`."""
    link, _ = await _open(request, token)
    actor, text, insisted = await _read_comment(request)
    await _archive().write(comments.add, link.run, actor, text, insisted)
    return done(request, f"/shared/{token}/#comments")


@require_POST
@says_why_to_people
async def change_comment(request: HttpRequest, comment: int) -> HttpResponse:
    """`POST /comments/<id>/edit`: say it otherwise. It must be one's own."""
    actor, text, insisted = await _read_comment(request)
    await _archive().write(comments.change, comment, actor, text, insisted)
    return done(request, _back(request))


@require_POST
@says_why_to_people
async def delete_comment(request: HttpRequest, comment: int) -> HttpResponse:
    """`POST /comments/<id>/delete`: one's own; for administrators anybody's."""
    check_form(request, "token")
    actor, moderates = _author(request), may(who_asks(request), "moderate")
    await _archive().write(comments.delete, comment, actor, moderates=moderates)
    return done(request, _back(request))


def _actor(request: HttpRequest) -> Actor | None:
    return actor_of(scope_of(request), who_asks(request))


def _author(request: HttpRequest) -> Actor:
    actor = _actor(request)
    if actor is None:
        raise Http404  # alone on the machine there is nobody to say something to
    return actor


async def _read_comment(request: HttpRequest) -> tuple[Actor, str, str]:
    """Who says something, what, and what was found in it and said to be no secret."""
    actor = _author(request)
    _check(request, "comment")
    check_form(request, "text", "token", "no_secret")
    text = comments.read_text(request.POST.get("text", ""))
    return actor, text, await check_parts([("the comment", text)], "said", insists="no_secret" in request.POST)


async def _open(request: HttpRequest, token: str) -> tuple[Found, Watchable]:
    """The run behind a link. Raises the same `Rejected` for one that ended, was taken back, is for others, or never was."""
    is_of_team = who_asks(request).is_somebody
    found = await archive.read(sharing.find_shared, token, is_of_team=is_of_team) if archive is not None else None
    if found is None:
        raise _leads_nowhere()
    return found, await registry.find(found.run, reader=found.owner)


def _leads_nowhere() -> Rejected:
    return Rejected("no_such_run", "This link leads nowhere; it may have ended, or whoever sent it may have taken it back.")


def _archive() -> Archive:
    if archive is None:
        raise _leads_nowhere()
    return archive


def _read_offer(request: HttpRequest) -> Offer:
    check_form(request, "audience", "days", "no_secret")
    return sharing.read_offer(terms, audience=request.POST.get("audience", ""), days=request.POST.get("days", ""))


def _check(request: HttpRequest, act: Act) -> None:
    if reason := why_not_act(who_asks(request), act):
        raise Rejected("not_allowed", reason)


def _say(request: HttpRequest, problem: Rejected) -> HttpResponse:
    if not is_of_page(request):
        may_insist = isinstance(problem, Leaks) and problem.may_insist
        return rejection(problem, **({"may_insist": may_insist} if isinstance(problem, Leaks) else {}))
    filled = [(name, request.POST.get(name, "")) for name in _FORM if name in request.POST]
    context = {"problem": str(problem), "insists": isinstance(problem, Leaks) and problem.may_insist, "filled": filled}
    response = private(render(request, "runs/not_done.html", context, status=status_of(problem)))
    if problem.wait:
        response.headers["Retry-After"] = str(problem.wait)
    return response


def _told(link: Link) -> dict[str, object]:
    fields = asdict(link)
    token = fields.pop("token")
    return fields | {"address": f"/shared/{token}/" if token else None}


def _back(request: HttpRequest) -> str:
    token = request.POST.get("token", "")
    return f"/shared/{token}/#comments" if sharing.is_token(token) else "/shared/"
