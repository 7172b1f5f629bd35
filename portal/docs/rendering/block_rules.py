"""Where the grammar of blocks has to be GitHub's to the letter, or quicker than asking every rule about every line."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock, fence, heading, table
from markdown_it.token import Token
from markdown_it.utils import EnvType

# How a line starts that can be nothing but running text, if the lines after it are of its kind too.
_PLAIN = re.compile(r"[A-Za-z(\"'“‘]|\*\*\w|`(?!``)|[^\x00-\x7f]")
_HEADING_OR_ITEM = re.compile(r"#{1,6}[ \t]|[-*+][ \t]+[^ \t]")
_UNDERLINE = re.compile(r"[ \t]*-+[ \t]*$")


class BlockState(StateBlock):
    """The lines of a document, with the columns at which the containers that are open begin, outermost first."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.columns: list[int] = []

    def is_code_block(self, line: int) -> bool:
        """Whether a line is indented enough for code, seen from the innermost container it still belongs to."""
        indent = self.sCount[line]
        if indent >= self.blkIndent:
            return self._code_enabled and indent - self.blkIndent >= 4
        column = next((column for column in reversed(self.columns) if column <= indent), indent)
        return self._code_enabled and indent - column >= 4


class BlockParser(ParserBlock):
    """markdown-it's parser of blocks, keeping note of the open containers."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        assert isinstance(state, BlockState)
        if state.level >= state.md.options.maxNesting and not state.env.get("cut"):
            state.env["cut"] = True
            message = f"Blocks are nested more than {state.level} deep here; what is deeper is left out."
            state.env["draft"].note(startLine + 1, "deep-nesting", message)
        state.columns.append(state.blkIndent)
        super().tokenize(state, startLine, endLine)
        state.columns.pop()

    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token]:  # noqa: N803
        state = BlockState(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens


def install(grammar: MarkdownIt) -> None:
    """Put these rules where the grammar has its own."""
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    grammar.block.ruler.at("fence", _fence, {"alt": interrupts})
    grammar.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    # The two most frequent blocks first; a line that starts as they do can start no other.
    grammar.block.ruler.before("table", "plain_paragraph", _plain_paragraph)
    grammar.block.ruler.before("table", "early_heading", heading)


def _fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A fenced block, noting whether anything but the end of the document (or list item, or quote) closes it."""
    if not fence(state, start_line, end_line, silent):
        return False
    if not silent:
        token = state.tokens[-1]
        lines_inside = token.content.count("\n") + (not token.content.endswith("\n") and token.content != "")
        token.meta["closed"] = state.line - start_line - 1 > lines_inside
    return True


def _table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A table, unless what would be its second line makes a heading of the first."""
    second = start_line + 1
    if second >= end_line or _UNDERLINE.match(state.src, state.bMarks[second], state.eMarks[second]):
        return False
    return table(state, start_line, end_line, silent)


def _plain_paragraph(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A paragraph whose every line starts like running text: recognised at once, without asking every other rule."""
    line = start_line
    while line < state.lineMax and not state.isEmpty(line):
        start = state.bMarks[line] + state.tShift[line]
        indent = state.sCount[line] - state.blkIndent
        if line > start_line and indent <= 3 and _ends_paragraph(state, line, start):
            break
        if indent < 0 or indent > 3 or not _PLAIN.match(state.src, start):
            return False
        line += 1
    state.line = line
    state.push("paragraph_open", "p", 1).map = [start_line, line]
    text = state.push("inline", "", 0)
    text.content = state.getLines(start_line, line, state.blkIndent, False).strip(" \t\n")
    text.map = [start_line, line]
    state.push("paragraph_close", "p", -1)
    return True


def _ends_paragraph(state: StateBlock, line: int, start: int) -> bool:
    """Whether a line is surely no part of the paragraph before it: a heading, or a list item that is not empty."""
    return bool(_HEADING_OR_ITEM.match(state.src, start, state.eMarks[line])) and not state.is_code_block(line)
