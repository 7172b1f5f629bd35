"""The parts documents name for themselves in their front matter: `book: true`, `journal: true`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.docs.catalogue import Page
from portal.docs.front_matter import split_front_matter

_HEAD_BYTES = 16384
# For each part, what each file said of it when it was looked at in a state of modification time and size.
_seen_of: dict[str, dict[str, tuple[tuple[int, int], bool | None]]] = {}


def declares(page: Page, part: str) -> bool | None:
    """Whether the page says it is `part` (True), that it is not (False), or nothing of it (None)."""
    seen = _seen_of.setdefault(part, {})
    signature = (page.modified, page.size)
    found = seen.get(key := f"{page.file}")
    if found is None or found[0] != signature:
        value = front_matter_of(page).get(part) if _mentions(page, part) else None
        found = seen[key] = (signature, value if isinstance(value, bool) else None)
    return found[1]


def front_matter_of(page: Page) -> Mapping[str, Any]:
    """The page's front matter; none where the file cannot be read."""
    return split_front_matter(_head(page).decode("utf-8", "replace").replace("\r\n", "\n"))[0]


def _mentions(page: Page, part: str) -> bool:
    head = _head(page)
    return head.lstrip(b"\xef\xbb\xbf").startswith(b"---") and f"\n{part}:".encode() in head


def _head(page: Page) -> bytes:
    try:
        with page.file.open("rb") as opened:
            return opened.read(_HEAD_BYTES)
    except OSError:
        return b""
