"""The HTTP doors to the documents, for people. `portal.docs.machines` has those for programs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe

from portal.docs.attachments import FILES, send_file
from portal.docs.catalogue import Page, Shelf
from portal.docs.composed import Composed
from portal.docs.files import Unreadable
from portal.docs.here import WHOLE, catalogue, library, references, state_of
from portal.docs.library import Reading
from portal.docs.machines import as_markdown, wants_markdown
from portal.docs.rendering import Heading
from portal.docs.surroundings import MOST_IN_TREE, around, draw_crumbs
from portal.keeping import keep

logger = logging.getLogger(__name__)
# Bytes of HTML put into their template between two turns of the event loop; more is done in a thread.
_MOST_AT_ONCE = 256 << 10
# Where a page's own HTML goes: it is put in as bytes, since a template would copy it several times over.
_PLACE = "<!--portal:page-->"
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
    return await show(request, found, "docs/page.html")


async def show(
    request: HttpRequest, found: Page, template: str, context: dict[str, object] | None = None
) -> HttpResponse:
    """Render a page of the catalogue into a template; a file that cannot be read costs its own page only.

    `context` is what the template gets each time: what came out is kept, and given again to whoever asks by the same name.
    """
    shelf = catalogue.present
    state = state_of(found, shelf)
    references.draw_soon(shelf)
    key = (template, found.path, request.scheme, request.get_host())
    known = _composed.get(key, state)
    if known is not None:
        return _marked(HttpResponse(known), found, state)
    try:
        reading = library.kept(found)
        if reading is None:
            reading = await asyncio.to_thread(library.read, found)
    except Unreadable as problem:
        logger.warning("the document %s cannot be read: %s", found.path, problem)
        context = {"page": found, "reason": str(problem)}
        return await asyncio.to_thread(
            lambda: render(request, "docs/unreadable.html", around(found, shelf) | context, status=500)
        )

    def compose() -> HttpResponse:
        linked = {"linked_from": references.to(found, shelf), "referenced": references.of(found, shelf)}
        described = {
            "canonical": request.build_absolute_uri(found.url),
            "crumbs": draw_crumbs(found, shelf, request.build_absolute_uri),
        }
        response = render(request, template, around(found, shelf) | _in(reading) | linked | described | (context or {}))
        response.content = response.content.replace(_PLACE.encode(), reading.html, 1)
        return response

    is_small = len(reading.html) <= _MOST_AT_ONCE and len(shelf.pages) <= MOST_IN_TREE
    response = compose() if is_small else await asyncio.to_thread(compose)
    _composed.take(key, state, response.content)
    return _marked(response, found, state)


def _marked(response: HttpResponse, found: Page, state: str) -> HttpResponse:
    patch_vary_headers(response, ["Accept"])
    response["Link"] = f'<{found.markdown_url}>; rel="alternate"; type="text/markdown"'
    return keep(response, found.path, state)


async def _first_of_section(request: HttpRequest, path: str) -> HttpResponse:
    """A folder without a page of its own is the first page in it."""
    branch = catalogue.present.branch(path)
    first = branch.first if branch else None
    return await missing(request) if first is None else HttpResponseRedirect(first.url)


def _in(reading: Reading) -> dict[str, object]:
    rendered = reading.rendered
    tops = sum(heading.level == 1 for heading in rendered.headings)
    changed = datetime.fromtimestamp(reading.page.changed, UTC)
    return {
        "page": reading.page,
        "changed": changed,
        "html": mark_safe(_PLACE),  # noqa: S308 - ours
        "contents": _contents(rendered.headings, has_parts=tops > 1),
        "has_title": tops > 0,
    }


def _contents(headings: Sequence[Heading], *, has_parts: bool) -> list[tuple[int, Heading]]:
    """The headings of the two levels below the title, with how deep each is; of all of level 1 where there are several."""
    first = 1 if has_parts else 2
    return [
        (heading.level - first, heading)
        for place, heading in enumerate(headings)
        if first <= heading.level <= first + 1 and heading.text and not (has_parts and place == 0)
    ]


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
        return await show(request, own, "docs/page.html")
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
    """`/doc/NAME`, as mindX's former docs server had it."""
    found = await asyncio.to_thread(catalogue.find, path.removesuffix(".md"))
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
