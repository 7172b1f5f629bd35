"""Long lists of entries in parts, one a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.docs.journal.entries import Entry

MOST_ENTRIES = 20
# A part ends before its markdown grows past this many characters, though an entry is never divided.
MOST_TEXT = 120_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list; `number` from 1 to `of`."""

    number: int
    of: int
    entries: Sequence[Entry]
    before: int
    total: int

    @property
    def first(self) -> int:
        """The place of its first entry in the whole list, from 1."""
        return self.before + 1

    @property
    def last(self) -> int:
        """The place of its last entry."""
        return self.before + len(self.entries)

    @property
    def numbers(self) -> range:
        """Of all the parts."""
        return range(1, self.of + 1)


def read_part(asked: str) -> int:
    """The number of the part an address asks for; 1 where it names none."""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def divide(
    entries: Sequence[Entry], number: int, *, most: int = MOST_ENTRIES, most_text: int | None = MOST_TEXT
) -> Part:
    """Part `number` of the entries, or the nearest there is."""
    starts, text = [0], 0
    for at, entry in enumerate(entries):
        size = len(entry.source) if most_text else 0
        if at > starts[-1] and (at - starts[-1] >= most or (most_text and text + size > most_text)):
            starts.append(at)
            text = 0
        text += size
    number = min(max(1, number), len(starts))
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(entries)
    return Part(number, len(starts), entries[start:end], start, len(entries))
