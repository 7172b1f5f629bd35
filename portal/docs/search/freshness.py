"""What the index lacks: the pages there are against those that are held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.docs.catalogue import Page


@dataclass(frozen=True, slots=True)
class Difference:
    """Pages to index, what was edited last first, and paths of pages that are gone."""

    stale: tuple[Page, ...]
    gone: tuple[str, ...]


def stamp_of(page: Page) -> str:
    """What changes when the page has to be indexed again."""
    return f"{page.modified}:{page.size}:{page.url}:{page.title}"


def compare(pages: Mapping[str, Page], held: Mapping[str, str]) -> Difference:
    """What has to happen for `held` to be what `pages` are."""
    stale = [page for path, page in pages.items() if held.get(path) != stamp_of(page)]
    stale.sort(key=lambda page: -page.modified)
    return Difference(tuple(stale), tuple(path for path in held if path not in pages))
