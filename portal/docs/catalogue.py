"""What there is to read: the documents under one folder, as pages with addresses, titles and an order."""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import quote

from portal.docs import folders, summaries
from portal.docs.files import PAGE_OF_NEXTJS, SUFFIXES, Found, Unreadable, read_regular, signature, walk
from portal.docs.headings import TopMatter, read_top
from portal.docs.mintlify import NAMES, ranks_of, read_site_file
from portal.docs.rendering import decode
from portal.docs.shelving import Branch, arrange, in_reading_order, title_from

# Seconds between two looks through the folder: ten times as long as one takes, within these bounds. The page that is
# asked for is looked at every time.
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.25, 1.0
_TOP_BYTES = 16384
# A folder whose name Next.js leaves out of addresses, so that sets written for it link past it.
_GROUP = re.compile(r"(?:(?<=/)|^)\([^/()]*\)(?:/|$)")
_WORDS_A_MINUTE, _BYTES_A_WORD = 230, 6.5


@dataclass(frozen=True, slots=True)
class Page:
    """A document: `path` is its address below /docs/ without a slash at either end, `file` where it lies.

    `relative` is its file's name from the root, with slashes. `size` in bytes; `modified` in nanoseconds since the
    epoch. `section` is the path of its folder. The page that leads a section has the section's path.
    """

    path: str
    file: Path
    relative: str
    title: str
    description: str
    section: str
    is_index: bool
    size: int
    modified: int
    top: TopMatter = field(repr=False)
    # What tells it from others of its section that are called the same.
    apart: str = ""

    @property
    def url(self) -> str:
        """The page's address on the site."""
        if self.path == "INDEX":
            return "/docs/index/"
        return f"/docs/{quote(self.path)}/" if self.path else "/"

    @property
    def label(self) -> str:
        """What the tree of the set calls it."""
        label = self.top.label or self.title
        return f"{label} ({self.apart})" if self.apart else label

    @property
    def markdown_url(self) -> str:
        """Where its source can be read."""
        return f"/docs/{quote(self.path or 'index')}.md"

    @property
    def changed(self) -> float:
        """When its file was last changed, in seconds since the epoch."""
        return self.modified / 1e9

    @property
    def minutes(self) -> int:
        """About how long it takes to read."""
        return max(1, round(self.size / _BYTES_A_WORD / _WORDS_A_MINUTE))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The doc set at one moment: its pages by address, in reading order, and the tree of sections they stand in.

    The same object as long as nothing on disk has changed, so what is made from it can be kept with it; `number` counts
    these states. `stamp` changes when a page comes, goes or is renamed, not when one is edited: links depend on it.
    """

    pages: Mapping[str, Page]
    tree: Branch[Page]
    by_file: Mapping[str, Page]
    other_names: Mapping[str, Page]
    by_file_name: Mapping[str, tuple[Page, ...]]
    stamp: str
    number: int = 0

    def find(self, path: str) -> Page | None:
        """The page at `path`, by its address, by an alias, by its file's name, or by any of these in another case."""
        path = path.strip("/")
        return self.pages.get(path) or self.by_file.get(path) or self.other_names.get(path.casefold())

    def find_by_file_name(self, stem: str) -> Page | None:
        """The only page of the set whose file is called `stem`.md, in whatever folder and case."""
        found = self.by_file_name.get(f"{stem.casefold()}.md", ())
        return found[0] if len(found) == 1 else None

    def branch(self, path: str) -> Branch[Page] | None:
        """The section whose folder is `path`, in whatever case."""
        branch, parts = self.tree, path.strip("/").casefold().split("/")
        for depth in range(1, len(parts) + 1):
            wanted = "/".join(parts[:depth])
            below = next((below for below in branch.branches if below.path.casefold() == wanted), None)
            if below is None:
                return None
            branch = below
        return branch


class Catalogue:
    """The pages under `root`. An edit needs no restart: changed files are noticed by their size and time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._shelf: Shelf | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._tops: dict[str, tuple[tuple[int, int], TopMatter]] = {}
        self._looked = self._next_look = float("-inf")
        self._looking = threading.Lock()
        self._numbers = itertools.count(1)

    @property
    def shelf(self) -> Shelf:
        """The set as it is, give or take a second: looked through again when that is due."""
        if self.is_due:
            self.refresh()
        assert self._shelf is not None
        return self._shelf

    @property
    def present(self) -> Shelf:
        """The set as it was last seen, however long ago; looked through only where that was never done."""
        return self._shelf or self.shelf

    @property
    def is_due(self) -> bool:
        """Whether it is time to look through the folder again."""
        return time.monotonic() >= self._next_look

    @property
    def pages(self) -> Mapping[str, Page]:
        """All pages by address, in reading order."""
        return self.shelf.pages

    def refresh(self) -> None:
        """Look through the folder now. Of several threads that ask at once one looks, the others take what it finds."""
        asked = time.monotonic()
        with self._looking:
            # What began before may have passed by what has changed since.
            if self._looked < asked:
                began = time.monotonic()
                self._shelf = self._look_through()
                self._looked, ended = began, time.monotonic()
                self._next_look = ended + min(max(10 * (ended - began), _SHORTEST_PAUSE), _LONGEST_PAUSE)

    def find(self, path: str) -> Page | None:
        """The page at `path` as `Shelf.find` has it, also when its file has only just appeared, changed or gone."""
        page = self.shelf.find(path)
        is_as_seen = signature(page.file) == (page.modified, page.size) if page else not self._has_file(path)
        if not is_as_seen:
            self.refresh()
            page = self.present.find(path)
        return page

    def glance(self, path: str) -> Page | None:
        """The page whose address is `path`, if that is known without waiting: the folder need not be looked through."""
        page = None if self.is_due else self.present.pages.get(path)
        return page if page and signature(page.file) == (page.modified, page.size) else None

    def _has_file(self, path: str) -> bool:
        """Whether something on disk has the name; a request for nothing is no reason to look through the folder."""
        if any(part.startswith(".") for part in path.split("/")):
            return False
        try:
            return any((self.root / f"{path.strip('/')}{suffix}").exists() for suffix in ("", *SUFFIXES))
        except (OSError, ValueError):
            return False

    def _look_through(self) -> Shelf:
        found = list(walk(self.root, folders.NAMES))
        files = _with_leads(file for file in found if not file.relative.endswith(folders.NAMES))
        said = [file for file in found if file.relative.endswith(folders.NAMES)]
        seen = (*sorted((file.relative, file.modified, file.size) for file in found), *_site_files(self.root))
        if self._shelf is not None and seen == self._seen:
            return self._shelf
        self._seen = seen
        names = summaries.names_in(found, self.root)
        pages = _told_apart(_with_own_addresses([self._page(file, lead, names) for file, lead in files]))
        own = read_site_file(self.root)
        tree = arrange(
            [page for page in pages if not page.top.draft],
            own.ranks or ranks_of(names),
            folders.read_folders(said, self.root),
        )
        ordered = in_reading_order(tree)
        by_path = {page.path: page for page in ordered}
        self._tops = {page.relative: self._tops[page.relative] for page in pages}
        return Shelf(
            MappingProxyType(by_path),
            tree,
            MappingProxyType({page.relative: page for page in ordered}),
            MappingProxyType(_other_names(ordered, own.moved)),
            _by_file_name(ordered),
            _stamp_of(ordered, own.moved),
            next(self._numbers),
        )

    def _page(self, found: Found, is_index: bool, names: Mapping[str, str]) -> Page:
        top = self._top(found)
        relative = PurePosixPath(found.relative)
        section = "" if relative.parent == PurePosixPath() else relative.parent.as_posix()
        path = section if is_index else relative.with_suffix("").as_posix()
        name = relative.parent.name or "Home" if is_index else relative.stem
        return Page(
            path, found.file, found.relative, top.title or names.get(path) or title_from(name), top.description, section, is_index,
            found.size, found.modified, top,
        )  # fmt: skip

    def _top(self, found: Found) -> TopMatter:
        signature = (found.modified, found.size)
        known = self._tops.get(found.relative)
        if known is None or known[0] != signature:
            try:
                text, _ = decode(read_regular(found.file, self.root, _TOP_BYTES))
            except Unreadable:
                text = ""
            known = self._tops[found.relative] = (signature, read_top(text.replace("\r\n", "\n")))
        return known[1]


def _with_leads(found: Iterable[Found]) -> list[tuple[Found, bool]]:
    """Each file with whether it leads its folder: an `index` or `page.mdx`, else a `README`, else (below the root) an `INDEX`."""
    files = sorted(found, key=lambda file: file.relative)
    leads: dict[str, tuple[int, str]] = {}
    for file in files:
        folder, _, name = file.relative.rpartition("/")
        rank = _rank(name, at_root=not folder)
        if rank is not None:
            leads[folder] = min(leads.get(folder, (rank, file.relative)), (rank, file.relative))
    chosen = {relative for _, relative in leads.values()}
    return [(file, file.relative in chosen) for file in files]


def _with_own_addresses(pages: list[Page]) -> list[Page]:
    """The same pages, no two at one address: a section's own page has it, else the first file in the alphabet.

    The others (`a.mdx` beside `a.md`, `a.md` beside `a/index.md`) are found under their whole file name.
    """
    first: dict[str, Page] = {}
    for page in sorted(pages, key=lambda page: (page.top.draft, not page.is_index, page.relative)):
        first.setdefault(page.path, page)
    return [page if first[page.path] is page else replace(page, path=page.relative) for page in pages]


def _told_apart(pages: list[Page]) -> list[Page]:
    """The same pages; those of one section that are called the same have besides what their files' names differ in."""
    named: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        if not page.top.draft and not page.is_index:
            named.setdefault((page.section, page.label), []).append(_file_name(page))
    apart = {key: _begins_alike(names) for key, names in named.items() if len(names) > 1}
    return [_told(page, apart.get((page.section, page.label))) for page in pages]


def _told(page: Page, begins: int | None) -> Page:
    return page if begins is None or page.is_index else replace(page, apart=_file_name(page)[begins:])


def _file_name(page: Page) -> str:
    name = page.relative.rpartition("/")[2]
    return name.removesuffix(".md")


def _begins_alike(names: list[str]) -> int:
    """How many characters, up to the end of a word, the names have in common at their beginning."""
    first, last = min(names), max(names)
    alike = next((at for at, letter in enumerate(first) if last[at : at + 1] != letter), len(first))
    return max(first.rfind(mark, 0, alike) for mark in "-_ ") + 1


def _rank(name: str, *, at_root: bool) -> int | None:
    if name == PAGE_OF_NEXTJS:
        return 0
    stem = name.rpartition(".")[0]
    if stem == "index":
        return 0
    if stem.lower() == "readme":
        return 1
    # At the root an INDEX.md is the set's Document Index, a page of its own.
    return 2 if stem.lower() == "index" and not at_root else None


def _stamp_of(pages: list[Page], moved: Mapping[str, str]) -> str:
    names = sorted(f"{page.relative}\0{page.path}\0{page.top.aliases}" for page in pages)
    return hashlib.sha256(f"{names}{sorted(moved.items())}".encode("utf-8", "surrogatepass")).hexdigest()


def _site_files(root: Path) -> list[tuple[str, int, int]]:
    statuses = [(name, (root / name).stat()) for name in NAMES if (root / name).is_file()]
    return [(name, status.st_mtime_ns, status.st_size) for name, status in statuses]


def _other_names(pages: list[Page], moved: Mapping[str, str]) -> dict[str, Page]:
    """Every other name a page answers to, case folded. An address beats an alias, an earlier page a later one."""
    names: dict[str, Page] = {}
    for page in pages:
        names.setdefault(page.path.casefold(), page)
    for page in pages:
        names.setdefault(page.relative.rpartition(".")[0].casefold(), page)
        names.setdefault(page.relative.casefold(), page)
    for page in pages:
        for alias in page.top.aliases:
            names.setdefault(alias.strip("/").removeprefix("docs/").casefold(), page)
    for page in pages:
        if "(" in page.path and (shorter := _GROUP.sub("", page.path).strip("/")):
            names.setdefault(shorter.casefold(), page)
    for former, present in moved.items():
        if (meant := names.get(present.casefold())) is not None:
            names.setdefault(former.casefold(), meant)
    return names


def _by_file_name(pages: list[Page]) -> Mapping[str, tuple[Page, ...]]:
    found: dict[str, tuple[Page, ...]] = {}
    for page in pages:
        name = page.relative.rpartition("/")[2].casefold()
        found[name] = (*found.get(name, ()), page)
    return MappingProxyType(found)
