"""Two answers compared word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Words beyond which lines are compared; and lines beyond which nothing is.
_MOST = 2000
_WORDS = re.compile(r"\s*\w+(?:['’.,-]\w+)*|\s*[^\s\w]|\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text that both have, or one of them; `blank` stands before it and is neither gone nor new."""

    kind: Literal["same", "gone", "new"]
    blank: str
    text: str


def compare(before: str, after: str) -> list[Part] | None:
    """The parts of both in reading order; None when they are too long."""
    for cut in (_WORDS.findall, str.splitlines):
        one, other = cut(before), cut(after)
        if max(len(one), len(other)) <= _MOST:
            end = "\n" if cut is str.splitlines else ""
            return list(_parts([part + end for part in one], [part + end for part in other]))
    return None


def _parts(one: list[str], other: list[str]) -> Iterator[Part]:
    matcher = SequenceMatcher(None, [part.lstrip() for part in one], [part.lstrip() for part in other], autojunk=False)
    for kind, from_one, to_one, from_other, to_other in matcher.get_opcodes():
        if kind == "equal":
            yield _part("same", "".join(other[from_other:to_other]))
            continue
        if from_one < to_one:
            yield _part("gone", "".join(one[from_one:to_one]))
        if from_other < to_other:
            yield _part("new", "".join(other[from_other:to_other]))


def _part(kind: Literal["same", "gone", "new"], text: str) -> Part:
    bare = text.lstrip()
    return Part(kind, text[: len(text) - len(bare)], bare)
