"""The lines of a text that show most of what was looked for."""

from __future__ import annotations

from collections.abc import Sequence

from portal.docs.search.marking import Mark, pieces
from portal.docs.search.values import Marked

# Characters. A snippet is about two lines; a mark may stand so far behind the beginning of it.
_LENGTH = 170
_LEAD = 50
_MOST_TOGETHER = 8
_LONGEST_WORD = 30


def snippet(text: str, start: int, marks: Sequence[Mark]) -> Marked:
    """The best lines of what is in `text` from `start` on, with its marks; dots where it goes on."""
    marks = [mark for mark in marks if mark.start >= start]
    first = _best_start(text, start, marks)
    last = _word_end(text, first + _LENGTH)
    shown = pieces(text, first, last, marks)
    if first > start:
        shown = (("… ", False), *shown)
    if last < len(text):
        shown = (*shown, (" …", False))
    return shown


def _best_start(text: str, start: int, marks: Sequence[Mark]) -> int:
    """Where to begin: at the line, or the word, before the marks that have the most units side by side."""
    if not marks or len(text) - start <= _LENGTH:
        return start
    best = marks[_best(marks)].start
    earliest = best - _LEAD
    if earliest <= start:
        return start
    line = text.find("\n", earliest, best)
    if line >= 0:
        return line + 1
    word = text.find(" ", earliest, best)
    return word + 1 if word >= 0 else earliest


def _best(marks: Sequence[Mark]) -> int:
    best, most = 0, (0, 0)
    for first, mark in enumerate(marks):
        near = marks[first : first + _MOST_TOGETHER]
        within = [other.unit for other in near if other.end - mark.start <= _LENGTH - _LEAD]
        worth = (len(set(within)), len(within))
        if worth > most:
            best, most = first, worth
    return best


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = max(text.rfind(" ", at - _LONGEST_WORD, at), text.rfind("\n", at - _LONGEST_WORD, at))
    return space if space > 0 else at
