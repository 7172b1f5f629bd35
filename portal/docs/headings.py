"""What a document says of itself at its top, for the catalogue: front matter, else its first heading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.docs.rendering.attribute_lists import take_from_heading
from portal.docs.rendering.front_matter import read_front_matter
from portal.docs.rendering.shortcodes import emoji_called

UNORDERED = 1e9
# Names that the generators people come from use for the same thing.
_ORDERS = ("order", "nav_order", "sidebar_position", "weight")
_LANGUAGES = ("lang", "language", "locale")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LABELS = ("sidebar_label", "sidebarTitle", "nav_title", "linkTitle")
_ALIASES = ("aliases", "redirect_from", "redirects")
_HEADING = re.compile(r"#\s+(.+?)\s*#*\s*$")
# A title longer than this is none; and to look for marks in a line takes the square of its length.
_LONGEST = 500
_UNDERLINE = re.compile(r"=+\s*$")
_SHORTCODE = re.compile(r"(?<!\w):([a-z0-9+][a-z0-9_+-]{0,63}):")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]|</?[a-zA-Z][^>]*>")


@dataclass(frozen=True, slots=True)
class TopMatter:
    """A document's own words about itself; empty where it has none. `nav` lists names in a section's own order.

    `label` is what the tree of the set calls it where that is another name than its title, `language` the tag of the
    language it is written in. `values` is all of its front matter.
    """

    title: str = ""
    label: str = ""
    language: str = ""
    description: str = ""
    order: float = UNORDERED
    draft: bool = False
    aliases: tuple[str, ...] = ()
    nav: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


def read_top(text: str) -> TopMatter:
    """Read the top of a document, given its first few thousand characters."""
    found = read_front_matter(text)
    values = found.values
    return TopMatter(
        title=_text(values.get("title")) or _first_heading(text.split("\n")[found.lines :]),
        label=_label(values),
        language=next((tag for tag in (_text(values.get(name)) for name in _LANGUAGES) if _LANGUAGE.fullmatch(tag)), ""),
        description=_text(values.get("description")),
        order=_order(values),
        draft=values.get("draft") is True or values.get("published") is False,
        aliases=tuple(alias for name in _ALIASES for alias in _texts(values.get(name))),
        nav=tuple(_names(values.get("nav"))),
        values=values,
    )


def _first_heading(lines: list[str]) -> str:
    fence, in_comment = "", False
    for number, line in enumerate(lines):
        bare = line.strip()
        if in_comment or (bare.startswith("<!--") and not fence):
            in_comment = "-->" not in bare
        elif fence:
            fence = "" if bare.startswith(fence) and not bare.strip(fence[0]) else fence
        elif bare.startswith(("```", "~~~")):
            fence = bare[:3]
        elif found := _HEADING.match(line[:_LONGEST]):
            return plain(found[1])
        elif bare and number + 1 < len(lines) and _UNDERLINE.match(lines[number + 1]):
            return plain(bare[:_LONGEST])
    return ""


def plain(text: str) -> str:
    """A heading's text without markdown's marks."""
    text = take_from_heading(text)[0]
    text = _SHORTCODE.sub(lambda found: emoji_called(found[1]) or found[0], text)
    return " ".join(_MARKS.sub(lambda found: found[1] or "", text).split())


def _order(values: Mapping[str, object]) -> float:
    sidebar = values.get("sidebar")
    for value in (*(values.get(name) for name in _ORDERS), sidebar.get("order") if isinstance(sidebar, dict) else None):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return UNORDERED


def _label(values: Mapping[str, object]) -> str:
    sidebar = values.get("sidebar")
    own = (*(values.get(name) for name in _LABELS), sidebar.get("label") if isinstance(sidebar, dict) else None)
    return next(filter(None, map(_text, own)), "")


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _names(value: object) -> list[str]:
    """The names in a list whose entries are names, or pairs of a title and a name."""
    items = value if isinstance(value, list) else [value]
    return _texts([name for item in items for name in (item.values() if isinstance(item, dict) else [item])])


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item.strip() for item in values if isinstance(item, str) and item.strip()]
