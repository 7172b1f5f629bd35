"""The first lines of a document, for the catalogue: its title, description and place in the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

UNORDERED = 1e9
_LARGEST = 16384


@dataclass(frozen=True, slots=True)
class Heading:
    """What a document says of itself: in its front matter, else in its first heading."""

    title: str = ""
    description: str = ""
    order: float = UNORDERED
    draft: bool = False


def read_heading(text: str) -> Heading:
    """Read the heading off the beginning of a document; front matter that is not YAML counts as none."""
    matter, body = split_front_matter(text)
    order = matter.get("order")
    return Heading(
        title=_text(matter.get("title")) or _first_heading(body),
        description=_text(matter.get("description")),
        order=float(order) if isinstance(order, (int, float)) and not isinstance(order, bool) else UNORDERED,
        draft=matter.get("draft") is True,
    )


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML between the first two `---` lines, and the rest of the text."""
    text = text.removeprefix("\ufeff")
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---", 3)
    if not 0 <= end <= _LARGEST:
        return {}, text
    source, rest = text[4 : end + 1], text[end + 4 :].partition("\n")[2]
    # An anchor can be repeated until a few lines fill the memory; front matter has no use for one.
    if "&" in source and "*" in source:
        return {}, rest
    try:
        found = yaml.safe_load(source)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}, rest
    return (found if isinstance(found, dict) else {}), rest


def _first_heading(body: str) -> str:
    fenced = False
    for line in body.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and line.startswith("# "):
            return line[2:].strip().rstrip("#").strip()
    return ""


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, (str, int, float)) else ""
