"""Everything that is searched: the pages of the set, and the OpenAPI documents its reference is made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from pathlib import Path

from portal.docs.catalogue import Catalogue, Page
from portal.docs.reference.finding import Document, Documents
from portal.docs.rendering import Section
from portal.docs.search.freshness import Source
from portal.docs.search.passages import passages_of
from portal.docs.search.reading import read_sections
from portal.docs.search.reference import key_of, read_reference
from portal.docs.search.values import Passage


class Sources:
    """The sources under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._catalogue = Catalogue(root)
        self._documents = Documents(root)

    def look(self) -> Hashable:
        """Look at the files again; the answer is another when one has changed."""
        self._catalogue.refresh()
        return (self._catalogue.shelf.number, self._documents.all())

    def all(self) -> Iterator[Source]:
        """Every source as it was at the last look."""
        for page in self._catalogue.shelf.pages.values():
            yield self._of_page(page)
        for document in self._documents.all():
            yield self._of_document(document)

    def _of_page(self, page: Page) -> Source:
        return Source(
            page.path, stamp_of(page), page.modified, partial(read_page, page, self.root), partial(_passages, page, ())
        )

    def _of_document(self, document: Document) -> Source:
        changed, size = document.signature
        return Source(key_of(document), f"{changed}:{size}", changed, partial(read_reference, document, self.root))


def stamp_of(page: Page) -> str:
    """What changes when the page has to be indexed again."""
    return f"{page.modified}:{page.size}:{page.url}:{page.title}"


def read_page(page: Page, root: Path) -> list[Passage]:
    """The page's passages. Raises `Unreadable`."""
    return _passages(page, read_sections(page.file, root))


def _passages(page: Page, sections: Iterable[Section]) -> list[Passage]:
    return passages_of(page.path, page.url, page.title, sections)
