"""The order of a doc set: pages put into sections, sections into their parents, all in the order their authors gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from portal.docs.folders import Folder
from portal.docs.headings import UNORDERED, TopMatter
from portal.docs.wording import spellings_in

_INITIALS = frozenset({"api", "cli", "faq", "gpu", "mcp", "sdk"})
_SUFFIX = re.compile(r"\.(?:md|mdx|markdown)$", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d+)[-_. ]+(?=\D)")


# What the page of a section is called where the section has the name.
_SAYS_NOTHING = frozenset({"index", "introduction", "overview", "readme"})
_SILENT = Folder()


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
    def label(self) -> str: ...
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
    folder: Folder = _SILENT

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


def arrange(
    pages: Sequence[P],
    ranks: Mapping[str, int] = MappingProxyType({}),
    folders: Mapping[str, Folder] = MappingProxyType({}),
) -> Branch[P]:
    """Grow the tree of sections from pages in any order.

    `ranks` holds the places the set itself gives to paths, `folders` what folders say of themselves.
    """
    spelled = spellings_in(page.title for page in pages)
    trunk: Branch[P] = Branch("", "")
    known = {"": trunk}
    for page in pages:
        branch = _branch(page.section, known, spelled)
        if page.is_index:
            branch.page = page
            branch.title = branch.title if page.section and page.label.casefold() in _SAYS_NOTHING else page.label
        else:
            branch.below.append(page)
    for path, branch in known.items():
        branch.folder = folders.get(path, branch.folder)
        branch.title = branch.folder.label or branch.title
    for branch in known.values():
        branch.below.sort(key=_place_in(branch.page.top.nav if branch.page else (), ranks))
    return trunk


def in_reading_order(branch: Branch[P]) -> list[P]:
    """The pages of a tree as a reader goes through them: each section's own page first."""
    return list(_walk(branch))


def title_from(name: str, spelled: Mapping[str, str] = MappingProxyType({})) -> str:
    """A title from a file's or folder's name: `02-getting_started` reads as Getting started, words as `spelled` has them."""
    words = re.sub(r"[-_]+", " ", _NUMBERED.sub("", name, count=1)).strip() or name
    if words in _INITIALS:
        return words.upper()
    first, *others = (spelled.get(word, word) for word in words.split(" "))
    return " ".join([first if first in spelled.values() else first[:1].upper() + first[1:], *others])


def _walk(branch: Branch[P]) -> Iterator[P]:
    if branch.page is not None:
        yield branch.page
    for item in branch.below:
        if isinstance(item, Branch):
            yield from _walk(item)
        else:
            yield item


def _branch(path: str, known: dict[str, Branch[P]], spelled: Mapping[str, str]) -> Branch[P]:
    if path not in known:
        above, _, name = path.rpartition("/")
        known[path] = Branch(path, title_from(name, spelled))
        _branch(above, known, spelled).below.append(known[path])
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
        own = item.folder.position if isinstance(item, Branch) else UNORDERED
        given = (place for place in (own, top.order) if place != UNORDERED)
        order = next(given, float(numbered[1]) if numbered else UNORDERED)
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
