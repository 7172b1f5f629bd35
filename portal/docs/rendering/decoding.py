"""From the bytes of a file to text the parser can take."""

from __future__ import annotations

import re

from portal.docs.rendering.values import Oddity

_BREAKS = re.compile(r"\r\n?")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def decode(source: bytes) -> tuple[str, tuple[Oddity, ...]]:
    """UTF-8 text, each bad byte replaced by U+FFFD, and where the first of them stands."""
    try:
        return source.decode("utf-8-sig"), ()
    except UnicodeDecodeError as problem:
        before = source[: problem.start]
        line = 1 + before.count(b"\n")
        column = problem.start - (before.rfind(b"\n") + 1) + 1
        byte = f"0x{source[problem.start]:02X}"
        message = f"Byte {column} of the line, {byte}, is not UTF-8; it is shown as \N{REPLACEMENT CHARACTER}."
        return source.decode("utf-8-sig", "replace"), (Oddity(line, "bad-bytes", message),)


def normalise(source: str) -> str:
    """The same text with one kind of line break, no byte-order mark, and U+FFFD for what no page may carry."""
    if source.startswith("\ufeff"):
        source = source[1:]
    if "\r" in source:
        source = _BREAKS.sub("\n", source)
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", source)
