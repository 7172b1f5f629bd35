"""From the grammar's tokens to the tree Python-Markdown's pipeline works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from markdown_it.token import Token

from portal.docs.rendering.draft import Draft
from portal.docs.rendering.sections import Sections
from portal.docs.rendering.serializing import RAW
from portal.docs.rendering.values import Fence

# A document may take in parts of itself; what they take in again is bounded.
MOST_PARTS, DEEPEST_PART = 100, 4

Build = Callable[["TreeBuilder", Token], None]


class TreeBuilder:
    """Walks the tokens of one page once, building the tree and noting headings, fences, links and plain text.

    `blocks` and `inlines` say, by token type, how a token becomes part of the tree. A token of another type that opens
    or closes an element stands for just that element.
    """

    def __init__(
        self,
        draft: Draft,
        root: Element,
        blocks: Mapping[str, Build],
        inlines: Mapping[str, Build],
        parse_part: Callable[[str], Sequence[Token]] = lambda _: (),
    ) -> None:
        self.draft = draft
        self.sections = Sections()
        self.line = 0
        self.comment = ""
        self.heading_name = ""
        self.spelled_out: dict[str, str] = {}
        self.open_links: list[tuple[Element, str, int]] = []
        self.component_depths: list[int] = []
        self.tab_titles: dict[Element, Iterator[str]] = {}
        self.to_be_named: list[tuple[Element, str]] = []
        self._blocks = blocks
        self._inlines = inlines
        self._open: list[Element] = [root]
        self._parse_part = parse_part
        self._open_parts: list[str] = []
        self._parts = 0

    def build(self, tokens: Sequence[Token]) -> None:
        """Add the tokens of the whole page."""
        self._add(tokens)
        self.draft.sections = self.sections.finish()
        for element, text in self.to_be_named:
            if anchor := self.draft.anchors.claim_if_free(text):
                element.set("id", anchor)

    def add_markdown(self, text: str) -> None:
        """Add a line of markdown that stands in an attribute."""
        for token in self._parse_part(text):
            if token.type == "inline":
                self.build_inline(token.children or ())

    def include(self, href: str) -> None:
        """Add the text of another document, all of it at the present line."""
        self._parts += 1
        is_within_bounds = (
            self._parts <= MOST_PARTS and len(self._open_parts) < DEEPEST_PART and href not in self._open_parts
        )
        source = self.draft.read_part(href) if self.draft.read_part and is_within_bounds else None
        if source is not None:
            self._open_parts.append(href)
            self._add(self._parse_part(source))
            self._open_parts.pop()

    def read_part(self, href: str) -> str | None:
        """The text of another file of which this page takes in some lines, unless it is one too many."""
        self._parts += 1
        return self.draft.read_part(href) if self.draft.read_part and self._parts <= MOST_PARTS else None

    def _add(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.map and not self._open_parts:
                self.line = token.map[0] + 1
            build = self._blocks.get(token.type)
            if build:
                build(self, token)
            elif token.nesting > 0:
                self.open(token.tag)
            elif token.nesting < 0:
                self.close()
            self.comment = _comment_in(token)

    def build_inline(self, tokens: Sequence[Token]) -> None:
        """Add the tokens of one paragraph, heading or cell."""
        for token in tokens:
            build = self._inlines.get(token.type)
            if build:
                build(self, token)
            elif token.nesting > 0:
                self.open(token.tag)
            elif token.nesting < 0:
                self.close()

    @property
    def may_link(self) -> bool:
        """Whether a link may be put here: in none already, and in no heading, whose text is a link's target."""
        return not self.open_links and not self.sections.in_heading

    @property
    def depth(self) -> int:
        """How many elements are open."""
        return len(self._open)

    @property
    def top(self) -> Element:
        """The innermost element that is still open."""
        return self._open[-1]

    @property
    def list_above(self) -> Element:
        """The list whose item is the innermost open element."""
        return self._open[-2]

    def open(self, tag: str, attributes: Mapping[str, str] | None = None) -> Element:
        """Begin an element; what comes until `close` goes into it."""
        element = SubElement(self._open[-1], tag, dict(attributes) if attributes else {})
        self._open.append(element)
        return element

    def close(self) -> Element:
        """End the innermost open element."""
        return self._open.pop()

    def add(self, tag: str, attributes: Mapping[str, str] | None = None) -> Element:
        """Put in an element that holds nothing more of the page."""
        return SubElement(self._open[-1], tag, dict(attributes) if attributes else {})

    def add_line(self, tag: str, css_class: str, text: str) -> None:
        """Put in an element on a line of its own that holds only text."""
        self.add(tag, {"class": css_class} if css_class else None).text = text
        self.sections.add(text)
        self.sections.end_block()

    def add_slot(self, tag: str, html: str = "") -> int:
        """Put in a slot for HTML of our own, and say its number among the slots."""
        self.add(tag, {"data-slot": self.draft.slots.reserve(html)})
        return len(self.draft.slots.contents) - 1

    def fence_in(self, element: Element) -> Fence | None:
        """The fenced block whose slot `element` is."""
        slot = element.get("data-slot", "").rpartition(".")[2]
        places = self.draft.fence_slots
        return self.draft.fences[places.index(int(slot))] if slot and int(slot) in places else None

    def spell_out(self, text: str) -> str:
        """The text with each emoji that the document names by its name, as GitHub makes anchors of it."""
        for shown, name in self.spelled_out.items():
            text = text.replace(shown, name)
        return text

    def add_raw(self, html: str) -> None:
        """Put in HTML as a document wrote it."""
        self.add(RAW).text = html

    def add_text(self, text: str) -> None:
        """Put in text, for the reader and for search."""
        parent = self._open[-1]
        if len(parent):
            last = parent[-1]
            last.tail = (last.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        self.sections.add(text)


def _comment_in(token: Token) -> str:
    """The text of a block that is one HTML comment and nothing else; it may speak of the block that follows it."""
    content = token.content.strip() if token.type == "html_block" else ""
    inner = content.removeprefix("<!--").removesuffix("-->")
    return inner.strip() if len(content) - len(inner) == len("<!---->") and "-->" not in inner else ""
