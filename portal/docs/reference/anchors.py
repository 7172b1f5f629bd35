"""Ids for the things on a page: made of their names, and each given once."""

from __future__ import annotations

import re

_LONGEST = 80
_OTHER = re.compile(r"[^\w.-]+")


def slug(name: str) -> str:
    """`name` as a piece of an id: letters, digits, dots and dashes."""
    return _OTHER.sub("-", name).strip("-.")[:_LONGEST] or "x"


class Anchors:
    """The ids of one page."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """`wanted`, or where that is taken, the next free `wanted-2`, `wanted-3` …"""
        anchor = wanted
        while anchor in self._taken:
            self._next[wanted] = self._next.get(wanted, 1) + 1
            anchor = f"{wanted}-{self._next[wanted]}"
        self._taken.add(anchor)
        return anchor
