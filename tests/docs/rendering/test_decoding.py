"""Any bytes make a page."""

import pytest

from portal.docs.rendering import decode, render


def test_plain_utf8_is_taken_as_it_is():
    assert decode("Grüße\n".encode()) == ("Grüße\n", ())


def test_a_byte_order_mark_is_dropped():
    assert decode(b"\xef\xbb\xbfx") == ("x", ())


def test_a_bad_byte_is_shown_as_such_and_its_place_named():
    text, oddities = decode(b"one\ntwo \xff three \xfe\n")
    assert text == "one\ntwo \ufffd three \ufffd\n"
    assert [(oddity.line, oddity.code) for oddity in oddities] == [(2, "bad-bytes")]
    assert "Byte 5 of the line, 0xFF" in oddities[0].message


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_break_gives_the_same_page(ending):
    lines = ["# A", "", "- x", "  - y", "", "```sh", "ls", "```", ""]
    assert render(ending.join(lines)).html == render("\n".join(lines)).html


def test_nul_and_lone_surrogates_become_the_replacement_character():
    assert render("a\x00b\ud800c").html == "<p>a\ufffdb\ufffdc</p>"


def test_every_single_byte_and_character_below_0x300_renders():
    for byte in range(256):
        render(decode(bytes([byte, 10, 45, 32, byte]))[0])
    render("".join(map(chr, range(0x300))))
