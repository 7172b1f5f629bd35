"""The doc set as it is read: pages of the catalogue, rendered once for each state of their file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from portal.docs.catalogue import Catalogue, Page
from portal.docs.links import Links
from portal.docs.panels import Panels
from portal.docs.rendering import Rendered, decode, render

_MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Reading:
    """A page and what it renders to."""

    page: Page
    rendered: Rendered


class Library:
    """Renders pages of `catalogue`, keeping each until its file changes."""

    def __init__(self, catalogue: Catalogue, *, source_url: str = "") -> None:
        self.catalogue = catalogue
        self.source_url = source_url
        self._kept: OrderedDict[str, tuple[tuple[int, int], Reading]] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, page: Page) -> Reading | None:
        """What was rendered of the file as it stands, or None."""
        found = self._kept.get(page.path)
        return found[1] if found and found[0] == _signature(page.file) else None

    def read(self, page: Page) -> Reading:
        """Render the page from its file, off the event loop. Raises `OSError` when the file cannot be read."""
        signature = _signature(page.file)
        source, _oddities = decode(page.file.read_bytes())
        rendered = render(
            source,
            resolve_link=Links(self.catalogue, page, self.source_url).resolve,
            draw_fences=Panels(page.path).draw,
            is_mdx=page.file.suffix == ".mdx",
        )
        reading = Reading(page, rendered)
        with self._lock:
            self._kept[page.path] = (signature, reading)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return reading


def _signature(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (0, -1)
    return (stat.st_mtime_ns, stat.st_size)
