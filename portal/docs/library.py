"""The doc set as it is read: pages of the catalogue, rendered once for each state of their file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from portal.docs.catalogue import Catalogue, Page
from portal.docs.drawing import Drawn, Sheet, draw, draw_plainly
from portal.docs.files import read_regular, signature
from portal.docs.jobs import DrawSheet
from portal.docs.links import Links
from portal.docs.press import NotDrawn, Press
from portal.docs.rendering import Oddity, Rendered, decode

# Bytes of HTML that are kept: twenty times a set of 362 documents.
_MOST_KEPT = 128 << 20
# Characters. Drawing takes some sixty bytes of memory for each; the largest document of a real set has 376,000.
_MOST_DRAWN = 8 << 20
State = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A page and what it renders to: its HTML as it is sent, and in `rendered` all else."""

    page: Page
    html: bytes
    rendered: Rendered
    oddities: tuple[Oddity, ...] = ()


class Library:
    """Renders pages of `catalogue`, keeping each until its file, or the set of addresses its links may lead to, changes.

    `drawn` counts the documents and parts that were drawn.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        source_url: str = "",
        hosts: Mapping[str, str] | None = None,
        press: Press | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.source_url, self.hosts = source_url, hosts or {}
        self.press = press
        self.drawn = 0
        self._kept: OrderedDict[str, tuple[State, Reading]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def kept(self, page: Page) -> Reading | None:
        """What was rendered of the file as it stands, or None."""
        found = self._kept.get(page.path)
        if found is None or found[0] != self._state(page) or not self.is_current(found[1].rendered):
            return None
        return found[1]

    def is_current(self, rendered: Rendered) -> bool:
        """Whether the files it took in as parts are as they were."""
        return all(signature(self.catalogue.root / name) == state for name, state in rendered.parts)

    def parts_of(self, page: Page) -> str:
        """The present state of what the page took in when it was last drawn; empty for a page without parts."""
        found = self._kept.get(page.path)
        names = [name for name, _ in found[1].rendered.parts] if found else []
        return "".join("-{}-{}".format(*signature(self.catalogue.root / name)) for name in names)

    def read(self, page: Page) -> Reading:
        """Render the page from its file, off the event loop. Raises `Unreadable` when the file cannot be read."""
        state = self._state(page)
        source, oddities = decode(read_regular(page.file, self.catalogue.root))
        drawn = self._draw(page, source)
        reading = Reading(page, drawn.html, drawn.rendered, oddities + drawn.rendered.oddities)
        with self._lock:
            self._keep(page.path, state, reading)
        return reading

    def draw(self, page: Page, source: str) -> Rendered:
        """Draw `source`, a part of the page's text; its plain source where that cannot be done in good time."""
        return self._draw(page, source).whole

    def _draw(self, page: Page, source: str) -> Drawn:
        sheet = Sheet(page.path, page.relative, source, self.hosts)
        if len(source) > _MOST_DRAWN:
            reason = f"This document has more than {_MOST_DRAWN:,} characters, so its source is shown as it is."
            return Drawn.of(draw_plainly(sheet, reason))
        self.drawn += 1
        if self.press is None or not self.press.is_open:
            return Drawn.of(draw(sheet, self.links(page.relative)))
        try:
            return self.press.do(DrawSheet(sheet, self.catalogue.present.stamp))
        except NotDrawn as problem:
            return Drawn.of(draw_plainly(sheet, f"This document {problem}, so its source is shown as it is."))

    def links(self, relative: str) -> Links:
        """Resolves the links of the file of the set called `relative`."""
        return Links(self.catalogue.present, relative, self.catalogue.root, self.source_url)

    def _keep(self, path: str, state: State, reading: Reading) -> None:
        before = self._kept.pop(path, None)
        self._size += len(reading.html) - (len(before[1].html) if before else 0)
        self._kept[path] = (state, reading)
        while self._size > _MOST_KEPT and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._size -= len(oldest.html)

    def _state(self, page: Page) -> State:
        return (*signature(page.file), self.catalogue.present.stamp)
