"""The grammar of a document: CommonMark with what GitHub, MDX and MkDocs add to it."""

from __future__ import annotations

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from portal.docs.rendering import (
    autolinks,
    block_rules,
    component_rules,
    containers,
    definitions,
    directives,
    insertions,
    keys,
    maths,
    shortcodes,
    text_rules,
)

# Deeper than any writer goes, and shallow enough for the parser's recursion: each level costs it a few frames.
MAX_NESTING = 80
OPTIONS = {"maxNesting": MAX_NESTING, "alerts": True, "strikethrough_single_tilde": True}


class Grammar(MarkdownIt):
    """markdown-it with these additions, leaving addresses as written: the sanitiser judges them.

    In MDX nothing is code for being indented.
    """

    def __init__(self, *, is_mdx: bool = False) -> None:
        super().__init__()
        self.block = block_rules.BlockParser()
        self.configure("commonmark", OPTIONS)
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False)
        for extension in (
            block_rules, text_rules, autolinks, component_rules, containers, definitions, directives,
            insertions, keys, maths, shortcodes,
        ):  # fmt: skip
            extension.install(self)
        if is_mdx:
            self.disable("code")

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link
