"""At which headings a book in one document is cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.docs.book.outline import Title
from portal.docs.rendering import render

_NUMBERED = re.compile(r"(?:(?:chapter|part)\s+)?(?:\d+|[ivxlc]+)\s*(?:[.:)—–-]\s|\Z)", re.IGNORECASE)
_LONGEST = 500
_MARKED_UP = re.compile(r"[*_`\[<&\\!~$]")


def chapter_level(titles: Sequence[Title], said: object) -> int:
    """The level of the headings that begin chapters; `said` is what the front matter gives for it, if anything."""
    if isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= 6:
        return said
    shown = [title for title in titles if title.source.strip()]
    numbered = {level: sum(_is_numbered(title) for title in shown if title.level == level) for level in (1, 2)}
    if max(numbered.values()) > 1:
        return max(numbered, key=lambda level: numbered[level])
    if sum(title.level == 1 for title in shown) > 2:
        return 1
    return min((title.level for title in shown if title.level > 1), default=1)


def takes_title(titles: Sequence[Title], level: int) -> bool:
    """Whether the first heading is the book's title and not a chapter's."""
    if not titles or titles[0].level > 1 or not titles[0].source.strip():
        return False
    chapters = [title for title in titles[1:] if title.level == level]
    if level > 1 or "book" in titles[0].source.casefold().split():
        return True
    return bool(chapters) and not _is_numbered(titles[0]) and all(map(_is_numbered, chapters))


def plain(source: str) -> str:
    """A heading's markdown as it is read."""
    text = " ".join(source.split())[:_LONGEST]
    if not _MARKED_UP.search(text):
        return text
    headings = render(f"# {text}").headings
    return headings[0].text if headings else text


def _is_numbered(title: Title) -> bool:
    return bool(_NUMBERED.match(plain(title.source)))
