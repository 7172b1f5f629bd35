"""The HTTP door to search."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from portal.docs.search.here import search, upkeep
from portal.docs.search.values import Answer, Hit, Marked
from portal.keeping import tag_of

_IN_PALETTE, _ON_PAGE = 16, 30
_LAST_PAGE = 20
_MOST_ECHOED = 400
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
        response = JsonResponse(_as_json(answer, page, size), json_dumps_params={"default": _as_fields})
        # How long it took is no part of what was found.
        found = repr((page, replace(answer, milliseconds=0))).encode("utf-8", "surrogatepass")
        response.headers["ETag"] = tag_of(found).decode()
        return _private(response)
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
    return _as_fields(answer) | {
        "query": answer.query[:_MOST_ECHOED],
        "milliseconds": round(answer.milliseconds, 2),
        "more": answer.total > page * size and page < _LAST_PAGE,
    }


def _as_fields(value: object) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]


def _as_context(answer: Answer, number: int) -> dict[str, object]:
    return {
        "answer": answer,
        "query": answer.query[:_MOST_ECHOED],
        "asked": bool(answer.query.strip()),
        "pages": [
            _as_fields(page) | {"title": _as_html(page.title), "hits": map(_hit_as_html, page.hits)}
            for page in answer.pages
        ],
        "earlier": number - 1 if number > 1 else None,
        "later": number + 1 if answer.total > number * _ON_PAGE and number < _LAST_PAGE else None,
    }


def _hit_as_html(hit: Hit) -> dict[str, object]:
    return {"url": hit.url, "path": map(_as_html, hit.path), "snippet": _as_html(hit.snippet)}


def _as_html(text: Marked) -> SafeString:
    shown = (f"<mark>{escape(piece)}</mark>" if is_marked else escape(piece) for piece, is_marked in text)
    return mark_safe("".join(shown))  # noqa: S308 - each piece was escaped


def _overloaded(request: HttpRequest, query: str, *, as_json: bool) -> HttpResponse:
    message = "More searches arrive than can be answered just now. Try again in a moment."
    if as_json:
        response: HttpResponse = JsonResponse({"error": {"code": "overloaded", "message": message}}, status=503)
    else:
        said = {"query": query[:_MOST_ECHOED], "problem": message}
        response = render(request, "search/results.html", said, status=503)
    response.headers["Retry-After"] = "1"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    # An edit shows in the next answer, so none is kept.
    response.headers["Cache-Control"] = "no-store"
    return response
