"""The doc set of this site, for the doors."""

from __future__ import annotations

from collections.abc import Hashable

from django.conf import settings

from portal.docs.catalogue import Catalogue
from portal.docs.library import Library, signature
from portal.docs.references import References

catalogue = Catalogue(settings.PORTAL_DOCS_ROOT)
library = Library(catalogue, source_url=settings.PORTAL_SOURCE_URL)
references = References(settings.PORTAL_DOCS_ROOT)


def state_of(name: str) -> Hashable | None:
    """What a kept answer of the page called `name` depends on: its file, the set around it, the graph of its links."""
    shelf = catalogue.latest
    page = shelf.pages.get(name) if shelf else None
    if shelf is None or page is None:
        return None
    return (*signature(page.file), shelf.number, references.is_drawn(shelf))
