"""What there is to read: the markdown files under one folder, as pages with addresses, titles and an order."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from portal.docs.front_matter import Heading, read_heading

SUFFIXES = (".md", ".mdx")
_INDEX_STEMS = ("index", "readme")
# A tree is looked through again at most this often; the page that is asked for is looked at every time.
_SCAN_INTERVAL = 1.0
_HEAD_BYTES = 16384


@dataclass(frozen=True, slots=True)
class Page:
    """A document: `path` is its address below /docs/ without a slash at either end, `file` where it lies.

    `size` in bytes; `modified` in nanoseconds since the epoch. `section` is the path of its folder.
    """

    path: str
    file: Path
    title: str
    description: str
    order: float
    size: int
    modified: int
    is_index: bool

    @property
    def section(self) -> str:
        """The path of the section this page is in, or leads."""
        return self.path if self.is_index else self.path.rpartition("/")[0]

    @property
    def url(self) -> str:
        """The page's address on the site."""
        return f"/docs/{self.path}/" if self.path else "/"


@dataclass(frozen=True, slots=True)
class _Seen:
    signature: tuple[int, int]
    heading: Heading


class Catalogue:
    """The pages under `root`. Reading it again after an edit needs no restart: changed files are noticed by their stat."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages: Mapping[str, Page] = {}
        self._heads: dict[Path, _Seen] = {}
        self._scanned = float("-inf")
        self._folded: dict[str, Page] = {}

    def refresh(self, *, now: bool = False) -> None:
        """Look through the tree again, unless that was done within the last second."""
        moment = time.monotonic()
        if not now and moment - self._scanned < _SCAN_INTERVAL:
            return
        pages = sorted(self._scan(), key=_reading_order)
        self.pages = MappingProxyType({page.path: page for page in pages})
        self._folded = {page.path.casefold(): page for page in reversed(pages)}
        self._scanned = moment

    def find(self, path: str) -> Page | None:
        """The page at `path`, whatever its case; a file that has just appeared is found too."""
        self.refresh()
        page = self._look_up(path)
        if page is not None and page.file.exists():
            return page
        self.refresh(now=True)
        return self._look_up(path)

    def _look_up(self, path: str) -> Page | None:
        return self.pages.get(path) or self._folded.get(path.casefold())

    def _scan(self) -> Iterator[Page]:
        for file, stat in _documents(self.root, self.root.resolve()):
            heading = self._heading_of(file, stat)
            if heading.draft:
                continue
            relative = file.relative_to(self.root).with_suffix("")
            is_index = relative.name.lower() in _INDEX_STEMS
            path = (relative.parent if is_index else relative).as_posix()
            yield Page(
                path="" if path == "." else path,
                file=file,
                title=heading.title or _title_from(relative.parent.name if is_index else relative.name),
                description=heading.description,
                order=heading.order,
                size=stat.st_size,
                modified=stat.st_mtime_ns,
                is_index=is_index,
            )

    def _heading_of(self, file: Path, stat: os.stat_result) -> Heading:
        signature = (stat.st_mtime_ns, stat.st_size)
        seen = self._heads.get(file)
        if seen is None or seen.signature != signature:
            with file.open("rb") as opened:
                head = opened.read(_HEAD_BYTES).decode("utf-8", "replace")
            seen = self._heads[file] = _Seen(signature, read_heading(head))
        return seen.heading


def _documents(folder: Path, root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        try:
            if entry.is_dir() and not entry.is_symlink():
                yield from _documents(path, root)
            elif path.suffix.lower() in SUFFIXES and entry.is_file() and path.resolve().is_relative_to(root):
                yield path, entry.stat()
        except OSError:
            continue


def _reading_order(page: Page) -> tuple[object, ...]:
    folders = [_natural(part) for part in page.section.split("/")]
    return (folders, not page.is_index, page.order, _natural(page.path))


def _natural(text: str) -> list[tuple[bool, int, str]]:
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part.casefold()) for part in re.split(r"(\d+)", text) if part]


def _title_from(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip() or "Home"
