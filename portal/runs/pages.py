"""The reader's own runs as pages: the list, and one of them. They work with scripts off."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from portal.runs import doors, plain_views
from portal.runs.frames import Outcome
from portal.runs.here import archive, keeper, registry
from portal.runs.listing import Listing, Row, Wanted, list_in_memory, list_recorded
from portal.runs.orders import Rejected
from portal.runs.sheet import address_of, asked_of, lay_out
from portal.team.identity import reader_of

_LAST_PART = 1000
_LONGEST = 300
_PATIENCE = 0.5
OUTCOMES: tuple[str, ...] = (*Outcome.__args__, "running")  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
async def runs(request: HttpRequest) -> HttpResponseBase:
    """`/runs/`: the reader's runs, newest first; `?model=`, `?outcome=` and `?page=` choose among them. A POST starts one."""
    if request.method == "POST":
        return await (plain_views if plain_views.is_form(request) else doors).start(request)
    wanted = _read_wanted(request)
    listing, problem = await _list(_reader(request), wanted)
    chosen = {name: getattr(wanted, name) for name in ("model", "outcome", "page") if getattr(wanted, name)}
    context = {
        "listing": listing,
        "rows": [(row, address_of(row.page, row.example) if row.example else "", _figures(row)) for row in listing.rows],
        "wanted": wanted,
        "outcomes": OUTCOMES,
        "problem": problem,
        "query": urlencode(chosen),
        "later": wanted.part - 1,
        "earlier": wanted.part + 1 if listing.has_more and wanted.part < _LAST_PART else 0,
    }
    return _private(render(request, "runs/list.html", context))


@require_safe
async def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """`/runs/<id>/`: what was asked, what was answered, how it ended."""
    try:
        found = await registry.find(run_id, reader=_reader(request))
        sheet = await asyncio.to_thread(lay_out, asked_of(found), await found.written(0))
    except Rejected as problem:
        status = 404 if problem.code == "no_such_run" else 503
        return _private(render(request, "runs/problem.html", {"problem": str(problem)}, status=status))
    asked = sheet.asked
    place = address_of(asked.page, asked.example) if asked.example else ""
    context = {"sheet": sheet, "place": place, "figures": _figures_of((sheet.end or {}).get("stats"))}
    return _private(render(request, "runs/run.html", context))


async def _list(owner: str, wanted: Wanted) -> tuple[Listing, str]:
    if archive is None or keeper is None:
        return list_in_memory(registry.of(owner), wanted), ""
    try:
        if not keeper.trouble:
            await keeper.settle(_PATIENCE)
        return await archive.read(list_recorded, owner, wanted), ""
    except Rejected as problem:
        return list_in_memory(registry.of(owner), wanted), str(problem)


def _read_wanted(request: HttpRequest) -> Wanted:
    model, outcome, page, part = (request.GET.get(name, "")[:_LONGEST] for name in ("model", "outcome", "page", "part"))
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 1
    plain = [text.replace("\x00", "�") for text in (model, page)]
    return Wanted(plain[0], outcome if outcome in OUTCOMES else "", plain[1], min(max(number, 1), _LAST_PART))


def _figures(row: Row) -> str:
    stats = row.stats or {}
    parts = [_seconds(stats.get("duration_ms")), _counted(stats.get("output_tokens"), "tokens")]
    return ", ".join(part for part in parts if part)


def _figures_of(stats: dict[str, Any] | None) -> list[tuple[str, str]]:
    stats = stats or {}
    rate = stats.get("tokens_per_second")
    found = [
        ("First token", _seconds(stats.get("ttft_ms"))),
        ("Total", _seconds(stats.get("duration_ms"))),
        ("Speed", f"{rate:.3g} tokens/s" if rate else ""),
        ("Prompt", _counted(stats.get("prompt_tokens"), "tokens")),
        ("Answer", _counted(stats.get("output_tokens"), "tokens")),
        ("Load", _seconds(stats.get("load_ms"))),
        ("Size", _counted(stats.get("bytes"), "bytes")),
    ]
    return [(name, value) for name, value in found if value]


def _seconds(milliseconds: float | None) -> str:
    if milliseconds is None:
        return ""
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _counted(number: int | None, what: str) -> str:
    return "" if number is None else f"{number:,} {what if number != 1 else what[:-1]}"


def _reader(request: HttpRequest) -> str:
    return reader_of(getattr(request, "scope", {}))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
