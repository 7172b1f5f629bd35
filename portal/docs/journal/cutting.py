"""A text cut at its dated headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portal.docs.dates import Written, find_date

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r"\s*(?:[-*+>|#]|\d+[.)]\s|$)")
_OPENING = re.compile(r"(\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*)(`{3,}(?=[^`]*$)|~{3,})\s*(.*)$")
# A date that stands later than this in a heading does not make it a dated one.
_LONGEST_SEARCHED = 500
_DIGIT = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands under a dated heading: `heading` is its text, `source` the markdown below, `line` its own, from 1."""

    heading: str
    level: int
    written: Written
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    level: int
    text: str
    written: Written


def cut(text: str) -> tuple[str, list[Piece]]:
    """The text before the first dated heading, and the pieces from there on, in the text's order."""
    lines = text.split("\n")
    marks = _dated_headings(lines)
    if not marks:
        return text, []
    counts = Counter(mark.level for mark in marks)
    level = min(counts, key=lambda level: (-counts[level], level))
    marks = [mark for mark in marks if mark.level <= level]
    ends = [mark.start for mark in marks[1:]] + [len(lines)]
    pieces = [
        Piece(mark.text, mark.level, mark.written, _body(lines[mark.end : end], level), mark.start + 1)
        for mark, end in zip(marks, ends, strict=True)
    ]
    return _body(lines[: marks[0].start], level), pieces


def _body(lines: Sequence[str], level: int) -> str:
    """The lines without blank ones around them, and without a group's title (`# 2025`) that the next entry follows."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_group_title(lines[end - 1], level)):
        end -= 1
    start = next((at for at in range(end) if lines[at].strip()), end)
    return "\n".join(lines[start:end])


def _is_group_title(line: str, level: int) -> bool:
    heading = _HEADING.match(line)
    return heading is not None and len(heading[1]) < level


def _dated_headings(lines: Sequence[str]) -> list[_Mark]:
    """Dated headings outside of code and comments.

    A fence that is never closed would hide every entry after it. It is taken to end at the next dated heading when
    the text ends first, or when another block is opened before it closes.
    """
    found: list[_Mark] = []
    hidden: list[int] = []
    fence, indented, commented = "", False, False
    at = 0
    while at < len(lines):
        line = lines[at]
        mark = _read_mark(lines, at)
        opening = _OPENING.match(line)
        if fence:
            if _closes(line, fence):
                fence, hidden = "", []
            elif mark and indented:
                # The list the fence stands in has ended, and the fence with it.
                fence, hidden = "", []
                continue
            elif mark:
                hidden.append(at)
            if fence and hidden and (at + 1 == len(lines) or (opening and opening[3] and opening[2][0] == fence[0])):
                at, fence, hidden = hidden[0], "", []
                continue
        elif commented:
            commented = "-->" not in line
        elif opening:
            fence, indented = opening[2], len(opening[1]) > 1
        elif line.lstrip().startswith("<!--"):
            commented = "-->" not in line
        elif mark:
            found.append(mark)
            at = mark.end
            continue
        at += 1
    return found


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and not stripped.strip(fence[0])


def _read_mark(lines: Sequence[str], at: int) -> _Mark | None:
    line = lines[at]
    if not _DIGIT.search(line):
        return None
    if heading := _HEADING.match(line):
        return _mark(at, at + 1, len(heading[1]), _without_closing(heading[2]))
    is_alone = (at == 0 or not lines[at - 1].strip()) and not _NO_PARAGRAPH.match(line) and not line.startswith("    ")
    underline = _UNDERLINE.match(lines[at + 1]) if is_alone and at + 1 < len(lines) else None
    return _mark(at, at + 2, 1 if underline[1].startswith("=") else 2, line.strip()) if underline else None


def _without_closing(text: str) -> str:
    """A heading's text without the `##` it may close with."""
    text = text.rstrip()
    shorter = text.rstrip("#")
    return shorter.rstrip() if shorter.endswith((" ", "\t")) else text


def _mark(start: int, end: int, level: int, text: str) -> _Mark | None:
    written = find_date(text[:_LONGEST_SEARCHED])
    return _Mark(start, end, level, text, written) if written else None
