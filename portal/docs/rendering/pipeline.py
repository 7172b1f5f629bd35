"""Python-Markdown's pipeline with a grammar, a serializer and steps of our own at its extension points."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry
from markdown_it.token import Token

from portal.docs.rendering import (
    blocks,
    callouts,
    components,
    definitions,
    footnotes,
    highlighting,
    inlines,
    jsx,
    keys,
    maths,
    sanitising,
    shortcodes,
)
from portal.docs.rendering.draft import Draft
from portal.docs.rendering.front_matter import read_front_matter
from portal.docs.rendering.grammar import Grammar
from portal.docs.rendering.serializing import escape, serialize
from portal.docs.rendering.tree import TreeBuilder
from portal.docs.rendering.values import Fence

BLOCKS = blocks.BLOCKS | callouts.BLOCKS | components.BLOCKS | definitions.BLOCKS | footnotes.BLOCKS | maths.BLOCKS
INLINES = inlines.INLINES | components.INLINES | footnotes.INLINES | keys.INLINES | maths.INLINES | shortcodes.INLINES


class Converter(Markdown):
    """One thread's pipeline. `draft` is the page in hand."""

    def __init__(self) -> None:
        super().__init__(extensions=[DocumentExtension()])
        self.serializer = serialize
        self.draft = Draft()

    def render(self, source: str, draft: Draft) -> str:
        """The page's HTML; everything else that was found is in `draft` afterwards."""
        self.draft = draft
        try:
            return self.convert(source)
        finally:
            self.draft = Draft()


class DocumentExtension(Extension):
    """Puts the steps of a document page where Python-Markdown has its own."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        assert isinstance(md, Converter)
        md.preprocessors, md.treeprocessors, md.postprocessors = Registry(), Registry(), Registry()
        md.parser = GrammarParser(md)
        md.preprocessors.register(FrontMatterStep(md), "front_matter", 30)
        md.preprocessors.register(ScriptStep(md), "script", 20)
        md.treeprocessors.register(FenceStep(md), "fences", 20)
        md.postprocessors.register(SanitiseStep(md), "sanitise", 30)
        md.postprocessors.register(FillStep(md), "fill", 20)


class GrammarParser(BlockParser):
    """Parses with our grammar, blocks and text in one go, in place of Python-Markdown's own two parsers."""

    def __init__(self, md: Converter) -> None:
        super().__init__(md)
        self.converter = md
        self.grammar = Grammar()
        self.mdx_grammar = Grammar(is_mdx=True)

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802
        """The tree of the document in `lines`."""
        root = Element(self.converter.doc_tag)
        draft = self.converter.draft
        grammar = self.mdx_grammar if draft.is_mdx else self.grammar

        def parse_part(source: str) -> list[Token]:
            return grammar.parse(_text_of_part(source, draft), {"draft": draft})

        TreeBuilder(draft, root, BLOCKS, INLINES, parse_part).build(grammar.parse("\n".join(lines), {"draft": draft}))
        return ElementTree(root)


def _text_of_part(source: str, draft: Draft) -> str:
    """The text of a document that is a part of this one: without its front matter, and its script where it is MDX."""
    text = "\n".join(source.split("\n")[read_front_matter(source).lines :])
    return _without_script(text, draft) if draft.is_mdx else text


def _without_script(source: str, draft: Draft) -> str:
    spans = jsx.scan(source, html_too=True).no_text
    draft.parts |= jsx.parts_in(source, spans)
    return jsx.blank_out(source, spans)


class FrontMatterStep(Preprocessor):
    """Takes the front matter out, leaving its lines empty so that all others keep their numbers."""

    md: Converter

    def run(self, lines: list[str]) -> list[str]:
        if lines[0].rstrip() != "---":
            return lines
        found = read_front_matter("\n".join(lines))
        self.md.draft.front_matter = found.values
        if found.problem:
            self.md.draft.note(found.problem.line, "bad-front-matter", str(found.problem))
        return [""] * found.lines + lines[found.lines :]


class ScriptStep(Preprocessor):
    """Blanks out what is no text in MDX: imports, exports and comments."""

    md: Converter

    def run(self, lines: list[str]) -> list[str]:
        source, draft = "\n".join(lines), self.md.draft
        if not draft.is_mdx and not any(mark in source for mark in ("{/*", "import ")):
            return lines
        draft.is_mdx = draft.is_mdx or jsx.opens_with_import(source)
        if not draft.is_mdx:
            spans = jsx.scan(source, html_too=False).no_text
            draft.is_mdx = jsx.imports_components(source, spans)
            # A comment of MDX is nobody's text, whatever the file is called.
            source = jsx.blank_out(source, [span for span in spans if source.startswith("{/*", span[0])])
        return (_without_script(source, draft) if draft.is_mdx else source).split("\n")


class FenceStep(Treeprocessor):
    """Draws the fenced blocks, the caller's way where it has one, into the slots the tree holds for them."""

    md: Converter

    def run(self, root: Element) -> None:
        draft = self.md.draft
        wrappers = list(draft.draw_fences(draft.fences)) if draft.draw_fences else [None] * len(draft.fences)
        for fence, slot, wrap in zip(draft.fences, draft.fence_slots, wrappers, strict=True):
            html = _mermaid(fence) if fence.lang == "mermaid" else _code(fence, draft)
            if draft.draw_fence:
                html = draft.draw_fence(fence, html)
            draft.slots.contents[slot] = wrap(html) if wrap else html


def _code(fence: Fence, draft: Draft) -> str:
    return highlighting.draw(fence, draft.allowance, has_caption=fence.index not in draft.in_tabs)


def _mermaid(fence: Fence) -> str:
    source = f'<pre class="mermaid-source" tabindex="0"><code>{escape(fence.text)}</code></pre>'
    return f"<mermaid-diagram>{source}</mermaid-diagram>"


class SanitiseStep(Postprocessor):
    """Lets only safe HTML through."""

    md: Converter

    def run(self, text: str) -> str:
        return sanitising.sanitise(text, has_raw_ids=self.md.draft.has_raw_ids)


class FillStep(Postprocessor):
    """Puts our own HTML into its slots."""

    md: Converter

    def run(self, text: str) -> str:
        return sanitising.fill(text, self.md.draft.slots)


_per_thread = threading.local()


def converter() -> Converter:
    """This thread's converter, made at its first use: making one costs as much as a small page."""
    found = getattr(_per_thread, "converter", None)
    if found is None:
        found = _per_thread.converter = Converter()
    assert isinstance(found, Converter)
    return found
