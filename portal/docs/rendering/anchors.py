"""Heading anchors as GitHub makes them."""

from __future__ import annotations

import unicodedata

# Ruby's \p{Word}, which GitHub's slugs are cut with, and the two characters it keeps besides.
_KEPT = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"}


def slugify(text: str) -> str:
    """The anchor GitHub gives a heading of this text, before numbering; "" where no character of it survives."""
    lowered = text.lower().replace(" ", "-").replace("\n", "-")
    if lowered.isascii():
        return "".join(char for char in lowered if char.isalnum() or char in "-_")
    return "".join(char for char in lowered if char == "-" or unicodedata.category(char) in _KEPT)


class Anchors:
    """The anchors given out on one page."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        self._headings = 0

    def claim(self, text: str) -> str:
        """A new anchor for a heading of this text: numbered when taken, `section-N` when no text is left."""
        self._headings += 1
        return self._claim(slugify(text) or f"section-{self._headings}")

    def claim_name(self, name: str) -> str:
        """The anchor a document gives a heading itself, numbered when taken."""
        self._headings += 1
        return self._claim(name)

    def claim_if_free(self, text: str) -> str:
        """The anchor of what is no heading, once all headings have theirs; "" where it is taken, or no text is left."""
        anchor = slugify(text)
        return "" if anchor in self._given else self._claim(anchor) if anchor else ""

    def _claim(self, base: str) -> str:
        anchor = base
        while anchor in self._given:
            self._given[base] += 1
            anchor = f"{base}-{self._given[base]}"
        self._given[anchor] = 0
        return anchor
