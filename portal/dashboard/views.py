"""The first page."""

from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.docs.here import catalogue
from portal.docs.views import around, show


async def home(request: HttpRequest) -> HttpResponse:
    """The set's own first page, or, when there are no documents yet, how to add some."""
    found = await asyncio.to_thread(catalogue.find, "")
    if found is None:
        return render(request, "dashboard/empty.html", around(None) | {"root": catalogue.root, "pages": list(catalogue.pages.values())})
    return await show(request, found, "docs/page.html", {"home": True})
