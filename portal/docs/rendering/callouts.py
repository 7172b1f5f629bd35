"""Boxes set off from the text: GitHub's alerts, admonitions and the callouts of Mintlify."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from portal.docs.rendering.tree import Build, TreeBuilder

# The kinds that have a look, and below the names other dialects use for them.
KINDS = frozenset({"note", "tip", "important", "warning", "caution", "info", "check"})
_ALSO = {
    "abstract": "info", "summary": "info", "tldr": "info", "todo": "info", "hint": "tip", "success": "check",
    "done": "check", "question": "info", "help": "info", "faq": "info", "attention": "warning",
    "failure": "caution", "fail": "caution", "missing": "caution", "danger": "caution", "error": "caution",
    "bug": "caution", "example": "note", "quote": "note", "cite": "note", "callout": "note",
}  # fmt: skip


_MARKS = re.compile(r"\]\([^()\n]*\)|:[a-z]+-[a-z0-9-]+:|</?(?:b|code|em|kbd|i|small|strong)>|[\[*`]")
NAMES = KINDS | _ALSO.keys()


def kind_of(name: str) -> str:
    """The kind of callout a dialect's name for it stands for."""
    name = name.lower()
    return name if name in KINDS else _ALSO.get(name, "note")


def push_title(state: StateBlock, title: str, line: int) -> None:
    """Put the tokens of a title that is markdown behind the token that opens a callout."""
    state.push("alert_title_open", "p", 1)
    text = state.push("inline", "", 0)
    text.content, text.map = title, [line, line + 1]
    state.push("alert_title_close", "p", -1)


def without_marks(title: str) -> str:
    """A title as it is read out."""
    return _MARKS.sub("", title).strip()


def open_callout(page: TreeBuilder, name: str, title: str = "", *, has_title: bool = True) -> None:
    """Begin a callout; closing the element ends it."""
    title = title or name.capitalize()
    page.open("aside", _attributes(name, title))
    if has_title:
        page.add_line("p", "callout-title", title)


def _attributes(name: str, title: str) -> dict[str, str]:
    return {"class": "callout", "data-kind": kind_of(name), "role": "note", "aria-label": title}


def _alert_open(page: TreeBuilder, token: Token) -> None:
    page.open("aside", _attributes(token.meta["kind"], token.meta["kind"].capitalize()))


def _title_open(page: TreeBuilder, token: Token) -> None:
    page.open("p", {"class": "callout-title"})


def _title_close(page: TreeBuilder, token: Token) -> None:
    page.close()
    page.sections.end_block()


BLOCKS: dict[str, Build] = {
    "alert_open": _alert_open,
    "alert_title_open": _title_open,
    "alert_title_close": _title_close,
}
