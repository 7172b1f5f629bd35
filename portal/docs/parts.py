"""The pages that a page takes in as parts of itself, known without drawing it."""

from __future__ import annotations

from pathlib import Path

from portal.docs.catalogue import Page, Shelf
from portal.docs.files import Unreadable, read_regular
from portal.docs.links import Links
from portal.docs.rendering import decode, parts_of

# Each of them may take in others.
_MOST = 100


class Parts:
    """Knows the parts of the pages under `root`; a file is read once for each state it is in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._named: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {}

    def of(self, page: Page, shelf: Shelf) -> list[Page]:
        """The pages it takes in, and those that these take in, each once."""
        found: dict[str, Page] = {}
        names = list(self._names_in(page))
        links = Links(shelf, page.relative, self.root, "") if names else None
        while names and links and len(found) < _MOST:
            part = links.page_at(names.pop().removeprefix("@site"))
            if part is not None and part.relative not in (page.relative, *found):
                found[part.relative] = part
                names += self._names_in(part)
        return list(found.values())

    def _names_in(self, page: Page) -> tuple[str, ...]:
        state = (page.modified, page.size)
        known = self._named.get(page.relative)
        if known is None or known[0] != state:
            try:
                names = parts_of(decode(read_regular(page.file, self.root))[0])
            except Unreadable:
                names = ()
            known = self._named[page.relative] = (state, names)
        return known[1]
