"""The way about: the tree of sections beside a page, the trail above it, the pages before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.docs.catalogue import Page

_INITIALS = frozenset({"api", "cli", "faq", "gpu", "mcp", "sdk"})


@dataclass(slots=True)
class Branch:
    """A section: its own page when it has one, the pages in it, and the sections below."""

    path: str
    title: str
    page: Page | None = None
    pages: list[Page] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)


def grow_tree(pages: Mapping[str, Page]) -> Branch:
    """Arrange the pages, which come in reading order, as a tree of sections."""
    trunk = Branch("", "")
    known = {"": trunk}
    for page in pages.values():
        branch = _branch(page.section, known)
        if page.is_index:
            branch.page, branch.title = page, page.title
        else:
            branch.pages.append(page)
    return trunk


def _branch(path: str, known: dict[str, Branch]) -> Branch:
    if path not in known:
        above, _, name = path.rpartition("/")
        known[path] = Branch(path, _title_of_folder(name))
        _branch(above, known).branches.append(known[path])
    return known[path]


def _title_of_folder(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words.upper() if words in _INITIALS else words[:1].upper() + words[1:]


def trail_to(page: Page, trunk: Branch) -> list[Branch]:
    """The sections above a page, outermost first."""
    found, branch = [], trunk
    parts = page.section.split("/") if page.section else []
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        branch = next(below for below in branch.branches if below.path == path)
        if branch.page is not page:
            found.append(branch)
    return found


def neighbours(page: Page, pages: Mapping[str, Page]) -> tuple[Page | None, Page | None]:
    """The pages before and after this one in reading order."""
    order = list(pages.values())
    at = order.index(page)
    return (order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None)
