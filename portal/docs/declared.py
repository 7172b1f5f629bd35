"""The parts documents name for themselves in their front matter: `book: true`, `journal: true`."""

from __future__ import annotations

from collections.abc import Mapping

from portal.docs.catalogue import Page


def declares(page: Page, part: str) -> bool | None:
    """Whether the page says it is `part` (True), that it is not (False), or nothing of it (None)."""
    value = page.top.values.get(part)
    return value if isinstance(value, bool) else None


def front_matter_of(page: Page) -> Mapping[str, object]:
    """The page's front matter."""
    return page.top.values
