"""Formulas: found as GitHub finds them, drawn as MathML."""

from __future__ import annotations

import re
from html import unescape
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from portal.docs.rendering.serializing import escape, escape_value
from portal.docs.rendering.tree import Build, TreeBuilder

MAX_SIZE = 2_000  # characters; a longer formula is shown as its source
_INLINE = re.compile(r"\$(?![\s$])((?:[^\\$\n]|\\.|\n(?!\s*\n)){1,2000}?)(?<!\s)\$(?![\w$])")
_TICKED = re.compile(r"\$`([^`\n]{1,2000})`\$")
_DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.|\$(?!\$)){1,2000}?)\$\$", re.DOTALL)
# Two prices in a sentence look like a formula between dollar signs; a formula that starts with a digit calculates.
_MONEY = re.compile(r"\d[\d.,]*\s?(?:[kKmMbB%+]|\b)")
_CALCULATES = re.compile(r"[\\^_={}]")
# These make new commands, so that a short formula can stand for one without end.
_DEFINES = re.compile(r"\\(?:def|newcommand|renewcommand|providecommand|newenvironment|DeclareMathOperator)\b")


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar formulas."""
    grammar.inline.ruler.before("escape", "math", _math)
    grammar.block.ruler.before("fence", "math", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def draw(latex: str, *, display: bool) -> str:
    """A formula as MathML with its source as alternative text; as code where it cannot be read. Not yet sanitised."""
    latex = latex.strip()
    mathml = "" if len(latex) > MAX_SIZE or _DEFINES.search(latex) else _mathml(latex, display)
    if not mathml:
        return f'<code class="math-source">{escape(latex)}</code>'
    return mathml.replace("<math ", f'<math alttext="{escape_value(latex)}" ', 1)


def _mathml(latex: str, display: bool) -> str:
    try:
        formula = convert_to_element(latex, display="block" if display else "inline")
        for element in formula.iter():
            # The library writes its characters as references and leaves a document's text as it is.
            element.text = unescape(element.text) if element.text else None
        return tostring(formula, encoding="unicode")
    except Exception:  # the library raises a score of kinds, among them IndexError and RecursionError
        return ""


def _math(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    found = _TICKED.match(state.src, state.pos, state.posMax) or _DISPLAY.match(state.src, state.pos, state.posMax)
    if found is None:
        found = _INLINE.match(state.src, state.pos, state.posMax)
        if found is None or not _may_open(state) or _is_money(found[1]):
            return False
    if not silent:
        token = state.push("math", "", 0)
        token.content, token.markup = found[1], "$$" if found[0].startswith("$$") else "$"
    state.pos = found.end()
    return True


def _may_open(state: StateInline) -> bool:
    return state.pos == 0 or not (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] in "$\\")


def _is_money(text: str) -> bool:
    return bool(_MONEY.match(text)) and not _CALCULATES.search(text)


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """`$$` on a line of its own, up to the next such line."""
    if _line(state, start_line) != "$$" or state.is_code_block(start_line):
        return False
    line = start_line + 1
    while line < min(end_line, start_line + 200) and _line(state, line) != "$$":
        line += 1
    if line >= end_line or _line(state, line) != "$$":
        return False
    if not silent:
        token = state.push("math_block", "", 0)
        token.content = state.getLines(start_line + 1, line, state.blkIndent, False)
        token.map = [start_line, line + 1]
        state.line = line + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _draw_inline(page: TreeBuilder, token: Token) -> None:
    page.add_raw(draw(token.content, display=token.markup == "$$"))
    page.sections.add(token.content)


def draw_block(page: TreeBuilder, token: Token) -> None:
    """Put a displayed formula into the page."""
    page.open("div", {"class": "math", "tabindex": "0"})
    page.add_raw(draw(token.content, display=True))
    page.close()
    page.sections.add_block(token.content)


BLOCKS: dict[str, Build] = {"math_block": draw_block}
INLINES: dict[str, Build] = {"math": _draw_inline}
