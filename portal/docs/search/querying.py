"""From units to the engine's queries."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from functools import cache

import tantivy
from tantivy import Occur, Query, TextAnalyzer

from portal.docs.search.asking import Question, Unit
from portal.docs.search.index import schema, stemmer

# What a match counts for, by where it is: BM25 of the text is 1.
_HEADING, _TITLE, _NAME, _WHOLE_NAME, _STEM, _BEGUN = 2.5, 2.0, 1.0, 4.0, 0.4, 0.6
# So many words that begin as asked are looked for; of one or two letters fewer, as each is in very many sections.
_MOST_ENDINGS, _MOST_ENDINGS_OF_VAGUE, _VAGUE = 16, 5, 2
_MOST_KEPT = 5000


class Querying:
    """Makes queries for one state of the index, remembering what it has looked up there."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._known_endings: dict[tuple[str, str], list[str]] = {}

    def all_of(self, question: Question) -> Query:
        """Sections that have every unit that says something, first those where they stand together."""
        clauses = [(Occur.Must, self._of(unit)) for unit in question.wanted]
        return Query.boolean_query(clauses + [(Occur.Should, query) for query in _together(question.wanted)])

    def some_of(self, question: Question) -> Query:
        """Sections that have any unit, those with most of them first."""
        return Query.boolean_query([(Occur.Should, self._of(unit)) for unit in question.wanted])

    def knows(self, word: str, *, is_open: bool) -> bool:
        """Whether any section has the word, or one that begins with it when it is open."""
        if any(self._searcher.doc_freq(field, word) for field in ("words", "names")):
            return True
        if is_open:
            return any(self._searcher.terms_with_prefix(field, word, limit=1) for field in ("words", "names"))
        return bool(self._searcher.doc_freq("stems", stem_of(word)))

    def _of(self, unit: Unit) -> Query:
        queries = self._of_name(unit) if len(unit.parts) > 1 else self._of_word(unit)
        return Query.boolean_query([(Occur.Should, query) for query in queries])

    def _of_word(self, unit: Unit) -> Iterable[Query]:
        word = unit.parts[0]
        yield from _of_term(word)
        yield _term("names", word, _NAME)
        yield _term("stems", stem_of(word), _STEM)
        if unit.is_open:
            for ending in self._endings("words", word):
                yield _term("words", ending, _BEGUN)
                yield _term("heading", ending, _HEADING * _BEGUN)
            yield from (_term("names", ending, _NAME * _BEGUN) for ending in self._endings("names", word))

    def _of_name(self, unit: Unit) -> Iterable[Query]:
        words = list(unit.parts)
        yield _term("names", unit.name, _WHOLE_NAME)
        yield Query.phrase_query(schema(), "words", list(words))
        yield Query.boost_query(Query.phrase_query(schema(), "heading", list(words)), _HEADING)
        yield Query.boost_query(Query.phrase_query(schema(), "title", list(words)), _TITLE)
        if unit.is_open:
            yield Query.phrase_prefix_query(schema(), "words", list(words))
            for ending in self._endings("names", unit.name):
                yield _term("names", ending, _WHOLE_NAME * _BEGUN)

    def _endings(self, field: str, beginning: str) -> list[str]:
        """The commonest words that begin so, itself left out."""
        kept = self._known_endings.get((field, beginning))
        if kept is None:
            found = self._searcher.terms_with_prefix(field, beginning)
            number = _MOST_ENDINGS if len(beginning) > _VAGUE else _MOST_ENDINGS_OF_VAGUE
            most = heapq.nlargest(number + 1, found, key=lambda pair: pair[1])
            kept = [word for word, _passages in most if word != beginning]
            if len(self._known_endings) < _MOST_KEPT:
                self._known_endings[field, beginning] = kept
        return kept


def _of_term(word: str) -> Iterable[Query]:
    yield _term("words", word)
    yield _term("heading", word, _HEADING)
    yield _term("title", word, _TITLE)


def _together(units: tuple[Unit, ...]) -> Iterable[Query]:
    words = [part for unit in units for part in unit.parts]
    # Where nothing but common words is asked for, looking for them side by side costs more than all the rest.
    if len(units) > 1 and not all(unit.is_optional for unit in units):
        yield _term("names", "".join(words), _WHOLE_NAME)
        yield Query.boost_query(Query.phrase_query(schema(), "words", list(words)), 2.0)


def _term(field: str, word: str, boost: float = 1.0) -> Query:
    query = Query.term_query(schema(), field, word)
    return query if boost == 1.0 else Query.boost_query(query, boost)


def stem_of(word: str) -> str:
    """The stem of a folded word."""
    return (_stemmer().analyze(word) or [word])[0]


@cache
def _stemmer() -> TextAnalyzer:
    return stemmer()
