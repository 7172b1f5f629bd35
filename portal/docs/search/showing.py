"""From the passages found to what an answer shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

from portal.docs.search.marking import Mark, Needle, find_marks, pieces
from portal.docs.search.snippets import snippet
from portal.docs.search.values import Hit, Marked, PageHits, Passage

_MOST_HITS_OF_A_PAGE = 4
_MOST_WORDS_MARKED = 6


def show_by_page(passages: Sequence[Passage], needles: Sequence[Needle]) -> tuple[PageHits, ...]:
    """The passages by page, in the order of each page's best; parts of one section are one hit."""
    by_page: dict[str, list[Passage]] = {}
    for passage in passages:
        of_page = by_page.setdefault(passage.url, [])
        if len(of_page) < _MOST_HITS_OF_A_PAGE and all(passage.anchor != other.anchor for other in of_page):
            of_page.append(passage)
    return tuple(_show_page(found, needles) for found in by_page.values())


def _show_page(passages: Sequence[Passage], needles: Sequence[Needle]) -> PageHits:
    first = passages[0]
    shown = [_show(passage, needles) for passage in passages]
    where = " / ".join(filter(None, first.page.split("/")[:-1]))
    return PageHits(first.url, shown[0][0], where, tuple(hit for _title, hit in shown))


def _show(passage: Passage, needles: Sequence[Needle]) -> tuple[Marked, Hit]:
    """The page's title and the hit. Both are marked in one go, in the lines of title, headings and text."""
    lines = (passage.title, *passage.path, passage.text)
    text = "\n".join(lines)
    marks = find_marks(text, needles)
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    *above, body = starts
    title, *path = (pieces(text, start, start + len(line), marks) for start, line in zip(above, lines, strict=False))
    url = passage.url + _query(text, marks) + (f"#{passage.anchor}" if passage.anchor else "")
    return title, Hit(url, tuple(path), snippet(text, body, marks))


def _query(text: str, marks: Iterable[Mark]) -> str:
    """The words to mark on the page: as they stand there, so that what was corrected or unfinished is marked too."""
    words: dict[str, str] = {}
    for mark in marks:
        word = text[mark.start : mark.end]
        words.setdefault(word.casefold(), word)
        if len(words) == _MOST_WORDS_MARKED:
            break
    return f"?q={quote_plus(' '.join(words.values()))}" if words else ""
