"""The fenced blocks of a markdown file, found by CommonMark's own grammar; in MDX, indentation never makes code."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from portal.examples.values import Block


def _make_parser(*, mdx: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark").use(front_matter_plugin).disable("inline")
    if mdx:
        parser.disable(["code", "html_block", "lheading", "reference"])
        parser.block.ruler.at("paragraph", _paragraph_of_mdx)
    return parser


def _paragraph_of_mdx(state: StateBlock, start: int, end: int, _silent: bool) -> bool:
    """A paragraph that any block may end, however far it is indented: in MDX indentation has no meaning."""
    enders = state.md.block.ruler.getRules("paragraph")
    line = start + 1
    while line < end and not state.isEmpty(line) and not any(ends(state, line, end, True) for ends in enders):
        line += 1
    state.line = line
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(start, line, state.blkIndent, False).strip()
    inline.map = [start, line]
    inline.children = []
    return True


_MARKDOWN, _MDX = _make_parser(mdx=False), _make_parser(mdx=True)


def find_blocks(text: str, *, mdx: bool = False) -> tuple[Block, ...]:
    """Find the fenced blocks of a document, in order, each with the comment right before it.

    `mdx` reads the text as MDX does: a fence may be indented at will and stand right inside a component.
    """
    return tuple(_walk((_MDX if mdx else _MARKDOWN).parse(text)))


def _walk(tokens: list[Token]) -> Iterator[Block]:
    comment: str | None = None
    for token in tokens:
        if token.type == "fence":
            line = (token.map or [0])[0] + 1
            yield Block(_first_word(token.info), token.content, line, comment)
        if token.type in ("html_block", "inline"):
            comment = _read_comment(token.content)
        elif not token.type.startswith("paragraph"):
            comment = None


def _first_word(info: str) -> str:
    words = info.split(maxsplit=1)
    return words[0] if words else ""


def _read_comment(content: str) -> str | None:
    """The text of an HTML comment (in MDX, of a `{/* … */}`) that is all there is in a piece of the document."""
    bare = content.strip()
    for opening, closing in (("<!--", "-->"), ("{/*", "*/}")):
        if bare.startswith(opening) and bare.endswith(closing):
            inside = bare[len(opening) : -len(closing)]
            if closing not in inside:
                return inside.strip()
    return None
