"""Containers between lines of colons, as Docusaurus, Starlight and VitePress write them."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from portal.docs.rendering.bodies import first_column, parse_body
from portal.docs.rendering.callouts import NAMES, push_title, without_marks
from portal.docs.rendering.jsx import Tag

_LINE = re.compile(
    r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
    r"(?:(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)|(?P<colons>:{3,})(?P<rest>[^\n]*))"
)
_HEAD = re.compile(
    r":{3,}[ \t]*(?P<name>[A-Za-z][\w-]*)(?:\[(?P<label>[^\n]*)\])?[ \t]*(?:\{[^{}\n]*\})?(?P<title>(?:[ \t]+[^\n]*)?)$"
)
_FOLDS = frozenset({"details", "collapse", "collapsible", "dropdown", "spoiler"})
_GROUPS = {"code-group": "CodeGroup", "tabs": "Tabs", "steps": "Steps"}


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar them."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    grammar.block.ruler.before("html_block", "directive", _directive, interrupts)


def _directive(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(":::", start) or state.is_code_block(start_line):
        return False
    head = _HEAD.match(state.src, start, state.eMarks[start_line])
    close = _pairs(state).get(start_line, end_line)
    if head is None or close >= end_line or first_column(state, start_line, close + 1) < state.blkIndent:
        return False
    if not silent:
        _push(state, head, start_line, close)
        state.line = close + 1
    return True


def _pairs(state: StateBlock) -> dict[int, int]:
    """The line of colons that ends each container, by the line that opens it; found once for the whole document."""
    found = state.env.get("directives")
    if found is None:
        found = state.env["directives"] = _find_pairs(state.src)
    assert isinstance(found, dict)
    return found


def _find_pairs(source: str) -> dict[int, int]:
    pairs: dict[int, int] = {}
    still_open: list[tuple[int, int]] = []
    fence = ""
    for number, text in enumerate(source.split("\n")):
        line = _LINE.match(text)
        if line is None:
            continue
        if line["fence"]:
            is_end = line["fence"].startswith(fence) and not line["info"].strip()
            fence = "" if fence and is_end else fence or line["fence"]
        elif fence:
            continue
        elif line["rest"].strip():
            still_open.append((number, len(line["colons"])))
        elif still_open:
            at = _opened_by(still_open, len(line["colons"]))
            pairs[still_open[at][0]] = number
            del still_open[at:]
    return pairs


def _opened_by(still_open: list[tuple[int, int]], colons: int) -> int:
    """The innermost container with as many colons as the line that closes it, else the innermost of all."""
    last = len(still_open) - 1
    return next((at for at in range(last, max(-1, last - 50), -1) if still_open[at][1] == colons), last)


def _push(state: StateBlock, head: re.Match[str], start_line: int, close: int) -> None:
    name, title = head["name"].lower(), (head["label"] or head["title"] or "").strip()
    is_callout = name in NAMES
    tag = _tag_of(name, title)
    opening = state.push("component_open", "", 1)
    opening.map, opening.meta = [start_line, close + 1], {"tag": tag}
    if is_callout and title:
        push_title(state, title, start_line)
    indent = min(state.sCount[start_line], first_column(state, start_line + 1, close))
    parse_body(state, start_line + 1, close, indent, code_by_indent=True)
    state.push("component_close", "", -1).meta = {"tag": tag}


def _tag_of(name: str, title: str) -> Tag:
    if name in NAMES:
        return Tag("Callout", {"type": name, "title": without_marks(title), "untitled": "yes" if title else ""})
    if name in _FOLDS:
        return Tag("Accordion", {"title": title or "Details"})
    return Tag(_GROUPS.get(name, "Panel"))
