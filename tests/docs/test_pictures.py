"""How large pictures are, told from how their files begin."""

from __future__ import annotations

import os
import re
import struct
import zlib
from pathlib import Path

import pytest

from portal.docs.pictures import read_size, size_of
from portal.docs.rendering import ResolvedLink, render
from portal.docs.rendering.raw_html import SHARES
from tests.portal_server import ROOT

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II5B", 640, 480, 8, 2, 0, 0, 0)
# A camera's notes of 40,000 bytes, then the frame header of a progressive picture.
JPEG = b"\xff\xd8\xff\xe1" + struct.pack(">H", 40_002) + bytes(40_000) + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 480, 640)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480) + bytes(8)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 639 | 479 << 14)
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")


@pytest.mark.parametrize("head", [
    PNG, JPEG, GIF, LOSSY, LOSSLESS, EXTENDED,
    b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg" width="640" height="480px">',
    b"<svg viewBox='0 0 640 480'>",
    b'<svg viewBox="-10,-10 640.2,479.9" fill="none">',
], ids=["PNG", "JPEG", "GIF", "lossy WebP", "lossless WebP", "extended WebP", "SVG", "SVG by view box", "SVG off the origin"])  # fmt: skip
def test_a_picture_of_any_kind_says_how_large_it_is(head: bytes) -> None:
    assert read_size(head) == (640, 480)


@pytest.mark.parametrize("head", [b"", PNG[:20], JPEG[:100], LOSSY[:20], b"text", b"\xff\xd8" + bytes(50), b"<svg width='100%'>"])
def test_what_does_not_say_so_has_no_size(head: bytes) -> None:
    assert read_size(head) is None


def test_what_is_no_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert size_of(tmp_path / "pipe.png") is None
    assert size_of(tmp_path) is None
    assert size_of(tmp_path / "nowhere.png") is None


def test_a_real_picture_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "real.png"
    file.write_bytes(PNG + struct.pack(">I", zlib.crc32(PNG[12:])))
    assert size_of(file) == (640, 480)


@pytest.mark.parametrize(("written", "says"), [
    ("![x](a.png)", 'width="640" height="480"'),
    ('<img src="a.png">', 'width="640" height="480"'),
    ('<img src="a.png" width="320">', 'height="240" alt="" width="320"'),
    ('<img src="a.png" height=60>', 'width="80" alt="" height="60"'),
    ('<img src="a.png" width="50%">', 'width="640" height="480" alt="" data-share="50"'),
    ('<img src="a.png" width="51%">', 'alt="" width="51%"'),
    ('<img src="a.png" width="50%" height="60">', 'alt="" width="50%" height="60"'),
])  # fmt: skip
def test_a_page_gives_its_pictures_their_room_and_their_author_the_last_word(written: str, says: str) -> None:
    html = render(written, resolve_link=lambda href, is_image: ResolvedLink("/docs/a.png", width=640, height=480)).html
    assert says in html
    assert html.count("width=") <= 1
    assert html.count("height=") <= 1


def test_every_width_in_percent_that_is_left_to_the_stylesheet_has_its_rule() -> None:
    rules = re.findall(r'\[data-share="(\d+)"\] \{ width: (\d+)%; \}', (ROOT / "static/css/prose.css").read_text("utf-8"))
    assert {share for share, width in rules if share == width} == SHARES
