"""Which documents refer to which: the links between the pages of a set, both ways."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from portal.docs.catalogue import Page, Shelf
from portal.docs.files import Unreadable, read_regular
from portal.docs.links import Links
from portal.docs.rendering import decode

# Enough for a graph: a page's own links are resolved from its parsed text when it is rendered. No class of characters
# here holds what the next link opens with, so that a file of nothing but brackets is read as quickly as any.
_LINK = re.compile(r'\]\(\s?(?:<([^<>\n]{1,500})>|([^()\[\]<>\s#]{1,500}))|\bhref="([^"#<>\n]{1,500})')
# Characters looked through at once: for so long no other thread gets its turn.
_AT_ONCE = 64 << 10
_FENCE = re.compile(r" {0,9}(`{3,}|~{3,})")


class References:
    """The graph of a set. Files are read once for each state they are in; the graph is drawn once for each shelf."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._hrefs: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {}
        self._drawn: tuple[Shelf, dict[str, list[str]], dict[str, list[str]]] | None = None
        self._drawing = threading.Lock()

    def draw(self, shelf: Shelf) -> None:
        """Read what has changed and draw the graph. Takes as long as reading the changed files; call it off the event loop."""
        with self._drawing:
            if self._drawn is not None and self._drawn[0] is shelf:
                return
            forth = {page.path: self._targets(page, shelf) for page in shelf.pages.values()}
            back: dict[str, list[str]] = {}
            for path, targets in forth.items():
                for target in targets:
                    back.setdefault(target, []).append(path)
            self._drawn = (shelf, forth, back)

    def draw_soon(self, shelf: Shelf) -> None:
        """See to it, in a thread, that the graph becomes that of `shelf`."""
        if not self.is_drawn(shelf) and not self._drawing.locked():
            threading.Thread(target=self.draw, args=(shelf,), name="references", daemon=True).start()

    def is_drawn(self, shelf: Shelf) -> bool:
        """Whether the graph is that of `shelf`."""
        return self._drawn is not None and self._drawn[0] is shelf

    def of(self, page: Page, shelf: Shelf) -> list[Page]:
        """The pages this one refers to, in its own order; empty until the graph is drawn."""
        return self._pages(shelf, self._drawn[1].get(page.path, ()) if self._drawn else ())

    def to(self, page: Page, shelf: Shelf) -> list[Page]:
        """The pages that refer to this one, in reading order; empty until the graph is drawn."""
        return self._pages(shelf, self._drawn[2].get(page.path, ()) if self._drawn else ())

    def _pages(self, shelf: Shelf, paths: Iterable[str]) -> list[Page]:
        return [shelf.pages[path] for path in paths if path in shelf.pages]

    def _targets(self, page: Page, shelf: Shelf) -> list[str]:
        links = Links(shelf, page.relative, self.root, "")
        found = (links.page_at(href) for href in self._links_in(page))
        return list(dict.fromkeys(target.path for target in found if target is not None and target is not page))

    def _links_in(self, page: Page) -> tuple[str, ...]:
        state = (page.modified, page.size)
        known = self._hrefs.get(page.relative)
        if known is None or known[0] != state:
            try:
                text = _without_code(decode(read_regular(page.file, self.root))[0])
            except Unreadable:
                text = ""
            known = self._hrefs[page.relative] = (
                state,
                tuple(dict.fromkeys("".join(found) for piece in _pieces(text) for found in _LINK.findall(piece))),
            )
        return known[1]


def _without_code(text: str) -> str:
    kept, fence = [], ""
    for line in itertools.chain.from_iterable(piece.split("\n") for piece in _pieces(text)):
        found = _FENCE.match(line)
        if fence:
            fence = "" if found and found[1].startswith(fence) else fence
        elif found:
            fence = found[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + _AT_ONCE) + 1 or len(text)
        yield text[begin:end]
        begin = end
