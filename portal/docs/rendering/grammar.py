"""The grammar of a document: CommonMark with what GitHub adds to it."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence
from mdit_py_plugins.footnote import footnote_plugin

from portal.docs.rendering import autolinks

# Deeper than any writer goes, and shallow enough for the parser's recursion: each level costs it a few frames.
MAX_NESTING = 80
OPTIONS = {"maxNesting": MAX_NESTING, "tasklists": True, "alerts": True, "strikethrough_single_tilde": True}


class Grammar(MarkdownIt):
    """markdown-it with GitHub's features, leaving addresses as written: the sanitiser judges them."""

    def __init__(self) -> None:
        super().__init__("commonmark", OPTIONS)
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False)
        autolinks.install(self)
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
