"""The HTTP doors to the reference."""

from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from portal.docs.reference.finding import Document
from portal.docs.reference.here import reference
from portal.docs.reference.library import Reading
from portal.docs.reference.values import Part
from portal.docs.surroundings import crumbs_of
from portal.docs.views import missing


async def index(request: HttpRequest) -> HttpResponse:
    """Every document of the reference; where there is one alone, that document."""
    documents = await asyncio.to_thread(reference.documents.all)
    if len(documents) == 1:
        return await _show(request, documents[0], "", documents)
    readings = [await asyncio.to_thread(reference.read, document) for document in documents]
    return render(request, "reference/index.html", {"readings": readings, "root": reference.documents.root.name})


async def page(request: HttpRequest, path: str) -> HttpResponse:
    """A page of a document. Another case of its address redirects to the one it is listed under."""
    documents = await asyncio.to_thread(reference.documents.all)
    found = await asyncio.to_thread(reference.documents.find, path)
    if found is None:
        return await missing(request)
    document, slug = found
    address = "/".join(filter(None, (document.address, slug)))
    if address != path:
        return HttpResponsePermanentRedirect(f"{document.url}{slug}/" if slug else document.url)
    return await _show(request, document, slug, documents)


async def _show(request: HttpRequest, document: Document, slug: str, documents: tuple[Document, ...]) -> HttpResponse:
    context: dict[str, object] = {"document": document, "documents": documents}
    kept = reference.kept(document, slug)
    if kept is None:
        reading = await asyncio.to_thread(reference.read, document)
        part = _find_part(reading, slug)
        if reading.contents is None and not slug:
            return render(request, "reference/broken.html", context | {"problem": reading.problem})
        if part is None:
            return await missing(request)
        kept = reading, await asyncio.to_thread(reference.draw, reading, part)
    reading, drawn = kept
    title = reading.contents.title if reading.contents else ""
    trail = [(title, document.url), *([(drawn.part.title, drawn.part.url)] if drawn.part.slug else [])]
    crumbs = crumbs_of(trail, request.build_absolute_uri)
    context |= {"contents": reading.contents, "drawn": drawn, "part": drawn.part, "title": trail[-1][0], "crumbs": crumbs}
    context["canonical"] = request.build_absolute_uri(drawn.part.url)
    return render(request, "reference/page.html", context)


def _find_part(reading: Reading, slug: str) -> Part | None:
    parts = reading.contents.parts if reading.contents else ()
    return next((part for part in parts if part.slug == slug), None)
