"""Names for addresses, made of the words of a title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_GAPS = re.compile(r"[\W_]+")
# A sign that belongs to its word: it's, l’été.
_WITHIN = re.compile(r"(?<=\w)['’](?=\w)")


def name_for(text: str, *, longest: int) -> str:
    """The text's words in lower case joined by hyphens, cut at a word where it is long; "" where it has no letter."""
    words = _WITHIN.sub("", unicodedata.normalize("NFC", text).casefold())
    name = _GAPS.sub("-", words).strip("-")
    if len(name) <= longest:
        return name
    return (name[: longest + 1].rpartition("-")[0] or name[:longest]).strip("-")


def claim(base: str, taken: Container[str]) -> str:
    """`base`, or `base-2`, `base-3`… where it is taken."""
    name, copy = base, 1
    while name in taken:
        copy += 1
        name = f"{base}-{copy}"
    return name
