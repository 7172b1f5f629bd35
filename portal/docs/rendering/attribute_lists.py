"""Attribute lists (`{#name}`, `{ .class width="300" }`), which Docusaurus, MkDocs and Jekyll put behind what they speak of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from markdown_it.token import Token

_ITEM = r"(?:[.#][\w:.+-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"'=]+))"
_LIST = re.compile(rf"\{{:?[ \t]*{_ITEM}(?:[ \t]+{_ITEM})*[ \t]*\}}")
_NAME = re.compile(r"(?:(?<=[\s{:])#|(?<![\w-])id=[\"']?)([\w:.+-]+)")
# A name as Fumadocs writes it; one that begins with a digit is the number of an issue.
_IN_BRACKETS = re.compile(r" \[#([A-Za-z][\w:.-]*)\]")
# What a list may speak of in running text when it follows at once.
_BEFORE = frozenset({"link_close", "image", "strong_close", "em_close", "code_inline", "shortcode"})


def take_from_heading(text: str) -> tuple[str, str]:
    """A heading's text without the list at its end, and the name that the list gives it, or ""."""
    bare = text.rstrip()
    if bare.endswith("]") and (named := _IN_BRACKETS.fullmatch(bare, max(bare.rfind(" [#"), 0))):
        return bare[: named.start()].rstrip(), named[1]
    at = bare.rfind("{") if bare.endswith("}") else -1
    found = _LIST.fullmatch(bare, at) if at >= 0 else None
    if found is None:
        return text, ""
    name = _NAME.search(found[0])
    return bare[:at].rstrip(" \t\\"), name[1] if name else ""


def take_from_block(text: str) -> str:
    """A block's text without the list that stands on a line of its own before or after it."""
    if "{" not in text:
        return text
    first, _, rest = text.partition("\n")
    if _LIST.fullmatch(first.strip()):
        return rest
    above, _, last = text.rpartition("\n")
    return above if _LIST.fullmatch(last.strip()) else text


def take_from_text(tokens: Sequence[Token]) -> None:
    """Cut the list off the text that follows a link, a picture or the like."""
    for before, token in pairwise(tokens):
        if token.type == "text" and token.content.startswith("{") and before.type in _BEFORE:
            found = _LIST.match(token.content)
            token.content = token.content[found.end() :] if found else token.content
