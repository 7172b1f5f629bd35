"""The order and names of pages in an mdBook or a GitBook: those of its `SUMMARY.md`, a list of links with nothing between them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from portal.docs.files import Found, Unreadable, read_regular
from portal.docs.headings import plain
from portal.docs.rendering import decode

NAME = "SUMMARY.md"
_LARGEST = 1 << 20
_LONGEST = 1000
_ENTRY = re.compile(r"\s*(?:[-*+]\s+)?\[([^\n]*)\]\(\s*<?([^()<>\s]*)>?(?:\s+\"[^\"]*\")?\s*\)\s*")
_BETWEEN = re.compile(r"\s*(?:#{1,6}\s.*|-{3,}|\*{3,}|<!--.*-->|)\s*")
_OWN_PAGE = re.compile(r"(?:^|/)(?:index|readme)$", re.IGNORECASE)


def names_in(found: Iterable[Found], root: Path) -> Mapping[str, str]:
    """What the summaries among the files found call each page, by its address within the set, in their order."""
    names: dict[str, str] = {}
    for file in sorted(found, key=lambda file: file.relative):
        folder, _, name = file.relative.rpartition("/")
        if name == NAME:
            for path, called in _listed(_text(file, root), folder):
                names.setdefault(path, called)
    return names


def _text(file: Found, root: Path) -> str:
    try:
        return decode(read_regular(file.file, root, _LARGEST))[0]
    except Unreadable:
        return ""


def _listed(text: str, folder: str) -> list[tuple[str, str]]:
    """Empty where anything but a list of links is said: that is a document which happens to be called so."""
    listed: list[tuple[str, str]] = []
    for line in text.splitlines():
        if len(line) > _LONGEST:
            return []
        if entry := _ENTRY.fullmatch(line):
            href = unquote(entry[2].partition("#")[0])
            place = posixpath.normpath(posixpath.join(folder, href))
            if href and "://" not in href and not place.startswith(".."):
                listed.append((_OWN_PAGE.sub("", posixpath.splitext(place)[0]), plain(entry[1])))
        elif not _BETWEEN.fullmatch(line):
            return []
    return listed
