"""From a document's markdown to a safe page, and everything worth knowing about it."""

from __future__ import annotations

from portal.docs.rendering.decoding import decode, normalise
from portal.docs.rendering.draft import Draft
from portal.docs.rendering.parts import parts_of, with_parts
from portal.docs.rendering.pipeline import converter
from portal.docs.rendering.values import (
    DrawFence,
    DrawFences,
    Fence,
    Heading,
    Link,
    LinkState,
    Oddity,
    ReadPart,
    Rendered,
    ResolvedLink,
    ResolveLink,
    ResolveMention,
    Section,
)

__all__ = [
    "DrawFence",
    "DrawFences",
    "Fence",
    "Heading",
    "Link",
    "LinkState",
    "Oddity",
    "ReadPart",
    "Rendered",
    "ResolveLink",
    "ResolveMention",
    "ResolvedLink",
    "Section",
    "decode",
    "parts_of",
    "render",
    "with_parts",
]


def render(
    source: str,
    *,
    resolve_link: ResolveLink | None = None,
    resolve_mention: ResolveMention | None = None,
    draw_fence: DrawFence | None = None,
    draw_fences: DrawFences | None = None,
    read_part: ReadPart | None = None,
    is_mdx: bool = False,
) -> Rendered:
    """Render a document. Safe to call from any thread; never raises because of what `source` holds.

    `resolve_link(href, is_image)` is asked about every link and picture and says where it leads, as a new address or
    a ResolvedLink. `resolve_mention(name)` is asked about names like `GUIDE.md` in running text and answers None for
    what is no document. `draw_fence(fence, html)` is given each highlighted block and returns what stands in its
    place; `draw_fences(fences)` is called once with all blocks of the page and returns, for each, a function from the
    highlighted HTML to what stands in its place, or None. What these two return is not sanitised again. `read_part(href)`
    gives the text of a document that this one takes in as a part of itself.
    """
    draft = Draft(resolve_link, resolve_mention, draw_fence, draw_fences, is_mdx, read_part)
    html = converter().render(normalise(source), draft)
    return Rendered(
        html=html,
        title=_title(draft),
        front_matter=draft.front_matter,
        headings=tuple(draft.headings),
        fences=tuple(draft.fences),
        links=tuple(draft.links),
        oddities=tuple(sorted(draft.oddities, key=lambda oddity: oddity.line)),
        plain=tuple(draft.sections),
        opening=draft.opening.text,
    )


def _title(draft: Draft) -> str:
    named = draft.front_matter.get("title")
    if isinstance(named, str | int | float) and str(named).strip():
        return str(named).strip()
    tops = [heading for heading in draft.headings if heading.level == 1] or draft.headings
    return tops[0].text if tops else ""
