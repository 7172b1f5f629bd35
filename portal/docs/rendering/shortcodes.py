"""Names between colons: GitHub's emoji (`:tada:`), and the icons of MkDocs (`:material-check:`), which are decoration."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from portal.docs.rendering.tree import Build, TreeBuilder

_NAME = re.compile(r":([a-z0-9+][a-z0-9_+-]{0,63}):", re.IGNORECASE)
_ICON = re.compile(r"(?:material|octicons|fontawesome|simple|lucide)-[a-z0-9-]+")


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar both."""
    grammar.inline.ruler.push("shortcode", _shortcode)


def _shortcode(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != ":" or (start and state.src[start - 1].isalnum()):
        return False
    found = _NAME.match(state.src, start, state.posMax)
    if found is None:
        return False
    picture = "" if _ICON.fullmatch(found[1]) else emoji_called(found[1])
    if picture is None:
        return False
    if not silent:
        token = state.push("shortcode", "", 0)
        token.content, token.meta = picture, {"name": found[1]}
    state.pos = found.end()
    return True


@lru_cache(maxsize=1024)
def emoji_called(name: str) -> str | None:
    """The emoji that GitHub gives this name."""
    # Reading its tables takes 60 ms; most documents name no emoji.
    from emoji import emojize

    shown = emojize(f":{name}:", language="alias")
    return None if shown == f":{name}:" else shown


def _draw(page: TreeBuilder, token: Token) -> None:
    name = token.meta["name"]
    if token.content:
        page.add_text(token.content)
        page.spelled_out[token.content] = f":{name}:"
    else:
        page.add("span", {"class": "icon", "data-icon": name, "aria-hidden": "true"})


INLINES: dict[str, Build] = {"shortcode": _draw}
