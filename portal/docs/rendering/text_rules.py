"""How running text is parsed: only where there is something to parse, with GitHub's task items."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from portal.docs.rendering.attribute_lists import take_from_block, take_from_heading, take_from_text

# Brackets inside brackets; the time a line of nothing but `[` takes is its length times this.
MAX_NESTING = 20
# Where a rule for running text can apply. The parser asks every rule at every such place, so each is as narrow as its
# rule: `_` between letters never marks anything, `:` matters in addresses alone. That each alternative begins with a
# character of its own lets the search skip from one to the next.
_SPECIAL = re.compile(
    r"\n|\*|<|\[|\]|\\|`|~|\$|\+(?=\+[a-z0-9\"])|!(?=\[)|&(?=[#A-Za-z])|@(?=[\w-])|w(?=ww\.)"
    r"|_(?:(?<![^\W_]_)|(?![^\W_]))|:(?:(?=//)|(?<=mailto:)|(?<=xmpp:)|(?=(?>[A-Za-z0-9+][\w+-]{0,63}):))"
)
# Lines of a paragraph lose theirs before anything in them is read, so that a code span across lines does not show it.
_INDENTATION = re.compile(r"\n[ \t]+")
_TASK = re.compile(r"\[([ xX])\][ \t\n]")
_TASK_LINE = re.compile(r"[ \t]*(?:[-+*]|\d+\.)[ \t]+\[[ xX]\]")


def install(grammar: MarkdownIt) -> None:
    """Put these rules where the grammar has its own."""
    grammar.inline.terminator_re = _SPECIAL
    grammar.core.ruler.at("inline", _parse)
    grammar.inline.ruler.at("link", _link)
    grammar.inline.ruler.at("image", _image)


def _parse(state: StateCore) -> None:
    kept = state.md.options["maxNesting"]
    state.md.options["maxNesting"] = MAX_NESTING
    try:
        for place, token in enumerate(state.tokens):
            if token.type == "inline":
                _mark_task(state, place, token)
                if "}" in token.content or "[#" in token.content:
                    _take_attributes(state, place, token)
                _parse_text(state, token)
    finally:
        state.md.options["maxNesting"] = kept


def _parse_text(state: StateCore, token: Token) -> None:
    if "\n" in token.content:
        token.content = _INDENTATION.sub("\n", token.content)
    # Half of all table cells, headings and list items hold nothing to parse.
    if _SPECIAL.search(token.content):
        token.children = []
        state.env["open_brackets"] = 0
        state.md.inline.parse(token.content, state.md, state.env, token.children)
        take_from_text(token.children)
    elif token.content:
        token.children = [Token("text", "", 0, content=token.content)]


def _take_attributes(state: StateCore, place: int, token: Token) -> None:
    """Take the attribute list off a heading or a block of text; a block that was nothing else is not there."""
    opening = state.tokens[place - 1]
    if opening.type == "heading_open":
        token.content, opening.meta["name"] = take_from_heading(token.content)
    elif opening.type == "paragraph_open":
        token.content = take_from_block(token.content)
        if not token.content:
            opening.hidden = state.tokens[place + 1].hidden = True


def _mark_task(state: StateCore, place: int, token: Token) -> None:
    """Make a task of the list item that `token` is the first text of, if it starts with a box.

    GitHub looks for the box behind the first list mark of a line, so an item inside a quote is none.
    """
    if not token.content.startswith("[") or place < 2 or state.tokens[place - 2].type != "list_item_open":
        return
    box = _TASK.match(token.content)
    if box is None or token.map is None:
        return
    if "lines" not in state.env:
        state.env["lines"] = state.src.split("\n")
    if _TASK_LINE.match(state.env["lines"][token.map[0]]):
        state.tokens[place - 2].meta["checked"] = box[1] != " "
        token.content = token.content[box.end() :].lstrip(" \t")


def _link(state: StateInline, silent: bool) -> bool:
    """A link, looked for only where a bracket can still close it."""
    return state.src[state.pos] == "[" and state.html_terminator_last("]") > state.pos and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "!" and state.html_terminator_last("]") > state.pos and image(state, silent)
