"""Links and pictures as elements: where the caller says they lead, and what a page does about other hosts."""

from __future__ import annotations

import re

from portal.docs.rendering.addresses import encode
from portal.docs.rendering.values import ResolvedLink

# Names like `GUIDE.md` or `docs/api.mdx` as they stand in running text.
MENTION = re.compile(r"(?<![\w/.@:~-])(?:[\w-]{1,100}/){0,8}[\w-][\w.-]{0,120}?\.mdx?(?![\w/-])")


def link_attributes(link: ResolvedLink) -> dict[str, str]:
    """The attributes of an `<a>` that leads there."""
    attributes = {"href": encode(link.href), **_state(link)}
    if link.state == "external":
        attributes["rel"] = "noopener"
    return attributes


def picture_attributes(link: ResolvedLink, alt: str) -> dict[str, str]:
    """The attributes of an `<img>` of it, which loads when it comes near the view."""
    attributes = {"src": encode(link.href), **_state(link), "loading": "lazy", "decoding": "async"}
    attributes |= {name: str(size) for name, size in (("width", link.width), ("height", link.height)) if size}
    return attributes | {"alt": alt}


def stands_elsewhere(link: ResolvedLink) -> bool:
    """Whether a picture is on another host. Pages ask no other host for anything: it is shown as a link to it."""
    return link.state == "external"


def name_of_picture(link: ResolvedLink, alt: str) -> str:
    """What stands for a picture that is not shown."""
    return alt or link.href.rstrip("/").rpartition("/")[2] or link.href


def _state(link: ResolvedLink) -> dict[str, str]:
    return {} if link.state == "ok" else {"data-link": link.state}
