"""Everything that is searched: the pages of the set, and the OpenAPI documents its reference is made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from pathlib import Path

from portal.docs.catalogue import Catalogue, Page, Shelf
from portal.docs.links import Links
from portal.docs.parts import Parts
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
        self._parts = Parts(root)

    def look(self) -> Hashable:
        """Look at the files again; the answer is another when one has changed."""
        self._catalogue.refresh()
        return (self._catalogue.shelf.number, self._documents.all())

    def all(self) -> Iterator[Source]:
        """Every source as it was at the last look."""
        shelf = self._catalogue.shelf
        for page in shelf.pages.values():
            yield self._of_page(page, shelf)
        for document in self._documents.all():
            yield self._of_document(document)

    def _of_page(self, page: Page, shelf: Shelf) -> Source:
        parts = self._parts.of(page, shelf)
        links = Links(shelf, page.relative, self.root, "") if parts else None
        read = partial(read_page, page, self.root, links)
        return Source(page.path, stamp_of(page, parts), page.modified, read, partial(_passages, page, ()))

    def _of_document(self, document: Document) -> Source:
        stamp = ":".join(map(str, document.signature))
        return Source(key_of(document), stamp, document.signature[0], partial(read_reference, document, self.root))


def stamp_of(page: Page, parts: Iterable[Page] = ()) -> str:
    """What changes when the page, or one of those it takes in, has to be indexed again."""
    taken_in = "".join(f":{part.relative}:{part.modified}:{part.size}" for part in parts)
    return f"{page.modified}:{page.size}:{page.url}:{page.title}{taken_in}"


def read_page(page: Page, root: Path, links: Links | None = None) -> list[Passage]:
    """The page's passages, with those of the parts it takes in where there are `links` to find them by. Raises `Unreadable`."""
    return _passages(page, read_sections(page.file, root, read_part=links.read_part if links else None))


def _passages(page: Page, sections: Iterable[Section]) -> list[Passage]:
    return passages_of(page.path, page.url, page.title, sections)
