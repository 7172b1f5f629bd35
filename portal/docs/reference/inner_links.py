"""Links that a description makes to an operation or a tag of its own document, the way Redoc names them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from portal.docs.reference.anchors import slug
from portal.docs.reference.outline import Outline
from portal.docs.rendering import ResolvedLink, ResolveLink

_TO_OPERATION = re.compile(r"#(?:tag/[^/]+/)?operation/([^/]+)")
_TO_TAG = re.compile(r"#tag/([^/]+)")


def with_inner_links(outline: Outline, resolve_link: ResolveLink) -> ResolveLink:
    """`resolve_link`, and before it `#operation/…` and `#tag/…` as addresses within the document."""

    def resolve(href: str, is_image: bool) -> ResolvedLink | str:
        address = "" if is_image else _find(outline, href)
        return ResolvedLink(address) if address else resolve_link(href, is_image)

    return resolve


def _find(outline: Outline, href: str) -> str:
    if found := _TO_OPERATION.fullmatch(href):
        operation = outline.found.get(slug(unquote(found[1])))
        return operation.entry.url if operation else ""
    if found := _TO_TAG.fullmatch(href):
        wanted = slug(unquote(found[1])).casefold()
        for part in outline.contents.parts:
            for group in part.groups:
                if group.name and slug(group.name).casefold() == wanted:
                    return f"{part.url}#{group.anchor}"
    return ""
