"""A document's text drawn as it stands on the site: with its links resolved and its request examples as panels."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portal.docs.anchoring import mend_anchors
from portal.docs.links import Links
from portal.docs.panels import Panels
from portal.docs.rendering import Oddity, Rendered, render


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be drawn: the text of the page at `path`, or a part of it, from the file of the set called `relative`.

    `hosts` says which upstream answers for the hosts its examples name.
    """

    path: str
    relative: str
    source: str
    hosts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_mdx(self) -> bool:
        """Whether the text is MDX."""
        return self.relative.lower().endswith(".mdx")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sheet as it was drawn: `html` as it is sent, in UTF-8, and in `rendered` all else that is known of it.

    Text of many megabytes is costly to make out of bytes, and while that is done no other thread has its turn.
    """

    html: bytes
    rendered: Rendered

    @classmethod
    def of(cls, rendered: Rendered) -> Drawn:
        """What was rendered, ready to be sent."""
        return cls(rendered.html.encode("utf-8", "replace"), replace(rendered, html=""))

    @property
    def whole(self) -> Rendered:
        """What was rendered, with its HTML as text."""
        return replace(self.rendered, html=self.html.decode())


def draw(sheet: Sheet, links: Links) -> Rendered:
    """The sheet as safe HTML. Takes about a second for each MB of real text, and all of the interpreter's attention."""
    rendered = render(
        sheet.source,
        resolve_link=links.resolve,
        resolve_mention=links.mention,
        read_part=links.read_part,
        draw_fences=Panels(sheet.path, sheet.hosts).draw,
        is_mdx=sheet.is_mdx,
    )
    # Search reads the plain text for itself, and it is as long again as the page.
    return replace(rendered, html=mend_anchors(rendered.html), plain=(), parts=tuple(links.parts_read.items()))


def draw_plainly(sheet: Sheet, reason: str) -> Rendered:
    """The sheet's source as it is, under the reason why it is not drawn."""
    text = html.escape(sheet.source, quote=False)
    return Rendered(
        f'<aside class="callout" data-kind="warning"><p>{html.escape(reason)}</p></aside>\n'
        f'<pre tabindex="0"><code>{text}</code></pre>',
        "",
        oddities=(Oddity(1, "not-drawn", reason),),
    )
