"""Which documents of a set are its book, and in which editions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.docs.catalogue import Page
from portal.docs.dates import Written, find_date
from portal.docs.declared import declares
from portal.docs.naming import claim

UNDATED = "undated"
# "About this book" and "Translations of the book" speak of one.
_NAMED_BOOK = re.compile(
    r"(?:the )?book(?: of .+)?|(?!(?:.+ )?(?:an?|my|our|this|your|(?:about|from|in|of|on|to|with) the) book$).+ book"
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the book: its documents in reading order. `when` is in UTC, None where no name gives a date.

    `is_folder`: each document is a chapter; otherwise the one document holds them all. `folder` is the path of the
    section, `index` the page with what stands before the first chapter.
    """

    key: str
    when: datetime | None
    has_time: bool
    pages: tuple[Page, ...]
    is_folder: bool = False
    folder: str = ""
    index: Page | None = None

    @property
    def label(self) -> str:
        """How the edition is told from the others."""
        if self.when is None:
            return "undated"
        clock = f", {self.when:%H:%M} UTC" if self.has_time else ""
        return f"{self.when.day} {self.when:%B} {self.when.year}{clock}"


def find_editions(pages: Mapping[str, Page]) -> tuple[Edition, ...]:
    """The editions of the set's book, the current one first; none where the set has no book."""
    allowed = [page for page in pages.values() if declares(page, "book") is not False]
    named = [page for page in allowed if declares(page, "book")]
    found = _declared(named, allowed) or _folders(allowed) or _files(allowed)
    return tuple(sorted(found, key=_newest_first))


def _newest_first(edition: Edition) -> tuple[bool, float, str]:
    return (edition.when is None, -edition.when.timestamp() if edition.when else 0, edition.key)


def _declared(named: Sequence[Page], allowed: Sequence[Page]) -> list[Edition]:
    sections = [page for page in named if page.is_index and page.path]
    if sections:
        return _of_folders({page.path: _written_in(page.path.rpartition("/")[2]) for page in sections}, allowed)
    return _of_files(named)


def _folders(pages: Sequence[Page]) -> list[Edition]:
    """Editions from the folder `book` and its dated kin at the top of the set."""
    found: dict[str, Written | None] = {}
    for page in pages:
        folders = page.section.split("/")
        if "book" not in folders[0].casefold() or _undated(folders[0]) != "book":
            continue
        below = _written_in(folders[1]) if len(folders) > 1 else None
        if below and not below.rest_of(folders[1]):
            found["/".join(folders[:2])] = below
        else:
            found[folders[0]] = _written_in(folders[0])
    return _of_folders(found, pages)


def _of_folders(folders: Mapping[str, Written | None], pages: Sequence[Page]) -> list[Edition]:
    editions: list[Edition] = []
    for folder, written in folders.items():
        inner = [other for other in folders if other.startswith(f"{folder}/")]
        inside = [page for page in pages if _is_in(page, folder) and not any(_is_in(page, other) for other in inner)]
        index = next((page for page in inside if page.path == folder), None)
        chapters = tuple(page for page in inside if page is not index)
        if chapters:
            key, when, has_time = _key_of(written, editions)
            editions.append(Edition(key, when, has_time, chapters, True, folder, index))
    return editions


def _is_in(page: Page, folder: str) -> bool:
    return page.path == folder or page.path.startswith(f"{folder}/")


def _files(pages: Sequence[Page]) -> list[Edition]:
    """Editions from documents named or titled a book: those of one name, and of several names the nearest the top."""
    books: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        said = (name for name in (_stem(page), page.title) if "book" in name.casefold())
        if name := next((name for name in map(_undated, said) if _NAMED_BOOK.fullmatch(name)), None):
            books[name].append(page)
    if not books:
        return []
    name = min(books, key=lambda name: (min(page.path.count("/") for page in books[name]), -len(books[name]), name))
    return _of_files(books[name])


def _of_files(pages: Iterable[Page]) -> list[Edition]:
    editions: list[Edition] = []
    for page in pages:
        key, when, has_time = _key_of(_written_in(_stem(page)), editions)
        editions.append(Edition(key, when, has_time, (page,), index=page))
    return editions


def _key_of(written: Written | None, others: Sequence[Edition]) -> tuple[str, datetime | None, bool]:
    when = written.when if written else None
    has_time = written is not None and written.has_time
    base = f"{when:%Y-%m-%d-%H%M}" if when and has_time else f"{when:%Y-%m-%d}" if when else UNDATED
    return claim(base, {edition.key for edition in others}), when, has_time


def _stem(page: Page) -> str:
    return page.path.rpartition("/")[2]


def _written_in(name: str) -> Written | None:
    written = find_date(name)
    return written if written and written.when else None


def _undated(name: str) -> str:
    """The words of a name without its date, in lower case."""
    written = _written_in(name)
    return " ".join(re.split(r"[\W_]+", (written.rest_of(name) if written else name).casefold())).strip()
