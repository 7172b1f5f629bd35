"""What the index lacks: the tree on disk against what is held of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.docs.catalogue import Page
from portal.docs.files import SUFFIXES

Stamps = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Pages to index, what was edited last first, and paths of pages that are gone."""

    stale: tuple[Page, ...]
    gone: tuple[str, ...]


def stamps_under(root: Path) -> Stamps:
    """Each document's time of change (ns) and size (bytes): enough to know that nothing happened."""
    return dict(_stamps(str(root)))


def _stamps(folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _stamps(entry.path)
            elif entry.name.lower().endswith(SUFFIXES):
                stat = entry.stat()
                yield entry.path, (stat.st_mtime_ns, stat.st_size)
        except OSError:
            continue


def stamp_of(page: Page) -> str:
    """What changes when the page has to be indexed again."""
    return f"{page.modified}:{page.size}:{page.url}:{page.title}"


def compare(pages: Mapping[str, Page], held: Mapping[str, str]) -> Difference:
    """What has to happen for `held` to be what `pages` are."""
    stale = [page for path, page in pages.items() if held.get(path) != stamp_of(page)]
    stale.sort(key=lambda page: -page.modified)
    return Difference(tuple(stale), tuple(path for path in held if path not in pages))
