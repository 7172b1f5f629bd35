"""The way about from one page: the trail of sections above it, the pages before and after."""

from __future__ import annotations

from portal.docs.catalogue import Page, Shelf
from portal.docs.shelving import Branch


def trail_to(page: Page, shelf: Shelf) -> list[Branch[Page]]:
    """The sections above a page, outermost first."""
    found: list[Branch[Page]] = []
    branch = shelf.tree
    parts = page.section.split("/") if page.section else []
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        branch = next(below for below in branch.branches if below.path == path)
        if branch.page is not page:
            found.append(branch)
    return found


def neighbours(page: Page, shelf: Shelf) -> tuple[Page | None, Page | None]:
    """The pages before and after this one in reading order."""
    paths = list(shelf.pages)
    at = paths.index(page.path)
    before = shelf.pages[paths[at - 1]] if at else None
    after = shelf.pages[paths[at + 1]] if at + 1 < len(paths) else None
    return before, after
