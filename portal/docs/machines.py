"""The HTTP doors to the documents, for programs: markdown, lists of all pages, what may be crawled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from portal.docs.catalogue import Page, Shelf
from portal.docs.files import Unreadable, read_regular
from portal.docs.here import catalogue, library
from portal.docs.rendering import decode, with_parts

_MARKDOWN = "text/markdown; charset=utf-8"
_MOST_WHOLE = 64 << 20
# Browsers and programs send a few short ones; a long one is nobody's habit.
_LONGEST_REMEMBERED = 200
_ICON = (settings.BASE_DIR / "static" / "icon.svg").read_bytes()


def wants_markdown(request: HttpRequest) -> bool:
    """Whether the client would rather have markdown than HTML."""
    accept = request.META.get("HTTP_ACCEPT", "")
    if "text/markdown" not in accept:
        return False
    return (_prefers_markdown if len(accept) <= _LONGEST_REMEMBERED else _prefers_markdown.__wrapped__)(accept)


@lru_cache(maxsize=256)
def _prefers_markdown(accept: str) -> bool:
    asked = HttpRequest()
    asked.META["HTTP_ACCEPT"] = accept
    return asked.get_preferred_type(["text/html", "text/markdown"]) == "text/markdown"


async def as_markdown(request: HttpRequest, page: Page) -> HttpResponse:
    """A document's source."""
    try:
        text = await asyncio.to_thread(_source, page)
    except Unreadable as problem:
        return HttpResponse(
            f"This document cannot be read: {problem}.\n", status=500, content_type="text/plain; charset=utf-8"
        )
    response = HttpResponse(text, content_type=_MARKDOWN, headers={"Vary": "Accept"})
    response["Last-Modified"] = http_date(page.changed)
    response["Link"] = f'<{request.build_absolute_uri(page.url)}>; rel="canonical"'
    return response


async def markdown(request: HttpRequest, path: str) -> HttpResponse:
    """`/docs/<path>.md`, and the name of any document's own file."""
    # `index` is what the first page is called here; a set may have an INDEX besides.
    found = await asyncio.to_thread(catalogue.find, "" if path == "index" else path)
    if found is None:
        return HttpResponse("There is no such document.\n", status=404, content_type="text/plain; charset=utf-8")
    return await as_markdown(request, found)


async def llms(request: HttpRequest) -> HttpResponse:
    """`/llms.txt`: the set in one short list, with the address of each page's markdown (https://llmstxt.org)."""
    text = await asyncio.to_thread(lambda: "\n".join(_listed(request, catalogue.shelf)) + "\n")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _listed(request: HttpRequest, shelf: Shelf) -> Iterator[str]:
    yield f"# {settings.PORTAL_TITLE}"
    home = shelf.pages.get("")
    if home is not None and home.description:
        yield f"\n> {home.description}"
    site, section = _site(request), None
    for page in shelf.pages.values():
        if page.section != section:
            section = page.section
            yield f"\n## {section or 'Start'}\n"
        note = f": {page.description}" if page.description else ""
        yield f"- [{page.title}]({site}{page.markdown_url}){note}"


async def llms_full(request: HttpRequest) -> HttpResponse:
    """`/llms-full.txt`: every document in full, one after the other."""
    text = await asyncio.to_thread(lambda: "".join(_all(request, list(catalogue.shelf.pages.values()))))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


async def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: the documents are to be found, runs and their machinery are not."""
    lines = ["User-agent: *", "Disallow: /runs/", "Disallow: /models/", "Disallow: /search/", "",
             f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}", ""]  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


async def icon(_request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: what browsers ask for beside an answer that is no page and names no icon."""
    return HttpResponse(_ICON, content_type="image/svg+xml", headers={"Cache-Control": "max-age=604800"})


def _site(request: HttpRequest) -> str:
    """The site's address without a slash at its end: made once, as making it for each page takes longer than all else."""
    return request.build_absolute_uri("/").rstrip("/")


def _all(request: HttpRequest, pages: list[Page]) -> Iterator[str]:
    site, written = _site(request), 0
    for page in pages:
        try:
            text = _source(page)
        except Unreadable:
            continue
        written += len(text)
        if written > _MOST_WHOLE:
            yield "The rest of the set is left out here; /llms.txt lists every document.\n"
            return
        yield f"# {page.title}\n\nSource: {site}{page.url}\n\n{text.strip()}\n\n---\n\n"


def _source(page: Page) -> str:
    """The document's markdown, with that of the documents it takes in where it does so."""
    return with_parts(decode(read_regular(page.file, catalogue.root))[0], library.links(page.relative).read_part)
