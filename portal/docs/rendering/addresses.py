"""Addresses as they may stand in an attribute."""

from __future__ import annotations

from urllib.parse import quote

# Everything a URL may hold, and `%` since what is encoded already stays as it is.
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"


def encode(href: str) -> str:
    """`href` with what no URL may hold (spaces, letters beyond ASCII) percent-encoded, and nothing else changed."""
    return quote(href, safe=_SAFE)
