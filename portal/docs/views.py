"""The HTTP doors to the documents."""

from __future__ import annotations

import asyncio
import logging

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from portal.docs.catalogue import Page
from portal.docs.here import catalogue, library
from portal.docs.library import Reading
from portal.docs.navigation import grow_tree, neighbours, trail_to

logger = logging.getLogger(__name__)


async def page(request: HttpRequest, path: str) -> HttpResponse:
    """A document. Another case of its address redirects to the one it is listed under."""
    found = await asyncio.to_thread(catalogue.find, path)
    if found is None:
        return await missing(request)
    if found.path != path or found.path == "":
        return HttpResponsePermanentRedirect(found.url)
    return await show(request, found, "docs/page.html")


async def show(request: HttpRequest, found: Page, template: str, context: dict[str, object] | None = None) -> HttpResponse:
    """Render a page of the catalogue into a template; a file that cannot be read costs its own page only."""
    try:
        reading = library.kept(found)
        if reading is None:
            reading = await asyncio.to_thread(library.read, found)
    except OSError as problem:
        logger.warning("the document %s cannot be read: %s", found.path, problem)
        return render(request, "docs/unreadable.html", around(found) | {"page": found}, status=500)
    return render(request, template, around(found) | _in(reading) | (context or {}))


def around(found: Page | None) -> dict[str, object]:
    """What stands around a page: the tree, the trail and the neighbours."""
    catalogue.refresh()
    trunk = grow_tree(catalogue.pages)
    if found is None or found.path not in catalogue.pages:
        return {"tree": trunk}
    current = catalogue.pages[found.path]
    before, after = neighbours(current, catalogue.pages)
    return {"tree": trunk, "trail": trail_to(current, trunk), "before": before, "after": after}


def _in(reading: Reading) -> dict[str, object]:
    rendered = reading.rendered
    contents = [heading for heading in rendered.headings if 2 <= heading.level <= 3]
    return {"page": reading.page, "rendered": rendered, "contents": contents}


async def all_documents(request: HttpRequest) -> HttpResponse:
    """Every document of the set."""
    context = await asyncio.to_thread(around, None)
    return render(request, "docs/all.html", context | {"pages": list(catalogue.pages.values()), "root": catalogue.root})


async def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page: says so, with the way back."""
    context = await asyncio.to_thread(around, None)
    return render(request, "404.html", context, status=404)
