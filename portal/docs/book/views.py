"""The HTTP doors to the book."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render

from portal.docs.book.comparing import Pair, compare, pair_chapters
from portal.docs.book.editions import Edition
from portal.docs.book.shelf import Shelf
from portal.docs.book.volumes import Volume
from portal.docs.here import catalogue, library
from portal.docs.passages import Passages
from portal.docs.surroundings import crumbs_of
from portal.docs.unreadable import says_when_unreadable
from portal.docs.views import missing

shelf = Shelf(catalogue, Passages(library))
_says_so = says_when_unreadable("The Book")


@_says_so
async def contents(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """The book's page of contents."""
    editions = await asyncio.to_thread(shelf.editions)
    if not editions and edition is None:
        return render(request, "book/empty.html", {"root": catalogue.root.name})
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    volume = await asyncio.to_thread(shelf.open, chosen)
    foreword = await asyncio.to_thread(shelf.foreword, volume, _base(edition))
    return render(request, "book/contents.html", _around(volume, editions, edition) | {"foreword": foreword})


@_says_so
async def chapter(request: HttpRequest, name: str, edition: str | None = None) -> HttpResponse:
    """One chapter in its reading layout."""
    editions = await asyncio.to_thread(shelf.editions)
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    volume = await asyncio.to_thread(shelf.open, chosen)
    found = volume.find(name)
    if found is None:
        return await missing(request)
    if found.name != name:
        return HttpResponsePermanentRedirect(f"{_base(edition)}{quote(found.name)}/")
    (html, headings), description = await asyncio.to_thread(
        lambda: (shelf.chapter(volume, found, _base(edition)), shelf.describe(volume, found))
    )
    before, after = volume.around(found)
    context = {
        "chapter": found, "html": html, "headings": headings, "description": description, "before": before, "after": after,
        "crumbs": crumbs_of([(volume.title, "/book/"), (found.title, request.path)], request.build_absolute_uri),
    }  # fmt: skip
    return render(request, "book/chapter.html", _around(volume, editions, edition) | context)


@_says_so
async def whole(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """All chapters on one page, for paper."""
    editions = await asyncio.to_thread(shelf.editions)
    chosen = _choose(editions, edition)
    if chosen is None:
        return await missing(request)
    volume = await asyncio.to_thread(shelf.open, chosen)
    chapters = await asyncio.to_thread(shelf.whole, volume)
    foreword = await asyncio.to_thread(shelf.foreword, volume, None)
    context = {"chapters": chapters, "foreword": foreword}
    return render(request, "book/print.html", _around(volume, editions, edition) | context)


@_says_so
async def editions(request: HttpRequest) -> HttpResponse:
    """Every edition, to read or to compare."""
    found = await asyncio.to_thread(shelf.editions)
    if not found:
        return render(request, "book/empty.html", {"root": catalogue.root.name})
    volume = await asyncio.to_thread(shelf.open, found[0])
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


@_says_so
async def compared(request: HttpRequest, old: str, new: str) -> HttpResponse:
    """Two editions side by side, by their chapters."""
    context = await asyncio.to_thread(_beside, old, new)
    return await missing(request) if context is None else render(request, "book/compare.html", context)


@_says_so
async def compared_chapter(request: HttpRequest, old: str, new: str, name: str) -> HttpResponse:
    """A chapter of two editions side by side, by its paragraphs."""
    context = await asyncio.to_thread(_beside, old, new)
    pairs: list[Pair] = context["pairs"] if context else []
    at = next((at for at, pair in enumerate(pairs) if pair.chapter.name == name), None)
    if context is None or at is None:
        return await missing(request)
    pair = pairs[at]
    rows = await asyncio.to_thread(compare, pair)
    only = request.GET.get("only") == "changes"
    context |= {
        "pair": pair,
        "rows": [row for row in rows if not only or row.change != "same"],
        "only": only,
        "reads_the_same": all(row.change == "same" for row in rows),
        "before": pairs[at - 1].chapter if at else None,
        "after": pairs[at + 1].chapter if at + 1 < len(pairs) else None,
    }
    return render(request, "book/compare_chapter.html", context)


def _beside(old: str, new: str) -> dict[str, Any] | None:
    """Two editions opened and their chapters matched; None where there is no such edition."""
    found = shelf.editions()
    older, newer = _choose(found, old), _choose(found, new)
    if older is None or newer is None:
        return None
    before, after = shelf.open(older), shelf.open(newer)
    base = f"/book/compare/{quote(old)}/{quote(new)}/"
    pairs = pair_chapters(before, after)
    return _around(after, found, new) | {"old": before, "pairs": pairs, "compare_base": base}


def _choose(editions: tuple[Edition, ...], key: str | None) -> Edition | None:
    return next((edition for edition in editions if key is None or edition.key == key), None)


def _base(edition: str | None) -> str:
    return f"/book/editions/{quote(edition)}/" if edition else "/book/"


def _around(volume: Volume, editions: tuple[Edition, ...], edition: str | None) -> dict[str, Any]:
    """What every page of the book shows: the book, its editions, and where its chapters are."""
    current = volume.edition.key == editions[0].key
    return {"book": volume, "editions": editions, "base": _base(edition), "is_current": current}

