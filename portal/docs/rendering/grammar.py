"""The grammar of a document: CommonMark with what GitHub adds to it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence, heading
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from portal.docs.rendering import autolinks, component_rules, containers, maths

# Deeper than any writer goes, and shallow enough for the parser's recursion: each level costs it a few frames.
MAX_NESTING = 80
# Brackets inside brackets; the time a line of nothing but `[` takes is its length times this.
MAX_NESTING_INLINE = 20
OPTIONS = {"maxNesting": MAX_NESTING, "tasklists": True, "alerts": True, "strikethrough_single_tilde": True}
# Where a rule for running text can apply. The parser asks every rule at every such place, so each is as narrow as its
# rule: `_` between letters never marks anything, `:` matters in addresses alone. That each alternative begins with a
# character of its own lets the search skip from one to the next.
_SPECIAL = re.compile(
    r"\n|\*|<|\[|\]|\\|`|~|\$|!(?=\[)|&(?=[#A-Za-z])|@(?=[\w-])|w(?=ww\.)"
    r"|_(?:(?<![^\W_]_)|(?![^\W_]))|:(?:(?=//)|(?<=mailto:)|(?<=xmpp:))"
)
# Lines of a paragraph lose theirs before anything in them is read, so that a code span across lines does not show it.
_INDENTATION = re.compile(r"\n[ \t]+")
# How a line starts that can be nothing but running text, if the lines after it are of its kind too.
_PLAIN = re.compile(r"[A-Za-z(\"'“‘]|\*\*\w|`(?!``)|[^\x00-\x7f]")


_HEADING_OR_ITEM = re.compile(r"#{1,6}[ \t]|[-*+][ \t]+[^ \t]")


class Grammar(MarkdownIt):
    """markdown-it with GitHub's features, leaving addresses as written: the sanitiser judges them."""

    def __init__(self, *, is_mdx: bool = False) -> None:
        super().__init__("commonmark", OPTIONS)
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False)
        for extension in (autolinks, component_rules, containers, maths):
            extension.install(self)
        if is_mdx:
            self.disable("code")
        self.inline.terminator_re = _SPECIAL
        self.core.ruler.at("inline", _inline)
        # The two most frequent blocks first; a line that starts as they do can start no other.
        self.block.ruler.before("table", "plain_paragraph", _plain_paragraph)
        self.block.ruler.before("table", "early_heading", heading)
        self.inline.ruler.at("link", _link)
        self.inline.ruler.at("image", _image)
        self.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


def _fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A fenced block, noting whether anything but the end of the document (or list item, or quote) closes it."""
    if not fence(state, start_line, end_line, silent):
        return False
    if not silent:
        token = state.tokens[-1]
        lines_inside = token.content.count("\n") + (not token.content.endswith("\n") and token.content != "")
        token.meta["closed"] = state.line - start_line - 1 > lines_inside
    return True


def _inline(state: StateCore) -> None:
    """Parse running text, skipping what has nothing to parse: half of all table cells, headings and list items."""
    state.md.options["maxNesting"] = MAX_NESTING_INLINE
    try:
        _parse_inlines(state)
    finally:
        state.md.options["maxNesting"] = MAX_NESTING


def _parse_inlines(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline":
            continue
        if "\n" in token.content:
            token.content = _INDENTATION.sub("\n", token.content)
        if _SPECIAL.search(token.content):
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.content:
            token.children = [Token("text", "", 0, content=token.content)]


def _link(state: StateInline, silent: bool) -> bool:
    """A link, looked for only where a bracket can still close it."""
    return state.src[state.pos] == "[" and state.html_terminator_last("]") > state.pos and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "!" and state.html_terminator_last("]") > state.pos and image(state, silent)


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
    found = _HEADING_OR_ITEM.match(state.src, start, state.eMarks[line])
    return found is not None and (state.listIndent < 0 or state.sCount[line] - state.listIndent < 4)
