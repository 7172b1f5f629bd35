"""Containers between lines of colons (Docusaurus, Starlight, VitePress) or of slashes (MkDocs)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from portal.docs.rendering.bodies import first_column, parse_body
from portal.docs.rendering.callouts import NAMES, push_title, without_marks
from portal.docs.rendering.containers import INDENT
from portal.docs.rendering.jsx import Tag

_LINE = re.compile(
    r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
    r"(?:(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)|(?P<marks>:{3,}|/{3,}(?!/))(?P<rest>[^\n]*))"
)
_COLONS = re.compile(
    r":{3,}[ \t]*(?P<name>[A-Za-z][\w-]*)(?:\[(?P<label>[^\n]*)\])?[ \t]*(?:\{[^{}\n]*\})?(?P<title>(?:[ \t]+[^\n]*)?)$"
)
# Of slashes only these are known: code in running text opens lines with them too.
_SLASHES = re.compile(
    rf"/{{3,}}[ \t]*(?P<name>{'|'.join(sorted(NAMES))}|admonition|details|tab|html)[ \t]*(?:\|[ \t]*(?P<title>[^\n]*))?$"
)
_OPTION = re.compile(r"[ \t]*(?P<name>[a-z]+):[ \t]*[\"']?(?P<value>[^\n\"']*)")
_FOLDS = frozenset({"details", "collapse", "collapsible", "dropdown", "spoiler"})
_GROUPS = {"code-group": "CodeGroup", "tabs": "Tabs", "steps": "Steps"}


@dataclass(frozen=True, slots=True)
class Head:
    """What opens a container: its name and title, and the first line of what it holds.

    `tab` is "next" for a tab that belongs to the one before it, "first" for one that begins a set.
    """

    name: str
    title: str
    body: int
    is_open: bool = False
    tab: Literal["", "next", "first"] = ""


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar them."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    grammar.block.ruler.before("html_block", "directive", _directive, interrupts)


def _directive(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    found = _container_at(state, start_line, end_line)
    if found is None:
        return False
    if silent:
        return True
    head, close = found
    if head.tab:
        _push_tabs(state, start_line, end_line)
    else:
        _push(state, head, start_line, close)
        state.line = close + 1
    return True


def _container_at(state: StateBlock, line: int, end_line: int) -> tuple[Head, int] | None:
    """The container that opens on `line`, and the line that ends it."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith((":::", "///"), start) or state.is_code_block(line):
        return None
    head = _head_of(state, line, end_line)
    close = _pairs(state).get(line, end_line) if head else end_line
    if head is None or close >= end_line or first_column(state, line, close + 1) < state.blkIndent:
        return None
    return head, close


def _head_of(state: StateBlock, line: int, end_line: int) -> Head | None:
    start = state.bMarks[line] + state.tShift[line]
    if state.src[start] == ":":
        found = _COLONS.match(state.src, start, state.eMarks[line])
        return found and Head(found["name"].lower(), (found["label"] or found["title"] or "").strip(), line + 1)
    found = _SLASHES.match(state.src, start, state.eMarks[line])
    if found is None:
        return None
    options: dict[str, str] = {}
    body = line + 1
    while body < end_line and state.sCount[body] - state.sCount[line] >= INDENT and not state.isEmpty(body):
        if option := _OPTION.match(state.src, state.bMarks[body], state.eMarks[body]):
            options[option["name"]] = option["value"].strip()
        body += 1
    name = options.get("type", "note") if found["name"] == "admonition" else found["name"]
    title = "" if found["name"] == "html" else (found["title"] or "").strip()
    tab: Literal["", "next", "first"] = "" if name != "tab" else "first" if _says(options, "new") else "next"
    return Head(name, title, body, _says(options, "open"), tab)


def _says(options: Mapping[str, str], name: str) -> bool:
    return options.get(name, "").lower() == "true"


def _pairs(state: StateBlock) -> dict[int, int]:
    """The line of colons or slashes that ends each container, by the line that opens it; found once for the whole document."""
    found = state.env.get("directives")
    if found is None:
        found = state.env["directives"] = _find_pairs(state.src)
    assert isinstance(found, dict)
    return found


def _find_pairs(source: str) -> dict[int, int]:
    pairs: dict[int, int] = {}
    still_open: dict[str, list[tuple[int, int]]] = {":": [], "/": []}
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
            still_open[line["marks"][0]].append((number, len(line["marks"])))
        elif alike := still_open[line["marks"][0]]:
            at = _opened_by(alike, len(line["marks"]))
            pairs[alike[at][0]] = number
            del alike[at:]
    return pairs


def _opened_by(still_open: list[tuple[int, int]], marks: int) -> int:
    """The innermost container with as many marks as the line that closes it, else the innermost of all."""
    last = len(still_open) - 1
    return next((at for at in range(last, max(-1, last - 50), -1) if still_open[at][1] == marks), last)


def _push_tabs(state: StateBlock, line: int, end_line: int) -> None:
    """Put the tabs that follow each other from `line` on, with nothing between them, as one set."""
    state.push("component_open", "", 1).meta = {"tag": Tag("Tabs")}
    found = _container_at(state, line, end_line)
    while found:
        head, close = found
        _push(state, head, line, close)
        state.line = line = close + 1
        while line < end_line and state.isEmpty(line):
            line += 1
        found = _container_at(state, line, end_line) if line < end_line else None
        if found and found[0].tab != "next":
            break
    state.push("component_close", "", -1).meta = {"tag": Tag("Tabs")}


def _push(state: StateBlock, head: Head, start_line: int, close: int) -> None:
    tag = _tag_of(head)
    opening = state.push("component_open", "", 1)
    opening.map, opening.meta = [start_line, close + 1], {"tag": tag}
    if head.name in NAMES and head.title:
        push_title(state, head.title, start_line)
    indent = min(state.sCount[start_line], first_column(state, head.body, close))
    parse_body(state, head.body, close, indent, code_by_indent=True)
    state.push("component_close", "", -1).meta = {"tag": tag}


def _tag_of(head: Head) -> Tag:
    if head.name in NAMES:
        untitled = "yes" if head.title else ""
        return Tag("Callout", {"type": head.name, "title": without_marks(head.title), "untitled": untitled})
    if head.name in _FOLDS:
        return Tag("Accordion", {"title": head.title or "Details", "defaultOpen": str(head.is_open).lower()})
    if head.tab:
        return Tag("Tab", {"title": without_marks(head.title)})
    return Tag(_GROUPS.get(head.name, "Panel"))
