"""The first page."""

from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.docs.here import catalogue
from portal.docs.surroundings import around
from portal.docs.views import show


async def home(request: HttpRequest) -> HttpResponse:
    """The set's own first page, or, when it has none, how to add one."""
    found = catalogue.glance("") or await asyncio.to_thread(catalogue.find, "")
    if found is None:
        shelf = catalogue.shelf
        return render(
            request, "dashboard/empty.html", around(None, shelf) | {"root": catalogue.root, "pages": shelf.pages}
        )
    return await show(request, found, "docs/page.html", {"home": True})
