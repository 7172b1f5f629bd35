"""What a set written for Mintlify says of itself in its `docs.json`: the order of its pages, and addresses that moved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from portal.docs.files import Unreadable, read_regular

NAMES = ("docs.json", "mint.json")
_LARGEST = 2 << 20
# Pages that Mintlify makes of an OpenAPI document are listed by what they call.
_OPERATION = re.compile(r"(?:\S+\s+)?(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|WEBHOOK)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A set's `docs.json`, by `name`; empty where there is none.

    `listed` are its pages as it names them, without slashes at their ends; `moved` leads from an older address to a newer.
    """

    name: str = ""
    listed: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def ranks(self) -> Mapping[str, int]:
        """The place of each page, and of each folder by its first page, in reading order."""
        return ranks_of(self.listed)


def ranks_of(listed: Iterable[str]) -> Mapping[str, int]:
    """The place of each page listed, and of each folder by its first page."""
    ranks: dict[str, int] = {}
    for rank, path in enumerate(listed):
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            ranks.setdefault("/".join(parts[:depth]), rank)
    return MappingProxyType(ranks)


def read_site_file(root: Path) -> SiteFile:
    """The set's own file, if it has one that can be read."""
    for name in NAMES:
        try:
            content = json.loads(read_regular(root / name, root, _LARGEST))
        except (Unreadable, ValueError, RecursionError):
            continue
        if isinstance(content, dict) and "navigation" in content:
            listed = dict.fromkeys(path.strip("/") for path in _pages(content["navigation"]))
            return SiteFile(name, tuple(listed), dict(_redirects(content.get("redirects"))))
    return SiteFile()


def _pages(node: object, *, are_pages: bool = False) -> Iterator[str]:
    if isinstance(node, str):
        if are_pages and not _OPERATION.match(node) and "://" not in node:
            yield node
    elif isinstance(node, list):
        for item in node:
            yield from _pages(item, are_pages=are_pages)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _pages(value, are_pages=key in {"pages", "root"})


def _redirects(node: object) -> Iterator[tuple[str, str]]:
    for item in node if isinstance(node, list) else ():
        if isinstance(item, dict):
            source, destination = item.get("source"), item.get("destination")
            # One with a `:name` or a `*` in it stands for many; they are left to the server they were written for.
            if isinstance(source, str) and isinstance(destination, str) and not re.search(r"[:*]", source):
                yield source.strip("/"), destination.partition("#")[0].strip("/")
