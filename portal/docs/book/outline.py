"""Where the headings and blocks of a markdown text lie, by the grammar: code that looks like a heading is none."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_per_thread = threading.local()
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:[ \t]*\S")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading outside of any list or quote: `source` its markdown, `start` its first line from 0, `end` the next."""

    level: int
    source: str
    start: int
    end: int


def read_titles(text: str) -> list[Title]:
    """The headings that divide the text, in its order."""
    tokens = _grammar().parse(text)
    return [
        Title(int(token.tag[1]), tokens[at + 1].content, token.map[0], token.map[1])
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]


def read_blocks(text: str) -> list[str]:
    """The paragraphs, tables, items of lists and other blocks of the text, each as its own markdown."""
    lines = text.split("\n")
    spans = [token.map for token in _grammar().parse(text) if token.map and _is_block(token)]
    return ["\n".join(lines[start:end]).rstrip() for start, end in spans]


def _is_block(token: Token) -> bool:
    if token.level == 1:
        return token.type == "list_item_open"
    return token.level == 0 and token.nesting >= 0 and not token.type.endswith("_list_open")


def read_definitions(text: str) -> str:
    """The lines that define links and footnotes for the whole text, to be said again where a part stands alone."""
    found: list[str] = []
    fence, inside = "", False
    for line in text.split("\n"):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and mark == (fence or mark):
            fence, inside = "" if fence else mark, False
        elif not fence and (_DEFINITION.match(line) or (inside and line.startswith(("    ", "\t")))):
            found.append(line)
            inside = True
        elif line.strip():
            inside = False
    return "\n".join(found)


def _grammar() -> MarkdownIt:
    found = getattr(_per_thread, "grammar", None)
    if not isinstance(found, MarkdownIt):
        found = MarkdownIt("commonmark", {"maxNesting": 80}).enable("table").disable("inline")
        _per_thread.grammar = found
    return found
