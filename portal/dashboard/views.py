"""The first page, its live part alone, and how the upstreams are."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from portal.dashboard.board import describe_proof, describe_runs, describe_team, describe_upstreams, the_time
from portal.dashboard.charts import WINDOWS, draw_latency, draw_tokens
from portal.dashboard.health import Health
from portal.dashboard.here import glance, watch
from portal.dashboard.proven import read_verification
from portal.docs.files import Unreadable
from portal.docs.here import catalogue
from portal.docs.journal.reading import Journal
from portal.docs.journal.views import reader as journal_reader
from portal.docs.surroundings import around
from portal.docs.views import show
from portal.keeping import KEEP
from portal.ollama.models import full_name
from portal.runs.activity import read_activity
from portal.runs.here import archive, registry
from portal.runs.team_now import TeamNow
from portal.team.identity import reader_in
from portal.team.readers import Reader
from portal.team.rights import knows_addresses

_RECENT, _ENTRIES = 6, 5
# Where the board goes: all around it is the same for everybody, and composed once.
_PLACE = "<!--portal:board-->"
# A journal of thousands of entries takes a moment when it is read first; the page does not wait for it.
_PATIENCE = 0.3


@require_safe
async def home(request: HttpRequest) -> HttpResponse:
    """The dashboard, and below it the set's own first page or, when it has none, how to add one."""
    board = render_to_string("dashboard/board.html", await _board(request), request)
    found = catalogue.glance("") or await asyncio.to_thread(catalogue.find, "")
    if found is None:
        context = {"root": catalogue.root.name, "home": True, "board": mark_safe(_PLACE), "shelf": catalogue.shelf}  # noqa: S308 - ours
        response = render(request, "dashboard/empty.html", around(None, catalogue.shelf) | context)
    else:
        response = await show(request, found, "dashboard/home.html", {"home": True, "board": mark_safe(_PLACE)})  # noqa: S308 - ours
    response.content = response.content.replace(_PLACE.encode(), board.encode(), 1)
    # It differs by reader and by the moment, so what `show` says of the page without the board does not hold.
    del response[KEEP], response["ETag"]
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
async def live(request: HttpRequest) -> HttpResponse:
    """`/live/`: the live part of the first page, as it is now."""
    response = render(request, "dashboard/board.html", await _board(request))
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
async def upstreams(_request: HttpRequest) -> JsonResponse:
    """`/upstreams/`: each upstream with its state and its models, as they were when they were last looked at."""
    watch.attend()
    return JsonResponse({"upstreams": [_told(health) for health in watch.of()]}, headers={"Cache-Control": "no-store"})


def _told(health: Health) -> dict[str, object]:
    in_memory = {full_name(model.name) for model in health.loaded or ()}
    models = [asdict(model) | {"loaded": full_name(model.name) in in_memory} for model in health.models]
    return {
        "name": health.upstream.name, "state": health.state, "since": health.since, "version": health.version,
        "latency_ms": health.latency_ms, "problem": health.problem, "models": models,
    }  # fmt: skip


async def _board(request: HttpRequest) -> dict[str, object]:
    """Everything the dashboard says; nothing here waits for an upstream."""
    watch.attend()
    now, reader = the_time(), reader_in(getattr(request, "scope", {}))
    window = WINDOWS.get(request.GET.get("over", ""), WINDOWS["day"])
    activity, journal, verification, team = await asyncio.gather(
        read_activity(reader.id, now - window.span, registry=registry, archive=archive, most=_RECENT),
        _read_journal(),
        asyncio.to_thread(read_verification, settings.PORTAL_DATA),
        _look_at_team(reader),
    )
    shelf = catalogue.present
    told = {} if glance is None or not reader.is_somebody else describe_team(team, shelf, now, handle=reader.handle)
    return describe_runs(activity, now) | told | {
        "stations": describe_upstreams(watch.of(), now, with_addresses=knows_addresses(reader)),
        "windows": WINDOWS,
        "window": window,
        "tokens": draw_tokens(activity.points, window, now),
        "latency": draw_latency(activity.points, window, now),
        "entries": journal.entries[:_ENTRIES] if isinstance(journal, Journal) else (),
        "journal_waits": journal == "waits",
        "proven": describe_proof(verification, shelf, now),
        "shelf": shelf,
    }


async def _look_at_team(reader: Reader) -> TeamNow | None:
    """What the team runs, for those who are of it."""
    if glance is None or not reader.is_somebody:
        return None
    try:
        async with asyncio.timeout(_PATIENCE):
            return await glance.look()
    except TimeoutError:
        return None


async def _read_journal() -> Journal | Literal["waits"] | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asyncio.to_thread(journal_reader.present)
    except TimeoutError:
        return "waits"
    except Unreadable:
        return None
