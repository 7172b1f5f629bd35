"""Where in a text stands what was looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from portal.docs.search.asking import Unit
from portal.docs.search.querying import stem_of
from portal.docs.search.tokens import fold, is_unspaced
from portal.docs.search.values import Marked

# Of each thing looked for; more are not needed to choose the lines that are shown.
_MOST_MARKS = 20
# The parts of a name may be joined by this many characters; `://` is the longest that is common.
_JOINT = 3
_ANY, _INFLECTION = 1000, 4
_SHORTEST_STEM, _SHORTEST_APART = 3, 4


@dataclass(frozen=True, slots=True)
class Needle:
    """Words to mark where they stand side by side, the last one with up to `reach` more letters."""

    unit: int
    parts: tuple[str, ...]
    reach: int


class Mark(NamedTuple):
    """A stretch of text, from `start` to before `end`, that matches the unit of this number."""

    start: int
    end: int
    unit: int


def needles_for(units: Sequence[Unit]) -> list[Needle]:
    """What to mark for the units: each as it is, and one word also in its other forms."""
    found: dict[Needle, None] = {}
    for number, unit in enumerate(units):
        reach = _ANY if unit.is_open else 0
        if len(unit.parts) == 1 and len(stem := stem_of(unit.name)) >= _SHORTEST_STEM:
            if stem == unit.name:
                reach = max(reach, _INFLECTION)
            else:
                found[Needle(number, (stem,), _INFLECTION)] = None
        found[Needle(number, unit.parts, reach)] = None
    return list(found)


def find_marks(text: str, needles: Sequence[Needle]) -> list[Mark]:
    """The marks in a text, in order, none over another."""
    folded = fold(text)
    found: list[Mark] = []
    for needle in needles:
        _add_places(folded, needle, found)
    if not found:
        for needle in needles:
            _add_places_apart(folded, needle, found)
    found.sort(key=_before)
    marks: list[Mark] = []
    end = 0
    for mark in found:
        if mark.start >= end:
            marks.append(mark)
            end = mark.end
    return marks


def _before(mark: Mark) -> tuple[int, int]:
    return (mark.start, -mark.end)


def _add_places(folded: str, needle: Needle, found: list[Mark]) -> None:
    first = needle.parts[0]
    # Every word but the first has a space before it, which `find` sees to faster than we could.
    lead = 0 if is_unspaced(first[0]) else 1
    sought = " " + first if lead else first
    if lead and folded.startswith(first) and (end := _end_of(folded, 0, needle)):
        found.append(Mark(0, end, needle.unit))
    at, number = folded.find(sought), 0
    while at >= 0 and number < _MOST_MARKS:
        start = at + lead
        if end := _end_of(folded, start, needle):
            number += 1
            found.append(Mark(start, end, needle.unit))
        at = folded.find(sought, at + 1)


def _end_of(folded: str, at: int, needle: Needle) -> int:
    """Where the needle whose first part stands at `at` ends; 0 when the rest of it is not there."""
    at += len(needle.parts[0])
    for part in needle.parts[1:]:
        for _ in range(_JOINT):
            if folded[at : at + 1] == " ":
                at += 1
        if not folded.startswith(part, at):
            return 0
        at += len(part)
    if is_unspaced(needle.parts[-1][-1]):
        return at
    end = folded.find(" ", at)
    if end < 0:
        end = len(folded)
    return end if end - at <= needle.reach else 0


def _add_places_apart(folded: str, needle: Needle, found: list[Mark]) -> None:
    """Where a word stands in parts: `keepalive` as `keep_alive`."""
    word = needle.parts[0]
    if len(needle.parts) == 1 and len(word) >= _SHORTEST_APART:
        letters = f" {{0,{_JOINT}}}".join(map(re.escape, word))
        pattern = re.compile(f"(?:^|(?<= )){letters}[^ ]{{0,{needle.reach}}}(?= |$)")
        places = islice(pattern.finditer(folded), _MOST_MARKS)
        found += [Mark(place.start(), place.end(), needle.unit) for place in places]


def pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> Marked:
    """The text from `start` to before `end` on one line, in pieces at its marks."""
    shown: list[tuple[str, bool]] = []
    at = start
    for mark in marks:
        if mark.start < at:
            continue
        if mark.start >= end:
            break
        if mark.start > at:
            shown.append((text[at : mark.start].replace("\n", " "), False))
        at = min(mark.end, end)
        shown.append((text[mark.start : at].replace("\n", " "), True))
    if at < end:
        shown.append((text[at:end].replace("\n", " "), False))
    return tuple(shown)
