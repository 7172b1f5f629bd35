"""Markdown inside an OpenAPI document, as HTML that fits among the other things on its page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.docs.rendering import DrawFences, ResolveLink, render

MAX_SIZE = 200_000
_TAG = re.compile(r"<[^>]*>")
_HEADING = re.compile(r"(</?h)([1-6])\b")
_OWN_ID = re.compile(r'\b(id="|href="#)([^"]+)"')


@dataclass(frozen=True, slots=True)
class Words:
    """Renders the descriptions of one document."""

    resolve_link: ResolveLink
    draw_fences: DrawFences

    def describe(self, text: str, anchor: str, level: int) -> str:
        """`text` as safe HTML, empty for blank text; its highest headings are of `level`.

        Ids in it start with `anchor`, so that two descriptions never share one.
        """
        if not text.strip():
            return ""
        if len(text) > MAX_SIZE:
            text = text[:MAX_SIZE] + "\n\n…"
        # A rule at the top would be read as front matter, which a description has none of.
        page = render("\n" + text, resolve_link=self.resolve_link, draw_fences=self.draw_fences)
        if not page.headings and 'id="' not in page.html:
            return page.html
        shift = level - min((heading.level for heading in page.headings), default=level)
        own = set(re.findall(r'\bid="([^"]+)"', page.html))

        def rename(found: re.Match[str]) -> str:
            mark, name = found.groups()
            return f'{mark}{anchor}--{name}"' if name in own and not name.startswith("run-") else found[0]

        def settle(found: re.Match[str]) -> str:
            tag = _HEADING.sub(lambda h: f"{h[1]}{min(6, int(h[2]) + shift)}", found[0])
            return _OWN_ID.sub(rename, tag)

        return _TAG.sub(settle, page.html)
