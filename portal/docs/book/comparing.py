"""Two editions side by side: which chapters differ, and in a chapter which paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from portal.docs.book.aligning import align
from portal.docs.book.marking import mark_words, read_alike
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


def compare(pair: Pair) -> tuple[Row, ...]:
    """The rows of one chapter. Call it off the loop: it renders and matches both texts."""
    return _compare(_side(pair.old), _side(pair.new))


@dataclass(frozen=True, slots=True)
class _Side:
    """What a chapter's blocks are drawn from."""

    source: str = ""
    definitions: str = ""
    level: int = 1
    is_mdx: bool = False

    def draw(self, block: str) -> str:
        """A block's HTML with neither ids, which would stand there twice, nor panels, which would run."""
        if not block:
            return ""
        rendered = render(f"{block}\n\n{self.definitions}", is_mdx=self.is_mdx)
        html = transplant(rendered.html, name=lambda name: "", lead=str, lift=self.level - 2, top=3)
        return _NO_ID.sub(r"\1", html)


def _side(chapter: Chapter | None) -> _Side:
    if chapter is None:
        return _Side()
    return _Side(chapter.source, chapter.definitions, chapter.level, chapter.page.file.suffix == ".mdx")


@lru_cache(maxsize=64)
def _compare(old: _Side, new: _Side) -> tuple[Row, ...]:
    olds, news = read_blocks(old.source), read_blocks(new.source)
    if max(len(olds), len(news)) > MOST_BLOCKS:
        change: Change = "same" if olds == news else "changed" if olds and news else "added" if news else "removed"
        return (Row(change, old.draw(old.source), new.draw(new.source)),)
    rows = (
        _row("" if at is None else olds[at], "" if to is None else news[to], old, new) for at, to in align(olds, news)
    )
    return tuple(row for row in rows if row.old or row.new)


def _row(left: str, right: str, old: _Side, new: _Side) -> Row:
    before, after = old.draw(left), new.draw(right)
    if not left:
        return Row("added", "", after)
    if not right:
        return Row("removed", before, "")
    if read_alike(before, after):
        return Row("same", before, after)
    return Row("changed", *mark_words(before, after))
