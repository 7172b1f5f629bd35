"""The library as pages, and as JSON for the panels of other pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.library import shelf
from portal.library.entries import LONGEST_NOTE, Draft, Entry, Wanted, check_fields, read_draft
from portal.library.here import desk
from portal.ollama.bodies import load_json
from portal.ollama.endpoints import find_endpoint
from portal.ollama.errors import BadBody
from portal.runs.comments import pieces_of
from portal.runs.doors import Door, check_form, is_of_page, read_json, rejection, scope_of, status_of, who_asks
from portal.runs.leaks import parts_of_body
from portal.runs.leaving import Leaks, check_parts
from portal.runs.orders import Rejected, read_order
from portal.runs.pages import private, wants_json
from portal.runs.sheet import address_of
from portal.team.audit import Actor
from portal.team.here import is_team
from portal.team.noting import actor_of
from portal.team.rights import Act, may, why_not_act

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST = 300
_LAST_PART = 1000
_NO_DATABASE = "The database does not answer just now, so nothing was changed; try again in a moment."
_PATIENCE = 5.0
_EDITED = ("name", "note", "body")


def _says_why(view: Door[P]) -> Door[P]:
    """Answer what is rejected with a page that says so; a program gets it as JSON."""

    @wraps(view)
    async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return await view(request, *args, **kwargs)
        except Rejected as problem:
            return _refused(request, problem)

    return cast(Callable[Concatenate[HttpRequest, P], Any], answer)


@require_http_methods(["GET", "HEAD", "POST"])
@_says_why
async def library(request: HttpRequest) -> HttpResponse:
    """`/library/`: what was saved; `?q=`, `?page=`, `?endpoint=` and `?author=` choose among it. A POST saves a request."""
    if request.method == "POST":
        return await _save(request)
    wanted = _read_wanted(request)
    listing = await _do(shelf.look, wanted)
    if wants_json(request):
        return private(JsonResponse({"saved": [one.as_json() for one in listing.entries], "has_more": listing.has_more}))
    chosen = {"q": wanted.words, "page": wanted.page, "endpoint": wanted.endpoint, "author": wanted.author}
    context = {
        "listing": listing, "wanted": wanted, "rows": [(one, _place(one)) for one in listing.entries],
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "may_save": may(who_asks(request), "save"),
        "later": wanted.part - 1, "earlier": wanted.part + 1 if listing.has_more and wanted.part < _LAST_PART else 0,
    }  # fmt: skip
    return private(render(request, "library/list.html", context))


@require_safe
@_says_why
async def saved(request: HttpRequest, saved: int) -> HttpResponse:
    """`/library/<id>/`: one of them, as a page or, with `?format=json`, for a panel."""
    entry = await _do(shelf.find, saved)
    if wants_json(request):
        endpoint = find_endpoint(entry.method, entry.path)
        streams = {True: "yes", False: "no", None: "never"}[endpoint.streams if endpoint else None]
        return private(JsonResponse(entry.as_json() | {"body": entry.pretty, "streams": streams}))
    return private(render(request, "library/saved.html", _shown(request, entry)))


@require_POST
@_says_why
async def edit(request: HttpRequest, saved: int) -> HttpResponse:
    """`POST /library/<id>/edit`: another `name`, `note` or `body`, by its author or a maintainer."""
    _check(request, "save")
    entry, fields = await _do(shelf.find, saved), request.POST
    check_form(request, *_EDITED, "no_secret")
    told = {name: fields.get(name, getattr(entry, name)) for name in _EDITED}
    what = {"upstream": entry.upstream, "method": entry.method, "path": entry.path, "body": _body(told["body"])}
    try:
        draft = read_draft(told, read_order({"request": what}, settings.PORTAL_UPSTREAMS))
        insisted = await _check_secrets(draft, insists="no_secret" in fields)
    except Rejected as problem:
        if not is_of_page(request):
            raise
        context = _shown(request, entry) | {"filled": told, "problem": problem, "insists": _may_insist(problem)}
        return private(render(request, "library/saved.html", context, status=status_of(problem)))
    await _do(shelf.change, saved, draft, _actor(request), insisted, tends=may(who_asks(request), "tend"))
    return HttpResponseRedirect(f"/library/{saved}/", status=303) if is_of_page(request) else HttpResponse(status=204)


@require_POST
@_says_why
async def delete(request: HttpRequest, saved: int) -> HttpResponse:
    """`POST /library/<id>/delete`, by its author or a maintainer."""
    _check(request, "save")
    check_form(request)
    await _do(shelf.delete, saved, _actor(request), tends=may(who_asks(request), "tend"))
    return HttpResponseRedirect("/library/", status=303) if is_of_page(request) else HttpResponse(status=204)


async def _save(request: HttpRequest) -> HttpResponse:
    _check(request, "save")
    message = read_json(request)
    check_fields(message)
    draft = read_draft(message, read_order(message, settings.PORTAL_UPSTREAMS))
    insisted = await _check_secrets(draft, insists=message.get("no_secret") is True)
    number = await _do(shelf.save, draft, _actor(request), insisted)
    return JsonResponse({"saved": number, "address": f"/library/{number}/"}, status=201)


async def _check_secrets(draft: Draft, *, insists: bool) -> str:
    parts = [("the name", draft.name), ("the note", draft.note), *await asyncio.to_thread(lambda: [*parts_of_body(draft.body)])]
    return await check_parts(parts, "saved", insists=insists)


def _body(text: str) -> object:
    try:
        return load_json(text) if text.strip() else None
    except BadBody as problem:
        raise Rejected("bad_request", " ".join(filter(None, (str(problem), problem.hint))), "body") from None


def _shown(request: HttpRequest, entry: Entry) -> dict[str, object]:
    reader = who_asks(request)
    is_theirs = not is_team or entry.handle == reader.handle
    return {
        "entry": entry, "note": pieces_of(entry.note), "place": _place(entry), "longest": LONGEST_NOTE,
        "may_change": may(reader, "save") and (is_theirs or may(reader, "tend")),
        "filled": {"name": entry.name, "note": entry.note, "body": entry.pretty},
    }  # fmt: skip


def _place(entry: Entry) -> str:
    return address_of(entry.page, entry.example, saved=str(entry.id)) if entry.example else ""


def _actor(request: HttpRequest) -> Actor | None:
    return actor_of(scope_of(request), who_asks(request))


def _check(request: HttpRequest, act: Act) -> None:
    if reason := why_not_act(who_asks(request), act):
        raise Rejected("not_allowed", reason)


def _read_wanted(request: HttpRequest) -> Wanted:
    words, page, endpoint, author, part = (
        request.GET.get(name, "")[:_LONGEST].replace("\x00", "�") for name in ("q", "page", "endpoint", "author", "part")
    )
    of = request.GET["of"][:_LONGEST].replace("\x00", "�") if "of" in request.GET else None
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 1
    return Wanted(words, page, endpoint, author, of, min(max(number, 1), _LAST_PART))


def _may_insist(problem: Rejected) -> bool:
    return isinstance(problem, Leaks) and problem.may_insist


def _refused(request: HttpRequest, problem: Rejected) -> HttpResponse:
    if is_of_page(request) and not wants_json(request):
        return private(render(request, "library/problem.html", {"problem": str(problem)}, status=status_of(problem)))
    return private(rejection(problem, **({"may_insist": _may_insist(problem)} if isinstance(problem, Leaks) else {})))


async def _do(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await desk.do(work, *args, **kwargs)
    except (Error, OSError, TimeoutError):
        raise Rejected("unreadable", _NO_DATABASE) from None
