"""Terms and what they mean, as MkDocs, Hugo and Jekyll list them: below a term, what follows a colon."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from portal.docs.rendering.bodies import parse_body
from portal.docs.rendering.tree import Build, TreeBuilder

# With so much after its colon a meaning needs no term right above it.
WIDE = 4
_MARK = re.compile(r":(?: {1,3}|\t)(?=[^ \t\n])")


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar them."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference"]}
    grammar.block.ruler.before("html_block", "definition", _definition, interrupts)


def _definition(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    width = _width_at(state, start_line)
    if not width or silent:
        return bool(width)
    above = _paragraph_above(state, start_line)
    if width < WIDE and (above is None or above[0].map is None or above[0].map[1] != start_line):
        return False
    if above:
        _open_list(state, above)
    line = start_line
    while line < end_line and (width := _width_at(state, line)):
        line = _push_meaning(state, line, end_line, width, "dd" if above else "div")
    if above:
        state.push("dl_close", "dl", -1)
    state.line = line
    return True


def _width_at(state: StateBlock, line: int) -> int:
    """How far the text of a meaning stands from where its line begins; 0 where a line opens none."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(":", start) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return 0
    mark = _MARK.match(state.src, start, state.eMarks[line])
    return 0 if mark is None else WIDE if "\t" in mark[0] else mark.end() - start


def _paragraph_above(state: StateBlock, line: int) -> list[Token] | None:
    """The tokens of the paragraph that ends above `line`, with a blank line between them at most."""
    found = state.tokens[-3:]
    if len(found) < 3 or found[0].type != "paragraph_open" or found[2].level != state.level or not found[0].map:
        return None
    return found if found[0].map[1] >= line - 1 else None


def _open_list(state: StateBlock, above: list[Token]) -> None:
    """Begin a list, each line of the paragraph above it a term; of one that has just ended this is the next part."""
    del state.tokens[-3:]
    if state.tokens and state.tokens[-1].type == "dl_close" and state.tokens[-1].level == state.level:
        state.tokens.pop()
        state.level += 1
    else:
        state.push("dl_open", "dl", 1)
    first = above[0].map[0] if above[0].map else 0
    for line, term in enumerate(above[1].content.split("\n"), first):
        state.push("dt_open", "dt", 1).map = [line, line + 1]
        text = state.push("inline", "", 0)
        text.content, text.map = term.strip(), [line, line + 1]
        state.push("dt_close", "dt", -1)


def _push_meaning(state: StateBlock, line: int, end_line: int, width: int, tag: str) -> int:
    """Put the tokens of the meaning that starts on `line`, in an element of this tag, and say where what follows it starts."""
    indent = state.sCount[line] + width
    end = _end_of_meaning(state, line, end_line, indent)
    state.push("meaning_open", tag, 1).map = [line, end]
    kept = state.bMarks[line], state.tShift[line], state.sCount[line]
    start = state.bMarks[line] + state.tShift[line] + 1
    while state.src[start] in " \t":
        start += 1
    state.bMarks[line], state.tShift[line], state.sCount[line] = start, 0, indent
    first = len(state.tokens)
    parse_body(state, line, end, indent, code_by_indent=True)
    state.bMarks[line], state.tShift[line], state.sCount[line] = kept
    if tag == "dd" and [token.type for token in state.tokens[first:]] == ["paragraph_open", "inline", "paragraph_close"]:
        state.tokens[first].hidden = state.tokens[-1].hidden = True
    state.push("meaning_close", tag, -1)
    while end < end_line and state.isEmpty(end):
        end += 1
    return end


def _end_of_meaning(state: StateBlock, line: int, end_line: int, indent: int) -> int:
    """The line after the last that is indented as a meaning is, or goes on with its running text."""
    line += 1
    end = line
    while line < end_line:
        if state.isEmpty(line):
            line += 1
            continue
        is_next_line = line == end and state.sCount[line] >= state.blkIndent and not _width_at(state, line)
        if state.sCount[line] < indent and not is_next_line:
            break
        line += 1
        end = line
    return end


def _term_close(page: TreeBuilder, token: Token) -> None:
    page.close()
    page.sections.end_block()


BLOCKS: dict[str, Build] = {"dt_close": _term_close}
