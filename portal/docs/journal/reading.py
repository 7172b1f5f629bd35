"""The set's journal as it is read: cut into entries once for each state of its files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from portal.docs.catalogue import Catalogue, Page, Shelf
from portal.docs.dates import Written
from portal.docs.files import Unreadable, signature
from portal.docs.journal.cutting import Piece, cut
from portal.docs.journal.entries import Entry, name_entries
from portal.docs.journal.finding import Documents, date_of, find_documents
from portal.docs.passages import Passages, ReadSource, transplant

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Journal:
    """All entries, newest first, by name and by month; `preface` is the markdown before the first, of `index`."""

    title: str
    preface: str
    index: Page | None
    entries: tuple[Entry, ...]
    by_name: Mapping[str, Entry]
    months: Mapping[Month, Sequence[Entry]]

    def around(self, entry: Entry) -> tuple[Entry | None, Entry | None]:
        """The entries just newer and just older."""
        at = self.entries.index(entry)
        return (self.entries[at - 1] if at else None, self.entries[at + 1] if at + 1 < len(self.entries) else None)


class Reader:
    """Reads the journal and renders its entries. Its methods read files: call them off the loop."""

    def __init__(self, catalogue: Catalogue, passages: Passages) -> None:
        self.catalogue, self.passages = catalogue, passages
        self._found: tuple[Shelf, Documents | None] | None = None
        self._kept: tuple[object, Journal] | None = None
        self._lock = threading.Lock()

    def read(self) -> Journal | None:
        """The journal as its files stand; None where the set has none. Raises `Unreadable`."""
        if self._documents() is None:
            self.catalogue.refresh()
        return self.present()

    def present(self) -> Journal | None:
        """The same; of a set without one it may take a second until it is seen that it has one now."""
        documents = self._documents()
        if documents is None:
            return None
        files = [page for page in (documents.index, *documents.pages) if page]
        state = (documents, [signature(page.file) for page in files])
        with self._lock:
            if self._kept is None or self._kept[0] != state:
                self._kept = (state, _read(documents, self.passages.source))
            return self._kept[1]

    def _documents(self) -> Documents | None:
        shelf = self.catalogue.shelf
        if self._found is None or self._found[0] is not shelf:
            self._found = (shelf, find_documents(shelf.pages))
        return self._found[1]

    def preface(self, journal: Journal) -> str:
        """What the journal says of itself, as HTML."""
        if journal.index is None or not journal.preface.strip():
            return ""
        return transplant(self.passages.read(journal.index, journal.preface).html, name=str, lead=str)

    def draw(self, entry: Entry, *, top: int, prefix: str = "", base: str = "") -> str:
        """The entry's HTML with its highest headings at level `top`, its ids after `prefix`, its links from `base`."""
        rendered = self.passages.read(entry.page, entry.source)

        def lead(href: str) -> str:
            if href.startswith("#"):
                return f"{base + entry.url if base else ''}#{prefix}{href[1:]}"
            return base + href if href.startswith("/") and not href.startswith("//") else href

        lift = entry.level - top + 1
        return transplant(rendered.html, name=lambda name: prefix + name, lead=lead, lift=lift, top=top)


def _read(documents: Documents, read: ReadSource) -> Journal:
    title, preface, pieces = (_from_folder if documents.is_folder else _from_file)(documents, read)
    entries = tuple(name_entries(pieces))
    months: dict[Month, list[Entry]] = {}
    for entry in entries:
        months.setdefault((entry.when.year, entry.when.month), []).append(entry)
    by_name = MappingProxyType({entry.name: entry for entry in entries})
    return Journal(title, preface, documents.index, entries, by_name, MappingProxyType(months))


def _from_file(documents: Documents, read: ReadSource) -> tuple[str, str, list[tuple[Page, Piece]]]:
    page = documents.pages[0]
    _matter, text = read(page)
    preface, pieces = cut(text)
    return page.title, _without_title(preface), [(page, piece) for piece in pieces]


def _from_folder(documents: Documents, read: ReadSource) -> tuple[str, str, list[tuple[Page, Piece]]]:
    index = documents.index
    preface = _without_title(read(index)[1]) if index else ""
    pieces = [(page, piece) for page in documents.pages for piece in _pieces_of(page, read)]
    # Oldest first, as the files' names have it.
    return index.title if index else "Journal", preface, pieces


def _pieces_of(page: Page, read: ReadSource) -> Iterator[Piece]:
    try:
        _matter, text = read(page)
    except Unreadable:
        # A file that cannot be read costs its own entry.
        return
    _preface, pieces = cut(text)
    if len(pieces) > 1:
        yield from pieces
        return
    written = date_of(page)
    assert written is not None
    yield Piece(page.title, 1, Written(written.when, written.has_time, 0, 0), _without_title(text), 1)


def _without_title(text: str) -> str:
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    if first < len(lines) and lines[first].startswith("# "):
        lines = lines[first + 1 :]
    return "\n".join(lines).strip("\n")
