"""The HTTP door to search."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.docs.search.here import search, upkeep
from portal.docs.search.values import Answer

_IN_PALETTE, _ON_PAGE = 16, 30
_LAST_PAGE = 20
# Queries take a millisecond; this many waiting means that more come than one machine can answer.
_MOST_WAITING = 100
_threads = ThreadPoolExecutor(2, thread_name_prefix="search")
_waiting = 0


class Overloaded(Exception):
    """More queries wait than can be answered in good time."""


@require_safe
async def results(request: HttpRequest) -> HttpResponse:
    """What `?q=` finds: as a page, `&page=N` of it, or with `&format=json` as data for the palette and for machines."""
    query = request.GET.get("q", "")
    page = _page_number(request.GET.get("page", ""))
    as_json = request.GET.get("format") == "json"
    size = _IN_PALETTE if as_json else _ON_PAGE
    try:
        answer = await _find(query, limit=size, start=(page - 1) * size)
    except Overloaded:
        return _overloaded(request, query, as_json=as_json)
    if as_json:
        return _private(JsonResponse(_as_json(answer, page, size)))
    return _private(render(request, "search/results.html", _as_context(answer, page)))


async def _find(query: str, *, limit: int, start: int) -> Answer:
    global _waiting  # noqa: PLW0603 - counts what is handed to the threads above
    if _waiting >= _MOST_WAITING:
        raise Overloaded
    upkeep.start()
    _waiting += 1
    try:
        find = partial(search.find, query, limit=limit, start=start)
        return await asyncio.get_running_loop().run_in_executor(_threads, find)
    finally:
        _waiting -= 1


def _page_number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _as_json(answer: Answer, page: int, size: int) -> dict[str, object]:
    shown = asdict(answer)
    shown["query"] = answer.query[:400]
    shown["milliseconds"] = round(answer.milliseconds, 2)
    shown["more"] = answer.total > page * size and page < _LAST_PAGE
    return shown


def _as_context(answer: Answer, page: int) -> dict[str, object]:
    return {
        "answer": answer,
        "query": answer.query[:400],
        "asked": bool(answer.query.strip()),
        "earlier": page - 1 if page > 1 else None,
        "later": page + 1 if answer.total > page * _ON_PAGE and page < _LAST_PAGE else None,
    }


def _overloaded(request: HttpRequest, query: str, *, as_json: bool) -> HttpResponse:
    message = "More searches arrive than can be answered just now. Try again in a moment."
    if as_json:
        response: HttpResponse = JsonResponse({"error": {"code": "overloaded", "message": message}}, status=503)
    else:
        response = render(request, "search/results.html", {"query": query[:400], "problem": message}, status=503)
    response.headers["Retry-After"] = "1"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    # An edit shows in the next answer, so none is kept.
    response.headers["Cache-Control"] = "no-store"
    return response
