"""The order of a doc set: pages put into sections, sections into their parents, all in the order their authors gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from portal.docs.headings import UNORDERED, TopMatter

_INITIALS = frozenset({"api", "cli", "faq", "gpu", "mcp", "sdk"})
_SUFFIX = re.compile(r"\.(?:md|mdx|markdown)$", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d+)[-_. ]+(?=\D)")


class Shelved(Protocol):
    """What is put on the shelf: `portal.docs.catalogue.Page`, and what the tests put there."""

    @property
    def path(self) -> str: ...
    @property
    def relative(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def is_index(self) -> bool: ...
    @property
    def top(self) -> TopMatter: ...


P = TypeVar("P", bound=Shelved)


@dataclass(slots=True)
class Branch(Generic[P]):
    """A section: its own page where it has one, and below it pages and sections together in reading order."""

    path: str
    title: str
    page: P | None = None
    below: list[P | Branch[P]] = field(default_factory=list)

    @property
    def is_section(self) -> bool:
        """True, so that a template can tell a section from a page."""
        return True

    @property
    def first(self) -> P | None:
        """The page to go to for this section: its own, else the first below."""
        return next(iter(_walk(self)), None)

    @property
    def branches(self) -> list[Branch[P]]:
        """The sections directly below."""
        return [item for item in self.below if isinstance(item, Branch)]


def arrange(pages: Sequence[P], ranks: Mapping[str, int] = MappingProxyType({})) -> Branch[P]:
    """Grow the tree of sections from pages in any order; `ranks` holds the places the set itself gives to paths."""
    trunk: Branch[P] = Branch("", "")
    known = {"": trunk}
    for page in pages:
        branch = _branch(page.section, known)
        if page.is_index:
            branch.page, branch.title = page, page.title
        else:
            branch.below.append(page)
    for branch in known.values():
        branch.below.sort(key=_place_in(branch.page.top.nav if branch.page else (), ranks))
    return trunk


def in_reading_order(branch: Branch[P]) -> list[P]:
    """The pages of a tree as a reader goes through them: each section's own page first."""
    return list(_walk(branch))


def title_from(name: str) -> str:
    """A title from a file's or folder's name: `02-getting_started` reads as Getting started."""
    words = re.sub(r"[-_]+", " ", _NUMBERED.sub("", name, count=1)).strip() or name
    return words.upper() if words in _INITIALS else words[:1].upper() + words[1:]


def _walk(branch: Branch[P]) -> Iterator[P]:
    if branch.page is not None:
        yield branch.page
    for item in branch.below:
        if isinstance(item, Branch):
            yield from _walk(item)
        else:
            yield item


def _branch(path: str, known: dict[str, Branch[P]]) -> Branch[P]:
    if path not in known:
        above, _, name = path.rpartition("/")
        known[path] = Branch(path, title_from(name))
        _branch(above, known).below.append(known[path])
    return known[path]


def strays_in(branch: Branch[P]) -> list[str]:
    """The names in the `nav` of a section's page that nothing in the section has."""
    names = {item.path.rpartition("/")[2] for item in branch.below}
    return [name for name in (branch.page.top.nav if branch.page else ()) if _named(name) not in names]


def _named(entry: str) -> str:
    """The name a `nav` entry means: `./setup.md`, `setup/` and `setup` are one."""
    name = entry.removeprefix("./").strip("/")
    return _SUFFIX.sub("", name)


def _place_in(  # type: ignore[no-untyped-def]  # a key function over pages and branches
    nav: Sequence[str], ranks: Mapping[str, int]
):
    listed = {_named(name): at for at, name in enumerate(nav)}

    def place(item: P | Branch[P]) -> tuple[object, ...]:
        name = item.path.rpartition("/")[2]
        top = (item.page.top if item.page else TopMatter()) if isinstance(item, Branch) else item.top
        numbered = _NUMBERED.match(name)
        order = top.order if top.order != UNORDERED else float(numbered[1]) if numbered else UNORDERED
        rank = ranks.get(item.path, len(ranks))
        return (listed.get(name, len(listed)), rank, order, isinstance(item, Branch), _natural(name))

    return place


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """A key that puts `page2` before `page10` and knows no case."""
    return [
        (not part.isdigit(), int(part[:18]) if part.isdigit() else 0, part.casefold())
        for part in re.split(r"(\d+)", text)
        if part
    ]
