"""Looking a question up in one state of the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import tantivy

from portal.docs.search.asking import Question, Unit
from portal.docs.search.index import read_passage
from portal.docs.search.querying import Querying
from portal.docs.search.spelling import Spelling
from portal.docs.search.values import Passage


@dataclass(frozen=True, slots=True)
class Found:
    """What a look came to: the question that found something, how much, and the best of it.

    `is_corrected` says that words were replaced, `is_partial` that no passage has them all.
    """

    question: Question
    total: int
    passages: Sequence[Passage]
    is_corrected: bool = False
    is_partial: bool = False


class Look:
    """Finds passages. `spelling` is asked for the words of the documents when a question has one that is nowhere."""

    def __init__(self, searcher: tantivy.Searcher, spelling: Callable[[tantivy.Searcher], Spelling]) -> None:
        self._searcher = searcher
        self._spelling = spelling
        self._querying = Querying(searcher)

    def find(self, question: Question, *, limit: int, start: int) -> Found:
        """Ask for all words; failing that with those corrected that are nowhere; failing that for some of them."""
        found = self._ask(question, self._querying.all_of(question), limit, start)
        if found.total:
            return found
        corrected = self._correct(question)
        for asked in dict.fromkeys((corrected, corrected.in_parts(), question.in_parts())):
            found = self._ask(asked, self._querying.all_of(asked), limit, start)
            if found.total:
                return replace(found, is_corrected=asked not in (question, question.in_parts()))
        for asked in dict.fromkeys((corrected, corrected.in_parts())):
            found = self._ask(asked, self._querying.some_of(asked), limit, start)
            if found.total:
                return replace(found, is_corrected=asked not in (question, question.in_parts()), is_partial=True)
        return found

    def _ask(self, question: Question, query: tantivy.Query, limit: int, start: int) -> Found:
        result = self._searcher.search(query, limit, offset=start)
        total = int(result.count or 0)  # type: ignore[attr-defined]
        return Found(question, total, [read_passage(self._searcher, address) for _score, address in result.hits])

    def _correct(self, question: Question) -> Question:
        return replace(question, units=tuple(self._correct_unit(unit) for unit in question.units))

    def _correct_unit(self, unit: Unit) -> Unit:
        """The unit with each part that is nowhere replaced by the likeliest: in a name, one that makes a known name."""
        parts = list(unit.parts)
        for number, part in enumerate(parts):
            is_open = unit.is_open and number == len(parts) - 1
            if self._querying.knows(part, is_open=is_open):
                continue
            near = self._spelling(self._searcher).near(part, is_open=is_open)
            before, after = "".join(parts[:number]), "".join(parts[number + 1 :])
            fitting = (word for word in near if self._querying.knows(before + word + after, is_open=is_open))
            parts[number] = next(fitting, next(iter(near), part))
        return replace(unit, parts=tuple(parts))
