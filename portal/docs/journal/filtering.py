"""The entries a reader asks for: by words, kind and year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.docs.journal.entries import Entry, plain

# More words than anybody means; each costs a look through the whole journal.
_MOST_WORDS = 12
_AROUND = 90


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for; the empty value asks for everything. `words` are folded and must all be there."""

    text: str = ""
    kind: str = ""
    year: int | None = None

    @property
    def words(self) -> list[str]:
        """The words of the text, each once."""
        return list(dict.fromkeys(self.text.casefold().split()))[:_MOST_WORDS]

    def __bool__(self) -> bool:
        return bool(self.words or self.kind)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry and a part of its text in pieces, each with whether it is one of the words asked for."""

    entry: Entry
    pieces: tuple[tuple[str, bool], ...]


def choose(entries: Iterable[Entry], question: Question) -> list[Entry]:
    """The entries that answer the question, in their order."""
    words = question.words
    return [
        entry
        for entry in entries
        if (not question.kind or entry.kind == question.kind)
        and (question.year is None or entry.when.year == question.year)
        and (not words or _has_all(entry.folded, words))
    ]


def _has_all(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def show(entry: Entry, question: Question) -> Found:
    """The entry with the place in it that the words are at, or its beginning."""
    words = question.words
    if not words:
        return Found(entry, ((entry.excerpt, False),))
    pattern = re.compile("(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")", re.IGNORECASE)
    pieces = pattern.split(_part_with(pattern, entry))
    # What a pattern in one group splits off is every second piece.
    return Found(entry, tuple((piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece))


def _part_with(pattern: re.Pattern[str], entry: Entry) -> str:
    hit = None if pattern.search(entry.excerpt) else pattern.search(entry.source)
    if hit is None:
        return entry.excerpt
    start, end = max(0, hit.start() - _AROUND), min(len(entry.source), hit.end() + _AROUND)
    raw = " ".join(entry.source[start:end].split())
    part = plain(entry.source[start:end])
    # What was asked for may be the very marks that reading leaves out.
    if len(pattern.findall(part)) < len(pattern.findall(raw)):
        part = raw
    return ("…" if start else "") + part + ("…" if end < len(entry.source) else "")


def count_kinds(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """The kinds of entries with their numbers, the most frequent first."""
    return Counter(entry.kind for entry in entries if entry.kind).most_common()
