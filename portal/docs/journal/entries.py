"""Entries of a journal: what each is called, of what kind it is, and where it has its address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from portal.docs.catalogue import Page
from portal.docs.journal.cutting import Piece
from portal.docs.naming import claim, name_for

_LONGEST_NAME = 60
_LONGEST_TITLE = 90
_LONGEST_EXCERPT = 180
# Of a heading, more than a title can show.
_LONGEST_READ = 400
# `**System snapshot**: 28018 memories`: the words an entry leads with name it where its heading gives a date alone.
_LEAD = re.compile(r"\*\*([^*\n]{2,200})\*\*[ \t]*[:.—–-]?[ \t]*")
_KIND = re.compile(r"\[([A-Za-z][\w /&-]{1,24})\][ \t:—–-]*|([A-Za-z][\w-]{1,19})(?:\([^)]*\))?: ")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKS = re.compile(r"[*`]+|~~")
_APART = re.compile(r"<[^<>\n]*>|^\s*(?:[#>|]+|[-+*]|\d+[.)])\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated entry. `when` is in UTC, `name` is unlike any other entry's, `kind` is "" where the entry has none.

    `source` is its markdown without the heading, `level` that heading's, `line` where it stands in `page`'s file.
    `oddity` is a sentence for the reader where the date as written is none.
    """

    name: str
    when: datetime
    has_time: bool
    title: str
    kind: str
    excerpt: str
    source: str
    level: int
    page: Page
    line: int
    oddity: str = ""

    @property
    def url(self) -> str:
        """The entry's own address."""
        return f"/journal/{self.when.year:04}/{self.when.month:02}/{self.name[8:]}/"

    @property
    def folded(self) -> str:
        """All of its text for comparing, whatever its case."""
        return f"{self.title}\n{self.source}".casefold()


def name_entries(pieces: Iterable[tuple[Page, Piece]]) -> list[Entry]:
    """The entries for pieces in their files' order, newest first; entries of one minute stay in the order they have."""
    entries = _dated([_entry(page, piece) for page, piece in pieces])
    ordered = _newest_first(entries)
    counts = Counter(entry.kind for entry in ordered)
    # Words that lead one entry only are its title, not a kind of entry.
    ordered = [entry if counts[entry.kind] > 1 else replace(entry, kind="") for entry in ordered]
    return _named(ordered)


def _entry(page: Page, piece: Piece) -> Entry:
    written = piece.written
    said = written.rest_of(piece.heading)[:_LONGEST_READ]
    rest = _KIND.match(said)
    kind = (rest[1] or rest[2]).capitalize() if rest else ""
    title = plain(said[rest.end() :] if rest else said)
    body = piece.source
    lead = _LEAD.match(body)
    if not title and lead:
        title, kind, body = plain(lead[1]), kind or _kind_of(lead[1]), body[lead.end() :]
    excerpt = _excerpt(body)
    title = _shorten(title or excerpt, _LONGEST_TITLE) or "Entry"
    when = written.when or datetime.min.replace(tzinfo=UTC)
    day = piece.heading[written.start : written.end]
    oddity = "" if written.when else f"The date as written, “{day}”, is on no calendar."
    return Entry(
        "", when, written.has_time, title, kind, excerpt, piece.source, piece.level, page, piece.line, oddity
    )  # fmt: skip


def _dated(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with those whose date is none at the time of the entry above them, or else the first below."""
    at = next((entry.when for entry in entries if not entry.oddity), datetime(1970, 1, 1, tzinfo=UTC))
    placed = []
    for entry in entries:
        at = at if entry.oddity else entry.when
        placed.append(replace(entry, when=at, has_time=False) if entry.oddity else entry)
    return placed


def _newest_first(entries: Sequence[Entry]) -> list[Entry]:
    runs_down = len(entries) > 1 and entries[0].when >= entries[-1].when
    return sorted(entries if runs_down else reversed(entries), key=lambda entry: entry.when, reverse=True)


def _named(entries: Sequence[Entry]) -> list[Entry]:
    given: set[str] = set()
    named = []
    for entry in reversed(entries):
        clock = f"-{entry.when:%H%M}" if entry.has_time else ""
        words = name_for(entry.title, longest=_LONGEST_NAME) or "entry"
        name = claim(f"{entry.when.year:04}-{entry.when:%m-%d}{clock}-{words}", given)
        given.add(name)
        named.append(replace(entry, name=name))
    return named[::-1]


def _kind_of(lead: str) -> str:
    """What entries led by such words have in common: `Improvement cycle 72 succeeded` is one of many."""
    words = re.split(r"[:—–(]", lead, maxsplit=1)[0]
    return _shorten(plain(re.sub(r"[#\w.]*\d[\w.%/]*", "", words)), 40)


def _excerpt(body: str) -> str:
    """The beginning of the first paragraph that is no heading."""
    paragraphs = (part.strip() for part in _BLANK_LINE.split(body[:4000]))
    first = next((part for part in paragraphs if part and not part.startswith(("#", "```", "~~~"))), "")
    return _shorten(plain(first[: 4 * _LONGEST_EXCERPT]), _LONGEST_EXCERPT)


def plain(source: str) -> str:
    """A piece of markdown about as it is read, on one line."""
    return " ".join(_MARKS.sub("", _APART.sub(" ", _LINK.sub(r"\1", source))).split()).strip(" —–:")


def _shorten(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:—–") + "…"
