"""A page's sections as the passages that are indexed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.docs.rendering import Section
from portal.docs.search.tokens import words_in
from portal.docs.search.values import Passage

# Finding the best lines of a passage reads all of it, so a long section is several passages.
_LONGEST = 2000


def passages_of(page: str, url: str, title: str, sections: Iterable[Section]) -> list[Passage]:
    """The passages of a page, at least one, so that its title can be found."""
    found: list[Passage] = []
    sections = list(sections) or [Section("", (), "")]
    title = next((section.path[0] for section in sections if _is_title(section.path, title)), title)
    for section in sections:
        path = section.path[1:] if _is_title(section.path, title) else section.path
        for number, text in enumerate(_cut(section.text)):
            found.append(Passage(page, url, title, section.anchor, path, text, opens=not found, begins=number == 0))
    return found


def _is_title(path: tuple[str, ...], title: str) -> bool:
    """Whether the outermost heading says again what the page is called, if in other type."""
    return bool(path) and words_in(path[0]) == words_in(title)


def _cut(text: str) -> Iterator[str]:
    """The text in pieces of some 2,000 characters, cut where a line or at least a word ends."""
    while len(text) > _LONGEST:
        ends = (text.rfind(end, _LONGEST // 2, _LONGEST) for end in "\n ")
        at = next((end for end in ends if end > 0), _LONGEST)
        yield text[:at]
        text = text[at:].lstrip()
    yield text
