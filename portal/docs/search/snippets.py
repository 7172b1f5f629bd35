"""What of a passage an answer shows, and what in it is marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from portal.docs.search.asking import Unit
from portal.docs.search.querying import stem_of
from portal.docs.search.tokens import fold, is_unspaced
from portal.docs.search.values import Marked

# Characters. A snippet is about two lines; a mark may stand so far behind the beginning of it.
_LENGTH = 170
_LEAD = 50
_MOST_MARKS = 20
# The parts of a name may be joined by this many characters; `://` is the longest that is common.
_JOINT = 3
_INFLECTION = 4
_ANY = 1000
_SHORTEST_APART = 4


@dataclass(frozen=True)  # no slots: the pattern is kept once made
class Needle:
    """Words to mark where they stand side by side, the last one with up to `reach` more letters."""

    unit: int
    parts: tuple[str, ...]
    reach: int

    @cached_property
    def apart(self) -> re.Pattern[str]:
        """Where the word stands in parts: `keepalive` as `keep_alive`."""
        letters = f" {{0,{_JOINT}}}".join(map(re.escape, self.parts[0]))
        return re.compile(f"(?:^|(?<= )){letters}[^ ]{{0,{self.reach}}}(?= |$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text, from `start` to before `end`, that matches a unit."""

    start: int
    end: int
    unit: int


def needles_for(units: Sequence[Unit]) -> list[Needle]:
    """What to mark for the units."""
    found: dict[Needle, None] = {}
    for number, unit in enumerate(units):
        reach = _ANY if unit.is_open else 0
        if len(unit.parts) == 1 and len(stem := stem_of(unit.name)) > 2:
            if stem == unit.name:
                reach = max(reach, _INFLECTION)
            else:
                found[Needle(number, (stem,), _INFLECTION)] = None
        found[Needle(number, unit.parts, reach)] = None
    return list(found)


def find_marks(text: str, needles: Sequence[Needle]) -> list[Mark]:
    """The marks in a text, in order, none over another."""
    folded = fold(text)
    found = sorted((mark for needle in needles for mark in _places(folded, needle)), key=lambda mark: (mark.start, -mark.end))
    if not found:
        found = [mark for needle in needles for mark in _places_apart(folded, needle)]
    marks: list[Mark] = []
    for mark in found:
        if not marks or mark.start >= marks[-1].end:
            marks.append(mark)
    return marks


def _places(folded: str, needle: Needle) -> Iterator[Mark]:
    first = needle.parts[0]
    # Every word but the first has a space before it, which `find` sees to faster than we could.
    lead = "" if is_unspaced(first[0]) else " "
    if lead and folded.startswith(first) and (end := _end_of(folded, 0, needle)):
        yield Mark(0, end, needle.unit)
    at, found = folded.find(lead + first), 0
    while at >= 0 and found < _MOST_MARKS:
        start = at + len(lead)
        end = _end_of(folded, start, needle)
        if end:
            found += 1
            yield Mark(start, end, needle.unit)
        at = folded.find(lead + first, start + (not lead))


def _places_apart(folded: str, needle: Needle) -> Iterator[Mark]:
    if len(needle.parts) == 1 and len(needle.parts[0]) >= _SHORTEST_APART:
        for match in islice(needle.apart.finditer(folded), _MOST_MARKS):
            yield Mark(match.start(), match.end(), needle.unit)


def _end_of(folded: str, at: int, needle: Needle) -> int:
    """Where the needle that begins at `at` ends; 0 when it is not there."""
    for number, part in enumerate(needle.parts):
        if number:
            for _ in range(_JOINT):
                if folded[at : at + 1] == " ":
                    at += 1
        if not folded.startswith(part, at):
            return 0
        at += len(part)
    if is_unspaced(needle.parts[-1][-1]):
        return at
    end = folded.find(" ", at)
    end = len(folded) if end < 0 else end
    return end if end - at <= needle.reach else 0


def mark(text: str, needles: Sequence[Needle]) -> Marked:
    """The whole text with its marks."""
    return _pieces(text, 0, len(text), find_marks(text, needles))


def snippet(text: str, needles: Sequence[Needle]) -> tuple[Marked, list[str]]:
    """The lines of a passage that show most of what was looked for, and the words marked in the passage."""
    marks = find_marks(text, needles)
    start = _best_start(text, marks)
    end = _word_end(text, start + _LENGTH)
    pieces = _pieces(text, start, end, marks)
    if start:
        pieces = (("… ", False), *pieces)
    if end < len(text):
        pieces = (*pieces, (" …", False))
    return pieces, [text[mark.start : mark.end] for mark in marks]


def _best_start(text: str, marks: Sequence[Mark]) -> int:
    """Where to begin: at the line, or the word, before the marks that have the most units side by side."""
    if not marks:
        return 0
    best = max(range(len(marks)), key=lambda first: _worth(marks, first))
    earliest = max(marks[best].start - _LEAD, 0)
    if earliest == 0 or len(text) <= _LENGTH:
        return 0
    line = text.find("\n", earliest, marks[best].start)
    if line >= 0:
        return line + 1
    word = text.find(" ", earliest, marks[best].start)
    return word + 1 if word >= 0 else earliest


def _worth(marks: Sequence[Mark], first: int) -> tuple[int, int, int]:
    within = [mark for mark in marks[first : first + 8] if mark.end - marks[first].start <= _LENGTH - _LEAD]
    return len({mark.unit for mark in within}), len(within), -first


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = max(text.rfind(" ", at - 30, at), text.rfind("\n", at - 30, at))
    return space if space > 0 else at


def _pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> Marked:
    pieces: list[tuple[str, bool]] = []
    at = start
    for mark in marks:
        if mark.start < at or mark.start >= end:
            continue
        if mark.start > at:
            pieces.append((_on_one_line(text[at : mark.start]), False))
        pieces.append((text[mark.start : min(mark.end, end)], True))
        at = min(mark.end, end)
    if at < end:
        pieces.append((_on_one_line(text[at:end]), False))
    return tuple(pieces)


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")
