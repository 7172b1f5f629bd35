"""The doc set of this site, for the doors."""

from __future__ import annotations

import asyncio

from django.conf import settings

from portal.docs.catalogue import Catalogue, Page, Shelf
from portal.docs.files import signature
from portal.docs.library import Library
from portal.docs.press import Press
from portal.docs.references import References

catalogue = Catalogue(settings.PORTAL_DOCS_ROOT)
press = Press(settings.PORTAL_DOCS_ROOT, source_url=settings.PORTAL_SOURCE_URL)
library = Library(
    catalogue, source_url=settings.PORTAL_SOURCE_URL, hosts=settings.PORTAL_EXAMPLE_HOSTS, press=press
)
references = References(settings.PORTAL_DOCS_ROOT)
# What the lists of all pages depend on: the set. No page has this for its path.
WHOLE = "/"


def state_of(page: Page, shelf: Shelf) -> str:
    """What the page as shown depends on: its file and those it takes in, the set around it, the graph of its links."""
    modified, size = signature(page.file)
    return f"{modified}-{size}{library.parts_of(page)}-{shelf.number}-{references.is_drawn(shelf):d}"


def state_now(name: str) -> str | None:
    """The state of the page of that path, or of `WHOLE`, where it is known without looking through the folder; else None."""
    return None if catalogue.is_due else _state_named(name)


async def present_state(name: str) -> str | None:
    """The state of the page of that path, or of `WHOLE`, as it is now; None when it is gone."""
    if catalogue.is_due:
        await asyncio.to_thread(lambda: catalogue.shelf)
    return _state_named(name)


def _state_named(name: str) -> str | None:
    shelf = catalogue.present
    if name == WHOLE:
        return str(shelf.number)
    page = shelf.pages.get(name)
    return state_of(page, shelf) if page else None
