"""How large a picture is, told from how its file begins: a page that says so does not move when the picture comes."""

from __future__ import annotations

import os
import re
import stat
import struct
from pathlib import Path

Size = tuple[int, int]

# Photographs carry their camera's notes, often with a small picture in them, before they say how large they are.
_ENOUGH = 256 << 10
_SVG = re.compile(rb"<svg\b[^>]*>", re.IGNORECASE)
_LENGTH = re.compile(rb"""\s(width|height)\s*=\s*["']\s*(\d+(?:\.\d+)?)(?:px)?\s*["']""")
_VIEW_BOX = re.compile(rb"""\sviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)\s*["']""")


def size_of(file: Path) -> Size | None:
    """Width and height in pixels of a PNG, GIF, JPEG, WebP or SVG; None for any other file, and for one that cannot be read."""
    try:
        # A pipe would keep its reader waiting.
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        is_regular = stat.S_ISREG(os.fstat(opened).st_mode)
        size = read_size(os.read(opened, _ENOUGH)) if is_regular else None
    except OSError:
        return None
    finally:
        os.close(opened)
    return size if size and all(0 < length < 100_000 for length in size) else None


def read_size(head: bytes) -> Size | None:
    """The same, from the beginning of the file."""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", head[16:24])
        if head.startswith((b"GIF87a", b"GIF89a")):
            return struct.unpack("<HH", head[6:10])
        if head.startswith(b"\xff\xd8"):
            return _in_jpeg(head)
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return _in_webp(head)
        return _in_svg(head)
    except (struct.error, IndexError):
        return None


def _in_jpeg(head: bytes) -> Size | None:
    """From the first frame header (ITU T.81, B.2.2); what comes before it says how long it is."""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        kind = head[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 1 if kind == 0xFF else 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def _in_webp(head: bytes) -> Size | None:
    """From the first chunk (RFC 9649): lossy, lossless or extended."""
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None


def _in_svg(head: bytes) -> Size | None:
    tag = _SVG.search(head)
    if tag is None:
        return None
    lengths = {name: float(length) for name, length in _LENGTH.findall(tag[0])}
    box = _VIEW_BOX.search(tag[0])
    if len(lengths) == 2:
        return round(lengths[b"width"]), round(lengths[b"height"])
    return (round(float(box[1])), round(float(box[2]))) if box and not lengths else None
