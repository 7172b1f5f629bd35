"""The HTTP doors to the documents, for people. `portal.docs.machines` has those for programs."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render

from portal.docs.attachments import FILES, send_file
from portal.docs.catalogue import Page, Shelf
from portal.docs.composed import Composed
from portal.docs.files import Unreadable
from portal.docs.framing import Framed
from portal.docs.here import WHOLE, catalogue, library, references, state_of
from portal.docs.machines import as_markdown, wants_markdown
from portal.docs.surroundings import around
from portal.keeping import keep

logger = logging.getLogger(__name__)
_composed = Composed()


async def page(request: HttpRequest, path: str) -> HttpResponse:
    """A document. Its other names (another case, an alias, its file's name) redirect to the address it is listed under."""
    found = catalogue.glance(path) or await asyncio.to_thread(catalogue.find, path)
    if found is None:
        return await _first_of_section(request, path)
    if unquote(found.url) != f"/docs/{path}/":
        return HttpResponsePermanentRedirect(found.url)
    if wants_markdown(request):
        return await as_markdown(request, found)
    return await show(request, found)


async def show(
    request: HttpRequest, found: Page, template: str = "docs/page.html", more: dict[str, object] | None = None
) -> HttpResponse:
    """A page of the catalogue among the others, put into a template that may need `more`.

    That has to be the same each time: what came out is kept, and given again to whoever asks by the same name.
    """
    shelf = catalogue.present
    state = state_of(found, shelf)
    references.draw_soon(shelf)
    key = (template, found.path, request.scheme, request.META.get("HTTP_HOST"))
    known = _composed.get(key, state)
    if known is not None:
        content, headers = known
        return HttpResponse(content, headers=headers)
    try:
        reading = library.kept(found)
        if reading is None:
            reading = await asyncio.to_thread(library.read, found)
    except Unreadable as problem:
        return await _unreadable(request, found, shelf, problem)
    response = await Framed(reading, shelf).compose(request, template, more or {})
    keep(response, found.path, state)
    response["Vary"] = "Accept"
    response["Link"] = f'<{found.markdown_url}>; rel="alternate"; type="text/markdown"'
    _composed.take(key, state, response.content, response.headers)
    return response


async def _unreadable(request: HttpRequest, found: Page, shelf: Shelf, problem: Unreadable) -> HttpResponse:
    """A file that cannot be read costs its own page only."""
    logger.warning("the document %s cannot be read: %s", found.path, problem)
    context = {"page": found, "reason": str(problem)}
    return await asyncio.to_thread(lambda: render(request, "docs/unreadable.html", around(found, shelf) | context, status=500))


async def _first_of_section(request: HttpRequest, path: str) -> HttpResponse:
    """A folder without a page of its own is the first page in it."""
    branch = catalogue.present.branch(path)
    first = branch.first if branch else None
    return await missing(request) if first is None else HttpResponseRedirect(first.url)


async def file_or_page(request: HttpRequest, path: str) -> HttpResponse:
    """An address without its last slash: a file of the set, else a page to be redirected to."""
    if path.lower().endswith(FILES):
        return await asyncio.to_thread(send_file, request, path)
    found = await asyncio.to_thread(catalogue.find, path)
    return await missing(request) if found is None else HttpResponsePermanentRedirect(found.url)


async def all_documents(request: HttpRequest) -> HttpResponse:
    """Every document of the set, with its size and date."""

    def compose() -> HttpResponse:
        shelf = catalogue.shelf
        pages = [(item, datetime.fromtimestamp(item.changed, UTC)) for item in shelf.pages.values()]
        response = render(request, "docs/all.html", around(None, shelf) | {"pages": pages, "root": catalogue.root.name})
        return keep(response, WHOLE, str(shelf.number))

    return await asyncio.to_thread(compose)


async def index(request: HttpRequest) -> HttpResponse:
    """The Document Index: the set's own INDEX or NAV, else its pages from A to Z."""
    shelf = await asyncio.to_thread(lambda: catalogue.shelf)
    own = shelf.pages.get("INDEX") or shelf.pages.get("NAV")
    if own is not None:
        return await show(request, own)
    response = await asyncio.to_thread(
        lambda: render(request, "docs/index.html", around(None, shelf) | {"letters": _by_letter(shelf)})
    )
    return keep(response, WHOLE, str(shelf.number))


def _by_letter(shelf: Shelf) -> dict[str, list[Page]]:
    letters: dict[str, list[Page]] = {}
    for item in sorted(shelf.pages.values(), key=lambda item: item.title.casefold()):
        first = item.title[:1].upper()
        letters.setdefault(first if first.isalpha() else "#", []).append(item)
    return letters


async def older_address(request: HttpRequest, path: str) -> HttpResponse:
    """`/doc/NAME`, as mindX's former docs server had it, which knew files within folders by their mere names too."""
    name = path.removesuffix(".md")
    found = await asyncio.to_thread(catalogue.find, name) or catalogue.present.find_by_file_name(name)
    return await missing(request) if found is None else HttpResponsePermanentRedirect(found.url)


async def missing(request: HttpRequest) -> HttpResponse:
    """`not_found`, for views that look pages up."""
    return await asyncio.to_thread(not_found, request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page: says so, with pages whose names come near and the way back. The site's handler of 404."""
    shelf = catalogue.shelf
    wanted = request.path.strip("/").rpartition("/")[2].casefold()
    near = [item for item in shelf.pages.values() if wanted and wanted in item.path.casefold()][:5]
    return render(request, "404.html", around(None, shelf) | {"near": near}, status=404)
