"""Lines of other files that a block of code takes in, as mdBook writes it: `{{#include ../main.rs:setup}}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TAKEN_IN = re.compile(
    r"(\\?)\{\{[ \t]*#(?:include|rustdoc_include|playground|playpen)[ \t]+([^\s{}]{1,500})[^\n{}]{0,200}\}\}"
)
_ANCHOR = re.compile(r"ANCHOR(?:_END)?:\s*[\w-]+")
# Characters of one file; what code holds more is no example.
_LARGEST = 1 << 20


def take_in(source: str, read: Callable[[str], str | None]) -> tuple[str, tuple[str, ...]]:
    """`source` with the lines of other files in their places, and the addresses of those that `read` knows nothing of.

    What cannot be read stays as it is written.
    """
    missing: list[str] = []

    def lines_of(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        href, _, part = found[2].partition(":")
        text = read(href)
        if text is None or len(text) > _LARGEST:
            missing.append(href)
            return found[0]
        return "\n".join(_part_of(text.splitlines(), part))

    return (_TAKEN_IN.sub(lines_of, source), tuple(missing)) if "{{" in source else (source, ())


def _part_of(lines: list[str], part: str) -> Iterator[str]:
    """The lines that `part` names: all of them, one or a span by their numbers, or those between the marks of a name."""
    first, colon, last = part.partition(":")
    if (first or last) and all(not bound or bound.isdecimal() for bound in (first, last)):
        start = max(int(first or 1) - 1, 0)
        lines = lines[start : (int(last) if last else None) if colon else start + 1]
    elif part:
        lines = _between(lines, part)
    return (line for line in lines if not _ANCHOR.search(line))


def _between(lines: list[str], name: str) -> list[str]:
    begin, end = (re.compile(rf"{mark}:\s*{re.escape(name)}(?![\w-])") for mark in ("ANCHOR", "ANCHOR_END"))
    inside = False
    found: list[str] = []
    for line in lines:
        if inside and end.search(line):
            inside = False
        elif inside:
            found.append(line)
        inside = inside or bool(begin.search(line))
    return found
