"""Keys to press, between plus signs as MkDocs writes them: `++ctrl+alt+del++`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from portal.docs.rendering.tree import Build, TreeBuilder

_KEY = r"(?:[a-z0-9][a-z0-9-]{0,30}|\"[^\"\n+]{1,30}\")"
_KEYS = re.compile(rf"\+\+({_KEY}(?:\+{_KEY}){{0,5}})\+\+(?![\w+])")


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar them."""
    grammar.inline.ruler.push("keys", _keys)


def _keys(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "+" or (start and (state.src[start - 1].isalnum() or state.src[start - 1] == "+")):
        return False
    found = _KEYS.match(state.src, start, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("keys", "", 0).meta = {"keys": [_name_of(key) for key in found[1].split("+")]}
    state.pos = found.end()
    return True


def _name_of(key: str) -> str:
    """What stands on the key: `page-up` is Page Up, `"any words"` are themselves."""
    return key.strip('"') if key.startswith('"') else key.replace("-", " ").title()


def _draw(page: TreeBuilder, token: Token) -> None:
    for place, key in enumerate(token.meta["keys"]):
        if place:
            page.add_text("+")
        page.open("kbd")
        page.add_text(key)
        page.close()


INLINES: dict[str, Build] = {"keys": _draw}
