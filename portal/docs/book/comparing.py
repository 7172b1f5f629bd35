"""Two editions side by side: which chapters differ, and in a chapter which paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from portal.docs.book.aligning import align
from portal.docs.book.marking import mark_words, words_of
from portal.docs.book.outline import read_blocks
from portal.docs.book.volumes import Chapter, Volume
from portal.docs.passages import transplant
from portal.docs.rendering import render

Change = Literal["same", "changed", "added", "removed"]

# Matching costs up to the product of both lengths; a chapter of more blocks is shown whole on both sides.
MOST_BLOCKS = 2000
_NO_ID = re.compile(r'(<[a-zA-Z][^<>]*?) id=""')


@dataclass(frozen=True, slots=True)
class Pair:
    """A chapter of both editions, of the older alone (removed) or of the newer alone (added)."""

    change: Change
    old: Chapter | None
    new: Chapter | None

    @property
    def chapter(self) -> Chapter:
        """The chapter it is about, as the newer edition has it where it does."""
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """A block of text as HTML on both sides; `old` is empty where it was added, `new` where it was removed."""

    change: Change
    old: str
    new: str


def pair_chapters(old: Volume, new: Volume) -> list[Pair]:
    """The chapters of two editions, matched by title, in the newer one's order with removed ones where they stood."""
    before = _by_subject(old)
    pairs = [_pair(before.pop(subject, None), chapter) for subject, chapter in _by_subject(new).items()]
    for gone in before.values():
        at = next((at for at, pair in enumerate(pairs) if pair.old and pair.old.number > gone.number), len(pairs))
        pairs.insert(at, Pair("removed", gone, None))
    return pairs


def _by_subject(volume: Volume) -> dict[tuple[str, int], Chapter]:
    """The chapters by subject and which of several chapters on it each is."""
    seen: Counter[str] = Counter()
    found = {}
    for chapter in volume.chapters:
        seen[chapter.subject] += 1
        found[chapter.subject, seen[chapter.subject]] = chapter
    return found


def _pair(old: Chapter | None, new: Chapter) -> Pair:
    if old is None:
        return Pair("added", None, new)
    return Pair("same" if old.source.split() == new.source.split() else "changed", old, new)


@lru_cache(maxsize=64)
def compare(pair: Pair) -> tuple[Row, ...]:
    """The rows of one chapter. Call it off the loop: it renders and matches both texts."""
    olds, news = _blocks(pair.old), _blocks(pair.new)
    if max(len(olds), len(news)) > MOST_BLOCKS:
        return (Row(pair.change, _drawn("\n\n".join(olds), pair.old), _drawn("\n\n".join(news), pair.new)),)
    rows = (_row(old, new, pair, olds, news) for old, new in align(olds, news))
    return tuple(row for row in rows if row.old or row.new)


def _blocks(chapter: Chapter | None) -> list[str]:
    return read_blocks(chapter.source) if chapter else []


def _row(old: int | None, new: int | None, pair: Pair, olds: Sequence[str], news: Sequence[str]) -> Row:
    left = "" if old is None else _drawn(olds[old], pair.old)
    right = "" if new is None else _drawn(news[new], pair.new)
    if old is None:
        return Row("added", "", right)
    if new is None:
        return Row("removed", left, "")
    if olds[old].split() == news[new].split():
        return Row("same", left, right)
    marked = mark_words(left, right)
    # What differs in markup alone reads the same.
    return Row("same" if marked == (left, right) and words_of(left) == words_of(right) else "changed", *marked)


def _drawn(source: str, chapter: Chapter | None) -> str:
    """A block's HTML with neither ids, which would stand there twice, nor panels, which would run."""
    if chapter is None or not source:
        return ""
    rendered = render(f"{source}\n\n{chapter.definitions}", is_mdx=chapter.page.file.suffix == ".mdx")
    html = transplant(rendered.html, name=lambda name: "", lead=str, lift=chapter.level - 2, top=3)
    return _NO_ID.sub(r"\1", html)
