"""From the passages found to what an answer shows."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from portal.docs.search.snippets import Needle, mark, snippet
from portal.docs.search.values import Hit, PageHits, Passage

_MOST_HITS_OF_A_PAGE = 4
_MOST_WORDS_MARKED = 6


def show_by_page(passages: Sequence[Passage], needles: Sequence[Needle]) -> tuple[PageHits, ...]:
    """The passages by page, in the order of each page's best; parts of one section are one hit."""
    by_page: dict[str, list[Passage]] = {}
    for passage in passages:
        of_page = by_page.setdefault(passage.page, [])
        if len(of_page) < _MOST_HITS_OF_A_PAGE and all(passage.anchor != other.anchor for other in of_page):
            of_page.append(passage)
    return tuple(_show_page(found, needles) for found in by_page.values())


def _show_page(passages: Sequence[Passage], needles: Sequence[Needle]) -> PageHits:
    first = passages[0]
    where = " / ".join(first.page.split("/")[:-1])
    return PageHits(first.url, mark(first.title, needles), where, tuple(_show(passage, needles) for passage in passages))


def _show(passage: Passage, needles: Sequence[Needle]) -> Hit:
    shown, words = snippet(passage.text, needles)
    path = tuple(mark(heading, needles) for heading in passage.path)
    words += [text for heading in path for text, is_marked in heading if is_marked]
    # What stands there rather than what was typed, so that a word found by its beginning or corrected is marked too.
    distinct = list({word.casefold(): word for word in words}.values())[:_MOST_WORDS_MARKED]
    query = f"?{urlencode({'q': ' '.join(distinct)})}" if distinct else ""
    return Hit(passage.url + query + (f"#{passage.anchor}" if passage.anchor else ""), path, shown)
