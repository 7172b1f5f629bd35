"""Anchors within a page, and links to them that were written for a site which makes anchors another way."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

_NAMES = re.compile(r'<[a-zA-Z][^<>]*?\s(?:id|name)="([^"]*)"')
_SECOND_NAME = re.compile(r'<a [^<>]*?\sname="([^"]*)"')
_OWN_LINK = re.compile(r'(<a [^<>]*?href=")#([^"]+)"')
# What GitHub makes of the number of `## 5. Economy`, which tables of contents leave out.
_NUMBER = re.compile(r"^\d+-")
_WORDLESS = re.compile(r"[\W_]+")


def anchors_in(html: str) -> frozenset[str]:
    """Every place in a rendered page that an address can name."""
    return frozenset(entities.unescape(name) for name in (*_NAMES.findall(html), *_SECOND_NAME.findall(html)))


def find_anchor(fragment: str, anchors: Iterable[str]) -> str | None:
    """The anchor that `fragment`, as a link writes it, means.

    It is the one so called, else the only one of the same letters and digits, else the only one of the same after its number.
    """
    wanted = unquote(fragment)
    if wanted in anchors or wanted.lower() == "top" or wanted.startswith(":~:"):
        return fragment
    letters = _letters(wanted)
    if not letters:
        return None
    alike = [anchor for anchor in anchors if _letters(anchor) == letters]
    alike = alike or [anchor for anchor in anchors if _letters(_NUMBER.sub("", anchor)) == letters]
    return alike[0] if len(alike) == 1 else None


def mend_anchors(html: str) -> str:
    """The page with its links to itself leading to anchors it has, where it is clear which is meant."""
    if '"#' not in html:
        return html
    anchors = anchors_in(html)

    def mend(found: re.Match[str]) -> str:
        written = entities.unescape(found[2])
        meant = None if unquote(written) in anchors else find_anchor(written, anchors)
        return f'{found[1]}#{quote(meant)}"' if meant else found[0]

    return _OWN_LINK.sub(mend, html)


def _letters(anchor: str) -> str:
    return _WORDLESS.sub("", anchor.casefold().removeprefix("user-content-"))
