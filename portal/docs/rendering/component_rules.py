"""How components are recognised: as blocks with markdown inside them, and in running text."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from portal.docs.rendering.bodies import first_column, parse_body
from portal.docs.rendering.components import BLOCK_NAMES, INLINE_NAMES
from portal.docs.rendering.draft import Draft
from portal.docs.rendering.jsx import Element, Scan, Tag, read_tag, scan

_MAY_HOLD_COMPONENTS = re.compile(r"</?[A-Z]")
# Tags whose text GitHub shows as text, or that only the HTML rule reads rightly.
_LEFT_TO_HTML = frozenset({"pre", "script", "style", "textarea", "title", "xmp", "noembed", "noframes", "plaintext"})


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar components."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    grammar.block.ruler.before("html_block", "component", _component, interrupts)
    grammar.inline.ruler.before("html_inline", "component", _inline_component)


def _scan_of(state: StateBlock) -> Scan:
    """The scan of the whole document, made when the first `<` is met."""
    found = state.env.get("scan")
    if found is None:
        is_mdx = _draft(state).is_mdx
        found = scan(state.src, html_too=is_mdx) if is_mdx or _MAY_HOLD_COMPONENTS.search(state.src) else Scan()
        state.env["scan"] = found
    assert isinstance(found, Scan)
    return found


def _draft(state: StateBlock | StateInline) -> Draft:
    draft = state.env["draft"]
    assert isinstance(draft, Draft)
    return draft


def _component(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("<", start) or state.is_code_block(start_line):
        return False
    found = _scan_of(state)
    element = found.elements.get(start)
    if element is None:
        return _lone_tag(state, start_line, start, found, silent)
    if not _is_block(state, start, element) or element.close_end > state.eMarks[end_line - 1]:
        return False
    if silent:
        return True
    line = start_line
    while True:
        line = _push_element(state, element, line)
        rest = _skip_blanks(state.src, element.close_end, state.eMarks[line])
        if rest >= state.eMarks[line]:
            break
        # More stands on the line of the closing tag: another component, or text.
        _cut_line(state, line, rest)
        following = found.elements.get(rest)
        if following is None or not _is_block(state, rest, following):
            parse_body(state, line, line + 1, state.blkIndent, code_by_indent=False)
            break
        element = following
    state.line = line + 1
    return True


def _is_block(state: StateBlock, start: int, element: Element) -> bool:
    """Whether an element is a block. One of plain HTML is, in MDX, when nothing follows it on its last line."""
    name = element.tag.name
    if element.tag.is_component:
        if name in INLINE_NAMES:
            # Of a tag on several lines a paragraph would read each for itself.
            return name in BLOCK_NAMES and "\n" in state.src[start : element.tag.end]
        return name in BLOCK_NAMES or _draft(state).is_mdx
    newline = state.src.find("\n", element.close_end)
    after = state.src[element.close_end : newline if newline >= 0 else None]
    return _draft(state).is_mdx and name not in _LEFT_TO_HTML and not after.strip()


def _lone_tag(state: StateBlock, line: int, start: int, found: Scan, silent: bool) -> bool:
    """A component's tag that has no partner: left out of the page when it is all its line holds."""
    tag = found.unclosed.get(start) or found.stray.get(start)
    known = tag is not None and (tag.name in BLOCK_NAMES or _draft(state).is_mdx)
    if tag is None or not known or not tag.is_component or tag.end < state.eMarks[line]:
        return False
    if not silent:
        problem = "is never opened" if tag.is_closing else "is never closed"
        _draft(state).note(line + 1, "unbalanced-component", f"The component <{tag.name}> {problem}.")
        state.line = line + 1
    return True


def _push_element(state: StateBlock, element: Element, line: int) -> int:
    """Put the tokens of `element`, which starts on `line`, and say on which line it ends."""
    tag = element.tag
    opening = state.push("component_open", "", 1)
    opening.map, opening.meta = [line, line + 1], {"tag": tag}
    first, last = _line_of(state, tag.end, line), _line_of(state, element.close_start, line)
    if not tag.is_empty:
        kept = {number: _marks(state, number) for number in (first, last)}
        if first == last and not tag.is_component:
            _push_inline(state, tag.end, element.close_start, line)
        else:
            _parse_between(state, element, first, last)
        for number, marks in kept.items():
            state.bMarks[number], state.tShift[number], state.sCount[number], state.eMarks[number] = marks
    state.push("component_close", "", -1).meta = {"tag": tag}
    return last


def _push_inline(state: StateBlock, start: int, end: int, line: int) -> None:
    text = state.push("inline", "", 0)
    text.content, text.map = state.src[start:end].strip(), [line, line + 1]


def _parse_between(state: StateBlock, element: Element, first: int, last: int) -> None:
    """Parse what stands between the tags, which may start and end in the middle of a line."""
    begin = first if _skip_blanks(state.src, element.tag.end, state.eMarks[first]) < state.eMarks[first] else first + 1
    if begin == first:
        _cut_line(state, first, element.tag.end)
    cut = element.close_start < state.eMarks[last]
    state.eMarks[last] = max(state.bMarks[last], element.close_start)
    end = last if state.isEmpty(last) else last + 1
    indent = first_column(state, first + 1, end)
    state.sCount[first] = max(state.sCount[first], indent) if begin == first else state.sCount[first]
    parse_body(state, begin, max(begin, end), indent, code_by_indent=False)
    # A block that keeps its last line break has taken the `<` of the closing tag for it.
    if cut and end > last and state.tokens[-1].type in {"html_block", "fence"} and state.tokens[-1].content[-1:] == "<":
        state.tokens[-1].content = state.tokens[-1].content[:-1] + "\n"


def _marks(state: StateBlock, line: int) -> tuple[int, int, int, int]:
    return state.bMarks[line], state.tShift[line], state.sCount[line], state.eMarks[line]


def _cut_line(state: StateBlock, line: int, start: int) -> None:
    """Let a line begin at `start`."""
    state.bMarks[line] = _skip_blanks(state.src, start, state.eMarks[line])
    state.tShift[line], state.sCount[line] = 0, state.blkIndent


def _skip_blanks(source: str, start: int, end: int) -> int:
    while start < end and source[start] in " \t":
        start += 1
    return start


def _line_of(state: StateBlock, position: int, line: int) -> int:
    while state.eMarks[line] < position:
        line += 1
    return line


def _inline_component(state: StateInline, silent: bool) -> bool:
    """A component's tag in running text; in MDX also a tag of HTML that has an expression among its attributes."""
    if not state.src.startswith("<", state.pos):
        return False
    tag = read_tag(state.src, state.pos)
    if tag is None or tag.end > state.posMax or not _is_inline(tag, state):
        return False
    if not silent:
        state.push("component_inline", "", 0).meta = {"tag": tag}
    state.pos = tag.end
    return True


def _is_inline(tag: Tag, state: StateInline) -> bool:
    if tag.is_component:
        return tag.name in INLINE_NAMES or (_draft(state).is_mdx and tag.name in BLOCK_NAMES)
    return _draft(state).is_mdx and "{" in state.src[state.pos : tag.end]
