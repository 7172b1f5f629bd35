"""The HTTP doors to the book."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render

from portal.docs.book.comparing import Pair, compare, pair_chapters
from portal.docs.book.editions import Edition
from portal.docs.book.shelf import Shelf
from portal.docs.book.volumes import Chapter, Volume
from portal.docs.here import catalogue, library
from portal.docs.passages import Passages
from portal.docs.views import missing

logger = logging.getLogger(__name__)
shelf = Shelf(catalogue, Passages(library))


async def contents(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """The book's page of contents."""
    editions = await asyncio.to_thread(shelf.editions)
    if not editions:
        return render(request, "book/empty.html", {"root": catalogue.root})
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    try:
        volume = await asyncio.to_thread(shelf.open, chosen)
        foreword = await asyncio.to_thread(shelf.foreword, volume, _base(edition))
    except OSError as problem:
        return _unreadable(request, chosen, problem)
    return render(request, "book/contents.html", _around(volume, editions, edition) | {"foreword": foreword})


async def chapter(request: HttpRequest, name: str, edition: str | None = None) -> HttpResponse:
    """One chapter in its reading layout."""
    editions = await asyncio.to_thread(shelf.editions)
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    try:
        volume = await asyncio.to_thread(shelf.open, chosen)
    except OSError as problem:
        return _unreadable(request, chosen, problem)
    found = volume.find(name)
    if found is None:
        return await missing(request)
    if found.name != name:
        return HttpResponsePermanentRedirect(f"{_base(edition)}{quote(found.name)}/")
    html, headings = await asyncio.to_thread(shelf.chapter, volume, found, _base(edition))
    before, after = volume.around(found)
    context = {"chapter": found, "html": html, "headings": headings, "before": before, "after": after}
    return render(request, "book/chapter.html", _around(volume, editions, edition) | context)


async def whole(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """All chapters on one page, for paper."""
    editions = await asyncio.to_thread(shelf.editions)
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    try:
        volume = await asyncio.to_thread(shelf.open, chosen)
    except OSError as problem:
        return _unreadable(request, chosen, problem)
    chapters = await asyncio.to_thread(shelf.whole, volume)
    foreword = await asyncio.to_thread(shelf.foreword, volume, None)
    context = {"chapters": chapters, "foreword": foreword}
    return render(request, "book/print.html", _around(volume, editions, edition) | context)


async def editions(request: HttpRequest) -> HttpResponse:
    """Every edition, to read or to compare."""
    found = await asyncio.to_thread(shelf.editions)
    if not found:
        return render(request, "book/empty.html", {"root": catalogue.root})
    try:
        volume = await asyncio.to_thread(shelf.open, found[0])
    except OSError as problem:
        return _unreadable(request, found[0], problem)
    return render(request, "book/editions.html", _around(volume, found, None))


async def choose(request: HttpRequest) -> HttpResponse:
    """From the form that names two editions to the page that compares them, the older one first."""
    found = await asyncio.to_thread(shelf.editions)
    keys = [edition.key for edition in found]
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(key in keys for key in asked):
        return HttpResponseRedirect("/book/editions/")
    newer, older = sorted(asked, key=keys.index)
    return HttpResponseRedirect(f"/book/compare/{quote(older)}/{quote(newer)}/")


async def compared(request: HttpRequest, old: str, new: str, name: str | None = None) -> HttpResponse:
    """Two editions side by side: their chapters, or with `name` one chapter's paragraphs."""
    found = await asyncio.to_thread(shelf.editions)
    sides = [next((edition for edition in found if edition.key == key), None) for key in (old, new)]
    if sides[0] is None or sides[1] is None:
        return await missing(request)
    try:
        before, after = [await asyncio.to_thread(shelf.open, edition) for edition in sides if edition]
    except OSError as problem:
        return _unreadable(request, sides[1], problem)
    pairs = await asyncio.to_thread(pair_chapters, before, after)
    base = f"/book/compare/{quote(old)}/{quote(new)}/"
    context = _around(after, found, new) | {"old": before, "new": after, "pairs": pairs, "compare_base": base}
    if name is None:
        return render(request, "book/compare.html", context)
    pair = next((pair for pair in pairs if pair.chapter.name == name), None)
    if pair is None:
        return await missing(request)
    only = request.GET.get("only") == "changes"
    rows = [row for row in await asyncio.to_thread(compare, pair) if not only or row.change != "same"]
    at = pairs.index(pair)
    beside = {"pair": pair, "rows": rows, "only": only, "before": _other(pairs, at - 1), "after": _other(pairs, at + 1)}
    return render(request, "book/compare_chapter.html", context | beside)


def _other(pairs: list[Pair], at: int) -> Chapter | None:
    return pairs[at].chapter if 0 <= at < len(pairs) else None


def _choose(editions: tuple[Edition, ...], key: str | None) -> Edition | None:
    return next((edition for edition in editions if key is None or edition.key == key), None)


def _base(edition: str | None) -> str:
    return f"/book/editions/{quote(edition)}/" if edition else "/book/"


def _around(volume: Volume, editions: tuple[Edition, ...], edition: str | None) -> dict[str, object]:
    """What every page of the book shows: the book, its editions, and where its chapters are."""
    current = volume.edition.key == editions[0].key
    return {"book": volume, "editions": editions, "base": _base(edition), "is_current": current}


def _unreadable(request: HttpRequest, edition: Edition, problem: OSError) -> HttpResponse:
    logger.warning("the book %s cannot be read: %s", edition.pages[0].path, problem)
    return render(request, "docs/unreadable.html", {"page": edition.pages[0]}, status=500)
