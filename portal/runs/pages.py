"""The reader's own runs as pages: the list, and one of them. They work with scripts off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from portal.runs import doors, plain_views
from portal.runs.comments import comments_of
from portal.runs.differing import compare
from portal.runs.frames import Outcome
from portal.runs.here import archive, keeper, registry, terms
from portal.runs.listing import Listing, Row, Wanted, list_in_memory, list_recorded
from portal.runs.orders import Rejected
from portal.runs.sharing import Link, links_of
from portal.runs.sheet import Sheet, address_of, asked_of, lay_out, told
from portal.runs.watching import Watchable
from portal.team.identity import reader_in, reader_of
from portal.team.rights import may

_LAST_PART = 1000
_MOST_OTHERS = 20
_LONGEST = 300
_PATIENCE = 0.5
_OF_ONE_WORKER = (
    "Runs are not recorded here, so this lists those of one worker of several. A run's own address shows it on every worker, "
    "for an hour after its end."
)
OUTCOMES: tuple[str, ...] = (*Outcome.__args__, "running")  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
async def runs(request: HttpRequest) -> HttpResponseBase:
    """`/runs/`: the reader's runs, newest first; `?model=`, `?outcome=` and `?page=` choose among them. A POST starts one."""
    if request.method == "POST":
        return await plain_views.start(request) if plain_views.is_form(request) else await doors.start(request)
    wanted = _read_wanted(request)
    listing, problem = await _list(_reader(request), wanted)
    if wants_json(request):
        return private(JsonResponse({"runs": [asdict(row) for row in listing.rows], "has_more": listing.has_more}))
    chosen = {name: getattr(wanted, name) for name in ("model", "outcome", "page", "example") if getattr(wanted, name)}
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
    return private(render(request, "runs/list.html", context))


@require_safe
async def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """`/runs/<id>/`: what was asked, what was answered, how it ended. `?against=` another run's id compares the two."""
    reader = _reader(request)
    try:
        found = await registry.find(run_id, reader=reader)
        sheet = await lay_out_run(found)
        if wants_json(request):
            return private(JsonResponse(told(sheet)))
        links = await archive.read(links_of, reader, found.id) if archive is not None else []
        me = reader_in(_scope(request))
        said = await archive.read(comments_of, found.id, me.handle, moderates=False) if archive and links else []
        context = await _compared(request, sheet)
    except Rejected as problem:
        return cannot_show(request, problem)
    place = address_of(sheet.asked.page, sheet.asked.example, run=found.id) if sheet.asked.example else ""
    context |= {"is_mine": True, "place": place, "links": with_addresses(request, links), "comments": said, "terms": terms}
    context["can_share"] = archive is not None and sheet.end is not None and may(me, "share")
    return private(render(request, "runs/run.html", context | shown(sheet)))


def with_addresses(request: HttpRequest, links: Iterable[Link]) -> list[tuple[Link, str]]:
    """Each link with where it is; nothing where that cannot be told any more."""
    return [(one, request.build_absolute_uri(f"/shared/{one.token}/") if one.token else "") for one in links]


async def lay_out_run(found: Watchable) -> Sheet:
    """The run read for a page, in a thread."""
    return await asyncio.to_thread(lay_out, asked_of(found), await found.written(0))


def shown(sheet: Sheet) -> dict[str, object]:
    """What the page of any run shows."""
    return {"sheet": sheet, "head": sheet.head, "figures": _figures_of(sheet)}


def cannot_show(request: HttpRequest, problem: Rejected, *, may_sign_in: bool = False) -> HttpResponse:
    """Why there is nothing to show, as a page or as JSON."""
    status = 404 if problem.code == "no_such_run" else 503
    if wants_json(request):
        error = {"code": problem.code, "message": str(problem), "field": problem.field}
        return private(JsonResponse({"error": error}, status=status))
    return private(render(request, "runs/problem.html", {"problem": str(problem), "may_sign_in": may_sign_in}, status=status))


async def _compared(request: HttpRequest, sheet: Sheet) -> dict[str, object]:
    """The other runs of the same example and, where one was chosen, what differs from it. Raises `Rejected`."""
    asked, reader = sheet.asked, _reader(request)
    if not asked.example:
        return {}
    listing, _ = await _list(reader, Wanted(page=asked.page, example=asked.example))
    others = [row for row in listing.rows if row.id != asked.id][:_MOST_OTHERS]
    against = request.GET.get("against", "")
    if not against:
        return {"others": others}
    other = await lay_out_run(await registry.find(against, reader=reader))
    parts = await asyncio.to_thread(compare, other.said.text, sheet.said.text)
    return {"others": others, "against": other.asked, "parts": parts}


async def _list(owner: str, wanted: Wanted) -> tuple[Listing, str]:
    if archive is None or keeper is None:
        return list_in_memory(registry.of(owner), wanted), _OF_ONE_WORKER if registry.is_shared else ""
    try:
        if not keeper.trouble:
            await keeper.settle_of(owner, _PATIENCE)
        return await archive.read(list_recorded, owner, wanted), ""
    except Rejected as problem:
        return list_in_memory(registry.of(owner), wanted), str(problem)


def _read_wanted(request: HttpRequest) -> Wanted:
    model, outcome, page, example, part = (
        request.GET.get(name, "")[:_LONGEST] for name in ("model", "outcome", "page", "example", "part")
    )
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 1
    plain = [text.replace("\x00", "�") for text in (model, page, example)]
    known = outcome if outcome in OUTCOMES else ""
    return Wanted(plain[0], known, plain[1], plain[2], min(max(number, 1), _LAST_PART))


def _figures(row: Row) -> str:
    stats = row.stats or {}
    parts = [_seconds(stats.get("duration_ms")), _counted(stats.get("output_tokens"), "tokens")]
    return ", ".join(part for part in parts if part)


def _figures_of(sheet: Sheet) -> list[tuple[str, str]]:
    stats: dict[str, Any] = (sheet.end or {}).get("stats") or {}
    rate = stats.get("tokens_per_second")
    found = [
        ("First token" if sheet.has_tokens else "First byte", _seconds(stats.get("ttft_ms"))),
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


def wants_json(request: HttpRequest) -> bool:
    """Whether a program reads the answer."""
    return request.GET.get("format") == "json"


def _reader(request: HttpRequest) -> str:
    return reader_of(_scope(request))


def _scope(request: HttpRequest) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(request, "scope", {})
    return found


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody and found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
