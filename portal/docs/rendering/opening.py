"""The first sentences of a page as plain text, which say to whom a link to it is shown what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

LONGEST = 200  # characters
# A shorter sentence than this says too little by itself where there is room for more.
_ENOUGH = 60
_TEXTS = frozenset({"text", "text_special", "code_inline", "math", "shortcode"})
_BREAKS = frozenset({"softbreak", "hardbreak"})
_END_OF_SENTENCE = re.compile(r"[.!?…。！？]+[)\]\"'”’»]*(?=\s)|[。！？]")


class Opening:
    """Gathers the paragraphs a page opens with, until there are enough."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._length = 0

    def add(self, tokens: Sequence[Token]) -> None:
        """A paragraph of the page's own, given by what it consists of; pictures and HTML say nothing here."""
        if self._length > LONGEST:
            return
        text = " ".join("".join(map(_text_of, tokens)).split())
        if any(map(str.isalnum, text)):
            self._said.append(text)
            self._length += len(text) + 1

    @property
    def text(self) -> str:
        """Its whole sentences as far as they go, else words of the first; at most `LONGEST` characters."""
        return shorten(" ".join(self._said))


def _text_of(token: Token) -> str:
    if token.type in _BREAKS:
        return " "
    return token.content if token.type in _TEXTS else ""


def shorten(text: str) -> str:
    """As many whole sentences of the text as `LONGEST` has room for; else as many words, and an ellipsis."""
    if len(text) <= LONGEST:
        return text
    ends = [found.end() for found in _END_OF_SENTENCE.finditer(text[: LONGEST + 1]) if found.end() <= LONGEST]
    if ends and ends[-1] >= _ENOUGH:
        return text[: ends[-1]]
    start = text[:LONGEST]
    words = start.rpartition(" ")[0] or start[:-1]
    return words.rstrip(" ,;:.–—-(") + "…"
