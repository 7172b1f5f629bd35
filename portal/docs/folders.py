"""What the folders of a set say of themselves in a `_category_` file, as sets written for Docusaurus have them: title and place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.docs.files import Found, Unreadable, read_regular
from portal.docs.headings import UNORDERED
from portal.docs.rendering import decode
from portal.docs.rendering.front_matter import BadFrontMatter, parse_yaml

NAMES = ("_category_.json", "_category_.yml", "_category_.yaml")
_LARGEST = 64 << 10


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder's own words about itself: what it is called, where it stands, and whether the tree shows it unfolded."""

    label: str = ""
    position: float = UNORDERED
    is_unfolded: bool = False


def read_folders(found: Iterable[Found], root: Path) -> Mapping[str, Folder]:
    """What is said in the `_category_` files found, by the folder's path; one that cannot be read says nothing."""
    return {file.relative.rpartition("/")[0]: _read(file, root) for file in found}


def _read(file: Found, root: Path) -> Folder:
    try:
        text = decode(read_regular(file.file, root, _LARGEST))[0]
        values = json.loads(text) if file.relative.endswith(".json") else parse_yaml(text)
    except (Unreadable, BadFrontMatter, ValueError, RecursionError):
        return Folder()
    if not isinstance(values, dict):
        return Folder()
    label, position = values.get("label"), values.get("position")
    return Folder(
        " ".join(label.split()) if isinstance(label, str) else "",
        float(position) if isinstance(position, (int, float)) and not isinstance(position, bool) else UNORDERED,
        values.get("collapsed") is False,
    )
