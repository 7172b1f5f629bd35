"""How much a block may ask of its reader: time of the processor, size of texts and values, turns of loops."""

from __future__ import annotations

from time import thread_time
from typing import Any

from tree_sitter import Language, Node, Parser

MAX_CHARACTERS = 24_000
MAX_DATA = 400_000
MAX_LINES = 1_500
MAX_COMMANDS = 200
MAX_TEXT = 100_000
MAX_JOINED = 1_000_000
MAX_PIECES = 500
MAX_WEIGHT = 12_000
MAX_TURNS = 20
BLOCK_SECONDS = 0.05
PAGE_SECONDS = 3.0
_QUOTES = str.maketrans("\"',`", "    ")
_NO_SIGNS = str.maketrans("", "", "+/=")


class TooMuchError(Exception):
    """The block would take longer to read than any example is worth."""


def is_too_long(text: str) -> bool:
    """Say whether a block is longer than anyone writes by hand, images in base64 not counted."""
    if len(text) <= MAX_CHARACTERS:
        return text.count("\n") > MAX_LINES
    if len(text) > MAX_DATA or text.count("\n") > MAX_LINES:
        return True
    words = text.translate(_QUOTES).split()
    return len(text) - sum(len(word) for word in words if len(word) >= 200 and _is_data(word)) > MAX_CHARACTERS


def _is_data(word: str) -> bool:
    return word.isascii() and word.translate(_NO_SIGNS).isalnum()


def split_lines(text: str) -> list[str]:
    """The lines of a text as languages see them: U+2028 and its like, which `str.splitlines` splits at, end none."""
    return text.replace("\r\n", "\n").split("\n")


class Clock:
    """The processor time one block may take in all, counted from the first question; it stands while others work."""

    def __init__(self, seconds: float = BLOCK_SECONDS) -> None:
        self._seconds = seconds
        self._end: float | None = None  # asking for the time costs more than reading a short block

    def left(self) -> float:
        """The seconds that are left; none or less when the time is up."""
        now = thread_time()
        if self._end is None:
            self._end = now + self._seconds
        return self._end - now

    def is_over(self) -> bool:
        """Say whether the time is up."""
        return self.left() <= 0

    def check(self) -> None:
        """Stop the reading when the time is up."""
        if self.is_over():
            raise TooMuchError


def parse_tree(language: Language, text: str, clock: Clock) -> Node:
    """Parse text by a tree-sitter grammar, no longer than the block still has.

    Without a limit there are texts, if odd ones, on which a grammar takes minutes or never ends. The grammar's limit is
    of time on the wall; where other work took the processor away meanwhile, what is left is given to another try.
    """
    source = text.encode("utf-8", "replace")
    parser: Any = Parser(language)  # typed by the release, and they differ
    while (left := clock.left()) > 0:
        _limit(parser, left)
        try:
            root: Node = parser.parse(source).root_node
        except ValueError:
            parser.reset()  # going on from where it stopped can end in another tree
        else:
            return root
    raise TooMuchError


def _limit(parser: Any, seconds: float) -> None:
    # Deprecated with nothing in its place, and gone in tree-sitter 0.26, which is why 0.25 is pinned.
    parser.timeout_micros = max(1, int(seconds * 1_000_000))  # 0 would be no limit


def weight_of(value: object) -> int:
    """What a value counts for by itself, without what it holds; `MAX_WEIGHT` is the most that is read of one body."""
    return 1 + len(value) // 100 if isinstance(value, str) else 1
