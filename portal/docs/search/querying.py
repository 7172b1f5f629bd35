"""From units to the engine's queries."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from functools import cache
from operator import itemgetter

import tantivy
from tantivy import Occur, Query, TextAnalyzer

from portal.docs.search.asking import Question, Unit
from portal.docs.search.index import LONGEST_BEGINNING, schema, stemmer

# What a match counts for, by where it is: BM25 of the text is 1.
_HEADING, _TITLE, _NAME, _WHOLE_NAME, _STEM, _BEGUN = 2.5, 2.0, 1.0, 4.0, 0.4, 0.6
# So many words that begin as asked are looked for, the commonest; a beginning of a few letters is in the index itself.
_MOST_ENDINGS = 12
# Sections whose text is read for words side by side; where even the rarest is in more, headings are.
_MOST_READ = 10_000
_MOST_KEPT = 5000


class Querying:
    """Makes queries for one state of the index, remembering what it has looked up there."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._known_endings: dict[tuple[str, str], list[str]] = {}

    def all_of(self, question: Question) -> Query:
        """Sections that have every unit that says something, first those where they stand together."""
        found = [self._look_for(unit) for unit in question.wanted]
        needed = [(Occur.Must, _any_of(anywhere)) for anywhere, _ in found]
        # What only adds to the worth of a section stands beside all that it needs, so that few are asked for it.
        besides = [query for _, of_unit in found for query in of_unit]
        return Query.boolean_query(needed + [(Occur.Should, query) for query in (*besides, *self._together(question.wanted))])

    def some_of(self, question: Question) -> Query:
        """Sections that have any unit, those with most of them first."""
        found = [self._look_for(unit) for unit in question.wanted]
        return _any_of([query for anywhere, besides in found for query in (*anywhere, *besides)])

    def knows(self, word: str, *, is_open: bool) -> bool:
        """Whether any section has the word, or one that begins with it when it is open."""
        if any(self._searcher.doc_freq(field, word) for field in ("words", "names")):
            return True
        if is_open:
            return any(self._searcher.terms_with_prefix(field, word, limit=1) for field in ("words", "names"))
        return bool(self._searcher.doc_freq("stems", stem_of(word)))

    def _look_for(self, unit: Unit) -> tuple[list[Query], list[Query]]:
        """Queries of which a section with the unit fits one at least, and those for where else it may have it."""
        return self._of_name(unit) if len(unit.parts) > 1 else self._of_word(unit)

    def _of_word(self, unit: Unit) -> tuple[list[Query], list[Query]]:
        word = unit.parts[0]
        # Whatever has the word in its text, its heading or its title has its stem.
        anywhere = [_term("stems", stem_of(word), _STEM), _term("names", word, _NAME)]
        besides = [_term("words", word), _term("heading", word, _HEADING), _term("title", word, _TITLE)]
        if unit.is_open and len(word) <= LONGEST_BEGINNING:
            besides += [*anywhere, _term("heading_begun", word, _HEADING * _BEGUN)]
            anywhere = [_term("begun", word, _BEGUN)]
        elif unit.is_open:
            endings = self._endings("words", word)
            anywhere += [_term("words", ending, _BEGUN) for ending in endings]
            anywhere += [_term("names", ending, _NAME * _BEGUN) for ending in self._endings("names", word)]
            besides += [_term("heading", ending, _HEADING * _BEGUN) for ending in endings]
        return anywhere, besides

    def _of_name(self, unit: Unit) -> tuple[list[Query], list[Query]]:
        words = list(unit.parts)
        anywhere = [_term("names", unit.name, _WHOLE_NAME), Query.phrase_query(schema(), "words", list(words))]
        if unit.is_open:
            anywhere.append(Query.phrase_prefix_query(schema(), "words", list(words)))
            anywhere += [_term("names", ending, _WHOLE_NAME * _BEGUN) for ending in self._endings("names", unit.name)]
        return anywhere, [
            Query.boost_query(Query.phrase_query(schema(), "heading", list(words)), _HEADING),
            Query.boost_query(Query.phrase_query(schema(), "title", list(words)), _TITLE),
        ]

    def _together(self, units: tuple[Unit, ...]) -> Iterable[Query]:
        words = [part for unit in units for part in unit.parts]
        # Where nothing but common words is asked for, looking for them side by side costs more than all the rest.
        if len(units) > 1 and not all(unit.is_optional for unit in units):
            yield _term("names", "".join(words), _WHOLE_NAME)
            rarest = min(self._searcher.doc_freq("words", word) for word in words)
            field = "words" if rarest <= _MOST_READ else "heading"
            yield Query.boost_query(Query.phrase_query(schema(), field, list(words)), 2.0)

    def _endings(self, field: str, beginning: str) -> list[str]:
        """The commonest words that begin so, itself left out."""
        kept = self._known_endings.get((field, beginning))
        if kept is None:
            found = self._searcher.terms_with_prefix(field, beginning)
            most = heapq.nlargest(_MOST_ENDINGS + 1, found, key=itemgetter(1))
            kept = [word for word, _passages in most if word != beginning]
            if len(self._known_endings) < _MOST_KEPT:
                self._known_endings[field, beginning] = kept
        return kept


def _any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _term(field: str, word: str, boost: float = 1.0) -> Query:
    query = Query.term_query(schema(), field, word)
    return query if boost == 1.0 else Query.boost_query(query, boost)


def stem_of(word: str) -> str:
    """The stem of a folded word."""
    return (_stemmer().analyze(word) or [word])[0]


@cache
def _stemmer() -> TextAnalyzer:
    return stemmer()
