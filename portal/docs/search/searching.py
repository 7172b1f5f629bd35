"""Answering queries from the index on disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy

from portal.docs.search.asking import Question, read_question
from portal.docs.search.index import META, IndexDamaged, open_index, reading_index
from portal.docs.search.looking import Look
from portal.docs.search.marking import needles_for
from portal.docs.search.progress import ProgressReader
from portal.docs.search.showing import show_by_page
from portal.docs.search.spelling import Spelling
from portal.docs.search.values import Answer, Progress

logger = logging.getLogger(__name__)

# Collecting the words of the documents takes some 50 ms, so after an edit the old ones serve so many seconds, unless
# the documents have become more or fewer by this share.
_SPELLING_LASTS, _SPELLING_TOLERATES = 30.0, 0.05


@dataclass(frozen=True, slots=True)
class _Kept:
    """The words of the documents as they were in one state of the index."""

    searcher: tantivy.Searcher
    since: float
    spelling: Spelling

    def serves(self, searcher: tantivy.Searcher) -> bool:
        """Whether these words will do for another state too: after an edit for a while, after many changes not."""
        if searcher is self.searcher:
            return True
        before, now = self.searcher.num_docs, searcher.num_docs
        return abs(now - before) <= before * _SPELLING_TOLERATES and time.monotonic() - self.since < _SPELLING_LASTS


class Search:
    """Answers queries from the index in `folder`, as it stands when asked. Safe to use from any thread."""

    def __init__(self, folder: Path, *, on_damage: Callable[[], None] = lambda: None) -> None:
        self.folder = folder
        self._on_damage = on_damage
        self._progress = ProgressReader(folder)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._look: Look | None = None
        self._spelling: _Kept | None = None

    def find(self, query: str, *, limit: int = 10, start: int = 0) -> Answer:
        """The `limit` best sections after the first `start`, by page. Never raises because of what is asked."""
        began = time.perf_counter()
        answer = Answer(query, indexing=self._left_to_index())
        question = read_question(query)
        look = self._current()
        if question.units and look is not None:
            answer = self._answer(answer, look, question, limit, start)
        return replace(answer, left_out=question.left_out, milliseconds=(time.perf_counter() - began) * 1000)

    def _answer(self, answer: Answer, look: Look, question: Question, limit: int, start: int) -> Answer:
        try:
            with reading_index():
                found = look.find(question, limit=limit, start=start)
        except IndexDamaged as problem:
            logger.warning("the search index in %s cannot be read and is built again: %s", self.folder, problem)
            self._look = self._spelling = None
            self._on_damage()
            return replace(answer, indexing=self._left_to_index() or Progress())
        return replace(
            answer,
            pages=show_by_page(found.passages, needles_for(found.question.wanted)),
            total=found.total,
            instead=str(found.question) if found.is_corrected and found.total else "",
            is_partial=found.is_partial and found.total > 0,
        )

    def _left_to_index(self) -> Progress | None:
        progress = self._progress.read()
        if progress is None:
            return Progress()
        return None if progress.is_complete else progress

    def _current(self) -> Look | None:
        """The index as last committed; as it was before while it is being replaced; None before there is one."""
        stamp = _stamp_of(self.folder)
        if stamp is not None and stamp != self._stamp:
            with self._lock:
                try:
                    with reading_index():
                        self._look, self._stamp = Look(open_index(self.folder).searcher(), self._spell), stamp
                except IndexDamaged as problem:
                    # It may be about to be replaced; if not, whoever writes to it replaces it when next started.
                    logger.info("the search index cannot be opened just now: %s", problem)
        return self._look

    def _spell(self, searcher: tantivy.Searcher) -> Spelling:
        with self._lock:
            if self._spelling is None or not self._spelling.serves(searcher):
                spelling = Spelling(searcher.terms_with_prefix("words", ""))
                self._spelling = _Kept(searcher, time.monotonic(), spelling)
            return self._spelling.spelling


def _stamp_of(folder: Path) -> tuple[int, int, int] | None:
    try:
        stat = (folder / META).stat()
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_ino, stat.st_size)
