"""Parts of a document, rendered by themselves and set into another page."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from portal.docs.catalogue import Page
from portal.docs.files import read_regular
from portal.docs.library import Library
from portal.docs.rendering import Rendered, decode
from portal.docs.rendering.front_matter import split_front_matter

_MOST_KEPT = 1000
# The renderer's output is well formed: no bare `<` in text, no bare quote in a value.
_TAG = re.compile(r'<(/?)([a-zA-Z][\w-]*)((?:[^<>"]|"[^"]*")*)>')
_ADDRESS = re.compile(r'(?<=\s)(id|name|href|src|for|aria-(?:labelledby|describedby|controls))="([^"]*)"')
_HEADING = re.compile(r"h([1-6])")
_EMPTY_HEADING = re.compile(r'<div class="heading"><h([1-6])(?: [^<>]*)?></h\1><a [^<>]*></a></div>')
_LINKS = frozenset({"href", "src"})

Change = Callable[[str], str]
Source = tuple[Mapping[str, object], str]
ReadSource = Callable[[Page], Source]


class Passages:
    """Renders parts of documents, keeping each until its text, or that of a document it takes in, changes."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._kept: OrderedDict[tuple[str, bytes, str], Rendered] = OrderedDict()
        self._lock = threading.Lock()

    def source(self, page: Page) -> Source:
        """The page's front matter and the text below it. Raises `Unreadable`."""
        text = decode(read_regular(page.file, self.library.catalogue.root))[0]
        return split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))

    def read(self, page: Page, source: str) -> Rendered:
        """Render `source`, a part of the page's text, with the links and panels it has there. Call it off the loop."""
        text = hashlib.blake2b(source.encode("utf-8", "replace"), digest_size=16).digest()
        # Links depend on which pages there are.
        key = (page.path, text, self.library.catalogue.present.stamp)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and self.library.is_current(kept):
                self._kept.move_to_end(key)
                return kept
        rendered = self.library.draw(page, source)
        with self._lock:
            self._kept[key] = rendered
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return rendered


def transplant(html: str, *, name: Change, lead: Change, lift: int = 0, top: int = 2) -> str:
    """Rendered HTML fit to stand in another page.

    `name` renames each id, `lead` each address (of links and pictures); headings rise by `lift` levels, to `top` at
    most. Headings without text are left out: they name nothing, here or in a list of contents.
    """

    def tag(found: re.Match[str]) -> str:
        element, attributes = found[2], found[3]
        if heading := _HEADING.fullmatch(element):
            element = f"h{min(6, max(top, int(heading[1]) - lift))}"
        if "=" in attributes:
            attributes = _ADDRESS.sub(attribute, attributes)
        return f"<{found[1]}{element}{attributes}>"

    def attribute(found: re.Match[str]) -> str:
        return f'{found[1]}="{(lead if found[1] in _LINKS else name)(found[2])}"'

    return _TAG.sub(tag, _EMPTY_HEADING.sub("", html))
