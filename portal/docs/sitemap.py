"""`/sitemap.xml`: every address that is worth finding."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.docs.book.views import shelf
from portal.docs.files import Unreadable
from portal.docs.here import catalogue
from portal.docs.journal.views import reader
from portal.docs.reference.here import reference

# More than so many addresses no sitemap may have (https://www.sitemaps.org/protocol.html).
_MOST = 50_000


async def sitemap(request: HttpRequest) -> HttpResponse:
    """The documents, the chapters of the newest edition of the Book, the entries of the Journal, the pages of the Reference."""

    def compose() -> HttpResponse:
        site = request.build_absolute_uri("/").rstrip("/")
        addresses = [site + address for address in islice(_addresses(), _MOST)]
        return render(request, "docs/sitemap.xml", {"addresses": addresses}, content_type="application/xml")

    return await asyncio.to_thread(compose)


def _addresses() -> Iterator[str]:
    for page in list(catalogue.shelf.pages.values()):
        yield page.url
    for part in (_of_book, _of_journal, _of_reference):
        try:
            yield from part()
        except Unreadable:
            continue  # its own page says so


def _of_book() -> Iterator[str]:
    if editions := shelf.editions():
        yield "/book/"
        for chapter in shelf.open(editions[0]).chapters:
            yield f"/book/{quote(chapter.name)}/"


def _of_journal() -> Iterator[str]:
    if journal := reader.read():
        yield "/journal/"
        for entry in journal.entries:
            yield quote(entry.url)


def _of_reference() -> Iterator[str]:
    for document in reference.documents.all():
        contents = reference.read(document).contents
        for part in contents.parts if contents else ():
            yield part.url
