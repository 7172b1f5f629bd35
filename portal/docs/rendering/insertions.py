"""Lines in whose place other sites put a file, or what a program says of itself: shown as the name of it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from portal.docs.rendering.draft import Draft

# `--8<-- "setup.sh"`, `{! setup.sh !}`, `{* setup.py hl[2] *}`
_FILE = re.compile(
    r"(?:-+8<-+[ \t]+(?P<quote>[\"'])(?P<quoted>[^\"'`\n]+)(?P=quote)"
    r"|\{!>?[ \t]*(?P<path>[\w./-]+)[ \t]*!\}|\{\*[ \t]+(?P<included>[\w./-]+)[^{}*\n]*\*\})[ \t]*$"
)
# `::: package.module`, with settings indented below it
_PROGRAM = re.compile(r":::[ \t]+(?P<name>[A-Za-z_]\w*(?:\.\w+)+)[ \t]*$")


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar them."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference"]}
    grammar.block.ruler.after("directive", "insertion", _insertion, interrupts)


def _insertion(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(("-", "{", ":::"), start) or state.is_code_block(start_line):
        return False
    end, line = state.eMarks[start_line], start_line + 1
    found = _FILE.match(state.src, start, end)
    name = (found["quoted"] or found["path"] or found["included"]) if found else ""
    if found is None:
        program = _PROGRAM.match(state.src, start, end)
        if program is None:
            return False
        name = program["name"]
        while line < end_line and not state.isEmpty(line) and state.sCount[line] >= state.sCount[start_line] + 4:
            line += 1
    if not silent:
        _push(state, name, start_line, line)
    return True


def _push(state: StateBlock, name: str, start_line: int, line: int) -> None:
    draft = state.env["draft"]
    assert isinstance(draft, Draft)
    draft.note(start_line + 1, "not-inserted", f"In place of this line other sites show {name}; here only its name is shown.")
    state.push("paragraph_open", "p", 1).map = [start_line, line]
    text = state.push("inline", "", 0)
    text.content, text.map = f"`{name}`", [start_line, line]
    state.push("paragraph_close", "p", -1)
    state.line = line
