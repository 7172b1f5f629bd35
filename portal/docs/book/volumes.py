"""An edition cut into its chapters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from portal.docs.book.cutting import chapter_level, plain, takes_title
from portal.docs.book.editions import Edition
from portal.docs.book.outline import read_definitions, read_titles
from portal.docs.catalogue import Page
from portal.docs.files import Unreadable
from portal.docs.naming import claim, name_for
from portal.docs.passages import ReadSource

WORDS_A_MINUTE = 220
# Names of the book's own pages, which no chapter may take.
RESERVED = frozenset({"print", "editions", "compare"})
_LEADING_NUMBER = re.compile(r"\A(?:(?:chapter|part)\s+)?(?:\d+|[ivxlc]+)\s*[.:)—–-]\s*(?=\S)", re.IGNORECASE)
_FILE_NUMBER = re.compile(r"(?<![^/])\d+[\s._-]+(?=[^\s/])")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: `source` is its markdown without its heading, `level` that heading's, `number` its place from 1.

    `page` is the document it stands in, `part` the title of the folder it is in below the book's own, `definitions`
    what the document defines for all of its chapters.
    """

    number: int
    name: str
    title: str
    source: str
    level: int
    page: Page
    part: str = ""
    definitions: str = ""

    @property
    def words(self) -> int:
        """How many words there are to read."""
        return len(self.source.split())

    @property
    def minutes(self) -> int:
        """Reading time in minutes, at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def subject(self) -> str:
        """The title without its number, by which the chapter is found again in another edition."""
        return _LEADING_NUMBER.sub("", self.title).casefold()

    @property
    def text(self) -> str:
        """All that is needed to render the chapter by itself."""
        return f"{self.source}\n\n{self.definitions}" if self.definitions else self.source


@dataclass(frozen=True, slots=True)
class Volume:
    """An edition as it is read: the title, what stands before the first chapter, and the chapters."""

    edition: Edition
    title: str
    foreword: str
    chapters: tuple[Chapter, ...]

    def find(self, name: str) -> Chapter | None:
        """The chapter of that name, whatever its case."""
        return next((chapter for chapter in self.chapters if chapter.name.casefold() == name.casefold()), None)

    def around(self, chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
        """The chapters before and after."""
        at = chapter.number - 1
        return (self.chapters[at - 1] if at else None, self.chapters[at + 1] if at + 1 < len(self.chapters) else None)

    @property
    def minutes(self) -> int:
        """Reading time of the whole in minutes."""
        return max(1, round(sum(chapter.words for chapter in self.chapters) / WORDS_A_MINUTE))


def lay_out(edition: Edition, read: ReadSource) -> Volume:
    """Read the edition's files. Raises `Unreadable` when the one file of a book is."""
    return _from_folder(edition, read) if edition.is_folder else _from_file(edition, edition.pages[0], read)


def _from_file(edition: Edition, page: Page, read: ReadSource) -> Volume:
    matter, text = read(page)
    lines, titles = text.split("\n"), read_titles(text)
    level = chapter_level(titles, matter.get("chapters"))
    named = takes_title(titles, level)
    starts = [title for title in titles[named:] if title.level == level and title.source.strip()]
    cuts = [start.start for start in starts] + [len(lines)]
    foreword = lines[: titles[0].start] + lines[titles[0].end : cuts[0]] if named else lines[: cuts[0]]
    definitions = read_definitions(text)
    shown = [plain(start.source) for start in starts]
    chapters = tuple(
        Chapter(number, name, title, "\n".join(lines[start.end : end]), level, page, "", definitions)
        for number, (start, end, title, name) in enumerate(zip(starts, cuts[1:], shown, _names(shown), strict=True), 1)
    )
    title = str(matter.get("title") or "") or (plain(titles[0].source) if named else page.title)
    return Volume(edition, title, "\n".join(foreword).strip("\n") + f"\n\n{definitions}", chapters)


def _from_folder(edition: Edition, read: ReadSource) -> Volume:
    title, foreword = "", ""
    if edition.index is not None:
        title, foreword, _level = _without_title(edition.index, read)
    names = _names(_FILE_NUMBER.sub("", _below(page, edition.folder)) for page in edition.pages)
    chapters = tuple(
        _of_page(page, number, name, edition, read)
        for number, (page, name) in enumerate(zip(edition.pages, names, strict=True), 1)
    )
    return Volume(edition, title or _from_name(edition.folder), foreword, chapters)


def _of_page(page: Page, number: int, name: str, edition: Edition, read: ReadSource) -> Chapter:
    part = page.section.removeprefix(edition.folder).strip("/")
    try:
        title, source, level = _without_title(page, read)
    except Unreadable:
        # One file that cannot be read costs its own chapter's text, not the book.
        title, source, level = page.title, "*The file of this chapter cannot be read just now.*", 1
    return Chapter(number, name, title, source, level, page, _from_name(part))


def _without_title(page: Page, read: ReadSource) -> tuple[str, str, int]:
    """The document's title, its text without the heading that says it, and that heading's level."""
    matter, text = read(page)
    said, titles = str(matter.get("title") or ""), read_titles(text)
    lines = text.split("\n")
    if not titles or titles[0].level > 1 or any(line.strip() for line in lines[: titles[0].start]):
        return said or page.title, text, 1
    title = plain(titles[0].source)
    return said or title or page.title, "\n".join(lines[titles[0].end :]), titles[0].level


def _below(page: Page, folder: str) -> str:
    return page.path.removeprefix(folder).strip("/")


def _from_name(folder: str) -> str:
    words = _FILE_NUMBER.sub("", PurePosixPath(folder).name).replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _names(wanted: Iterable[str]) -> Sequence[str]:
    """A name for each chapter's address, unlike all others of the book and never empty."""
    given: dict[str, None] = {}
    for number, name in enumerate(wanted, 1):
        base = name_for(name, longest=_LONGEST_NAME) or f"chapter-{number}"
        given[claim(base, RESERVED | given.keys())] = None
    return list(given)
