"""The doc set as it is read: pages of the catalogue, rendered once for each state of their file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from portal.docs.anchoring import mend_anchors
from portal.docs.catalogue import Catalogue, Page
from portal.docs.files import read_regular
from portal.docs.links import Links
from portal.docs.panels import Panels
from portal.docs.rendering import Oddity, Rendered, decode, render

_MOST_KEPT = 2000
State = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A page and what it renders to."""

    page: Page
    rendered: Rendered
    oddities: tuple[Oddity, ...] = ()


class Library:
    """Renders pages of `catalogue`, keeping each until its file, or the set of addresses its links may lead to, changes."""

    def __init__(self, catalogue: Catalogue, *, source_url: str = "") -> None:
        self.catalogue = catalogue
        self.source_url = source_url
        self._kept: OrderedDict[str, tuple[State, Reading]] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, page: Page) -> Reading | None:
        """What was rendered of the file as it stands, or None."""
        found = self._kept.get(page.path)
        return found[1] if found and found[0] == self._state(page) else None

    def read(self, page: Page) -> Reading:
        """Render the page from its file, off the event loop. Raises `Unreadable` when the file cannot be read."""
        state = self._state(page)
        source, oddities = decode(read_regular(page.file, self.catalogue.root))
        links = self.links(page.relative)
        rendered = render(
            source,
            resolve_link=links.resolve,
            resolve_mention=links.mention,
            draw_fences=Panels(page.path).draw,
            is_mdx=page.file.suffix.lower() == ".mdx",
        )
        rendered = replace(rendered, html=mend_anchors(rendered.html))
        reading = Reading(page, rendered, oddities + rendered.oddities)
        with self._lock:
            self._kept[page.path] = (state, reading)
            self._kept.move_to_end(page.path)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return reading

    def links(self, relative: str) -> Links:
        """Resolves the links of the file of the set called `relative`."""
        return Links(self.catalogue.shelf, relative, self.catalogue.root, self.source_url)

    def _state(self, page: Page) -> State:
        return (*signature(page.file), self.catalogue.shelf.stamp)


def signature(file: Path) -> tuple[int, int]:
    """What tells one state of a file from another: its time in nanoseconds and its size; (0, -1) when it is gone."""
    try:
        status = file.stat()
    except OSError:
        return (0, -1)
    return (status.st_mtime_ns, status.st_size)
