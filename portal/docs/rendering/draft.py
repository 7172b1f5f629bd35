"""A page while it is being rendered: what the caller gave and what has been found so far."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.docs.rendering.anchors import Anchors
from portal.docs.rendering.highlighting import Allowance
from portal.docs.rendering.opening import Opening
from portal.docs.rendering.values import (
    DrawFence,
    DrawFences,
    Fence,
    Heading,
    Link,
    Oddity,
    ReadPart,
    ResolvedLink,
    ResolveLink,
    ResolveMention,
    Section,
)


@dataclass(slots=True)
class Slots:
    """Places in the tree for HTML of our own, filled after the sanitiser has run.

    A slot is an empty element whose attribute carries a word no document can know; a sanitised attribute value never
    holds a bare quote, so the mark cannot be forged or moved into one.
    """

    word: str = field(default_factory=lambda: secrets.token_hex(8))
    contents: list[str] = field(default_factory=list)

    def reserve(self, html: str = "") -> str:
        """The attribute value of a new slot that will hold `html`."""
        self.contents.append(html)
        return f"{self.word}.{len(self.contents) - 1}"


@dataclass(slots=True)
class Draft:
    """One page's notes, filled by the steps of the pipeline in their order."""

    resolve_link: ResolveLink | None = None
    resolve_mention: ResolveMention | None = None
    draw_fence: DrawFence | None = None
    draw_fences: DrawFences | None = None
    is_mdx: bool = False
    read_part: ReadPart | None = None
    parts: dict[str, str] = field(default_factory=dict)
    front_matter: Mapping[str, object] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    opening: Opening = field(default_factory=Opening)
    anchors: Anchors = field(default_factory=Anchors)
    slots: Slots = field(default_factory=Slots)
    allowance: Allowance = field(default_factory=Allowance)
    in_tabs: set[int] = field(default_factory=set)
    fence_slots: list[int] = field(default_factory=list)
    open_html: int = 0
    in_raw_link: bool = False
    has_raw_ids: bool = False

    def note(self, line: int, code: str, message: str) -> None:
        """Remember something odd at `line` (from 1)."""
        self.oddities.append(Oddity(line, code, message))

    def find_mention(self, name: str, *, line: int) -> ResolvedLink | None:
        """Where a document's name in running text leads, and a link recorded, if the caller knows such a document."""
        found = self.resolve_mention(name) if self.resolve_mention and not self.in_raw_link else None
        if found is None:
            return None
        self.links.append(Link(name, line, False, name, is_mention=True))
        return ResolvedLink(found) if isinstance(found, str) else found

    def follow(self, href: str, *, is_image: bool, line: int, text: str) -> ResolvedLink:
        """Record a link and ask the caller where it leads."""
        self.links.append(Link(href, line, is_image, text))
        found = self.resolve_link(href, is_image) if self.resolve_link else href
        return ResolvedLink(found) if isinstance(found, str) else found
