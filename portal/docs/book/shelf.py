"""The set's book, ready to be opened: its editions laid out and its chapters rendered, each once for its text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from portal.docs.book.editions import Edition, find_editions
from portal.docs.book.volumes import Chapter, Volume, lay_out
from portal.docs.book.ways import Way, part_of
from portal.docs.catalogue import Catalogue
from portal.docs.catalogue import Shelf as Documents
from portal.docs.files import Unreadable, signature
from portal.docs.passages import Passages, transplant
from portal.docs.rendering import Rendered

_MOST_OPEN = 32


@dataclass(frozen=True, slots=True)
class Contents:
    """A heading within a chapter, for the list beside it."""

    level: int
    text: str
    anchor: str


class Shelf:
    """Opens editions of the book and renders their chapters. Its methods read files: call them off the loop."""

    def __init__(self, catalogue: Catalogue, passages: Passages) -> None:
        self.catalogue, self.passages = catalogue, passages
        self._found: tuple[Documents, tuple[Edition, ...]] | None = None
        self._open: OrderedDict[str, tuple[object, Volume]] = OrderedDict()
        self._lock = threading.Lock()

    def editions(self) -> tuple[Edition, ...]:
        """The editions there are now, the current one first."""
        found = self._editions_of(self.catalogue.shelf)
        if not found:
            self.catalogue.refresh()
            found = self._editions_of(self.catalogue.shelf)
        return found

    def _editions_of(self, documents: Documents) -> tuple[Edition, ...]:
        if self._found is None or self._found[0] is not documents:
            self._found = (documents, self._without_copies(find_editions(documents.pages)))
        return self._found[1]

    def _without_copies(self, editions: tuple[Edition, ...]) -> tuple[Edition, ...]:
        """The editions without undated documents that say just what a dated one says."""
        dated = [edition for edition in editions if edition.when]
        return tuple(
            edition
            for edition in editions
            if edition.when or edition.is_folder or not any(self._same_text(edition, other) for other in dated)
        )

    def _same_text(self, edition: Edition, other: Edition) -> bool:
        page, twin = edition.pages[0], other.pages[0]
        try:
            return page.size == twin.size and self.passages.source(page) == self.passages.source(twin)
        except Unreadable:
            return False

    def open(self, edition: Edition) -> Volume:
        """The edition laid out, as its files stand. Raises `Unreadable` when its one file is."""
        files = (*edition.pages, edition.index) if edition.index else edition.pages
        state = [(page.path, page.title, signature(page.file)) for page in files]
        with self._lock:
            kept = self._open.get(edition.key)
        if kept and kept[0] == state:
            return kept[1]
        volume = lay_out(edition, self.passages.source)
        with self._lock:
            self._open[edition.key] = (state, volume)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        return volume

    def read(self, chapter: Chapter) -> Rendered:
        """The chapter rendered, with the addresses its document gives."""
        return self.passages.read(chapter.page, chapter.text)

    def foreword(self, volume: Volume, base: str | None) -> str:
        """What stands before the first chapter, as HTML for the page of contents at `base`, or for the whole (None)."""
        page = volume.edition.index
        if page is None or not volume.foreword.strip():
            return ""
        rendered = self.passages.read(page, volume.foreword)
        way = Way(volume, self.read, base)
        return transplant(rendered.html, name=str, lead=lambda href: way.lead(href, None, rendered))

    def chapter(self, volume: Volume, chapter: Chapter, base: str) -> tuple[str, list[Contents]]:
        """A chapter's HTML for its own page below `base`, and its headings."""
        rendered, way = self.read(chapter), Way(volume, self.read, base)
        lift = chapter.level - 1
        html = transplant(rendered.html, name=str, lead=lambda href: way.lead(href, chapter, rendered), lift=lift)
        headings = [Contents(max(2, found.level - lift), found.text, found.anchor) for found in rendered.headings]
        return html, [heading for heading in headings if heading.text]

    def describe(self, volume: Volume, chapter: Chapter) -> str:
        """What the chapter is about: its file's own word, where the file is the chapter's alone, else its first sentences."""
        own = chapter.page.description if volume.edition.is_folder else ""
        return own or self.read(chapter).opening

    def whole(self, volume: Volume) -> list[tuple[Chapter, str]]:
        """Every chapter with its HTML for one page that holds them all: links between chapters stay on the page."""
        way = Way(volume, self.read, None)
        return [(chapter, self._as_part(chapter, way)) for chapter in volume.chapters]

    def _as_part(self, chapter: Chapter, way: Way) -> str:
        rendered = self.read(chapter)
        # The chapters themselves are the second level of that page.
        return transplant(
            rendered.html,
            name=lambda name: f"{part_of(chapter)}-{name}",
            lead=lambda href: way.lead(href, chapter, rendered),
            lift=chapter.level - 2,
            top=3,
        )
