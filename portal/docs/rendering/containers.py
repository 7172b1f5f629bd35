"""Admonitions and tabs as MkDocs writes them: a marked line, and what is indented below it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from portal.docs.rendering.bodies import parse_body
from portal.docs.rendering.callouts import push_title, without_marks
from portal.docs.rendering.jsx import Tag

INDENT = 4
_ADMONITION = re.compile(r'(!!!|\?\?\?\+?)[ \t]+([A-Za-z][\w-]*)(?:[ \t]+[\w-]+)*(?:[ \t]+"([^"]*)")?[ \t]*$')
_TAB = re.compile(r'===[+!]?[ \t]+"([^"]+)"[ \t]*$')


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar both."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    grammar.block.ruler.before("html_block", "admonition", _admonition, interrupts)
    grammar.block.ruler.before("html_block", "tabs", _tabs, interrupts)


def _admonition(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    found = _marker(state, start_line, _ADMONITION, "!?")
    end = _end_of_body(state, start_line, end_line) if found else start_line
    if found is None or end == start_line + 1:
        return False
    if not silent:
        title = found[3]
        if found[1] == "!!!":
            # A title of "" is none; one that is left out is the name of the kind.
            untitled = "" if title is None else "yes"
            tag = Tag("Callout", {"type": found[2], "title": without_marks(title or ""), "untitled": untitled})
        else:
            tag = Tag(
                "Accordion", {"title": title or found[2].capitalize(), "defaultOpen": str(found[1] == "???+").lower()}
            )
        _push(state, tag, start_line, end, (title or "") if found[1] == "!!!" else "")
    return True


def _tabs(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    found = _marker(state, start_line, _TAB, "=")
    if found is None or (end := _end_of_body(state, start_line, end_line)) == start_line + 1:
        return False
    if silent:
        return True
    state.push("component_open", "", 1).meta = {"tag": Tag("Tabs")}
    line = start_line
    while found:
        _push(state, Tag("Tab", {"title": without_marks(found[1]) or found[1].strip(":")}), line, end)
        line = end
        found = _marker(state, line, _TAB, "=") if line < end_line else None
        end = _end_of_body(state, line, end_line) if found else line
    state.push("component_close", "", -1).meta = {"tag": Tag("Tabs")}
    return True


def _marker(state: StateBlock, line: int, pattern: re.Pattern[str], first: str) -> re.Match[str] | None:
    start = state.bMarks[line] + state.tShift[line]
    if start >= state.eMarks[line] or state.src[start] not in first or state.is_code_block(line):
        return None
    return pattern.match(state.src, start, state.eMarks[line]) if state.sCount[line] >= state.blkIndent else None


def _end_of_body(state: StateBlock, start_line: int, end_line: int) -> int:
    """The line after the last that is indented below `start_line`, blank ones after it included."""
    indent = state.sCount[start_line] + INDENT
    line = end = start_line + 1
    while line < end_line and (state.isEmpty(line) or state.sCount[line] >= indent):
        line += 1
        if not state.isEmpty(line - 1):
            end = line
    return line if end > start_line + 1 else end


def _push(state: StateBlock, tag: Tag, start_line: int, end: int, title: str = "") -> None:
    opening = state.push("component_open", "", 1)
    opening.map, opening.meta = [start_line, end], {"tag": tag}
    if title:
        push_title(state, title, start_line)
    parse_body(state, start_line + 1, end, state.sCount[start_line] + INDENT, code_by_indent=True)
    state.push("component_close", "", -1).meta = {"tag": tag}
    state.line = end
