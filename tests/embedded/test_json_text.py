"""JSON is read with Go's leniency and refused with Go's words."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.embedded.go import json_text

COMPLAINTS = {
    b"{": "unexpected EOF",
    b'{"model": tru}': "invalid character '}' in literal true (expecting 'e')",
    b"{'a':1}": "invalid character '\\'' looking for beginning of object key string",
    b'{"a":1,}': "invalid character '}' looking for beginning of object key string",
    b"nonsense": "invalid character 'o' in literal null (expecting 'u')",
    b'{"a" 1}': "invalid character '1' after object key",
    b'{"a":1 "b":2}': "invalid character '\"' after object key:value pair",
    b"[1 2]": "invalid character '2' after array element",
    b'"a\nb"': "invalid character '\\n' in string literal",
    b'"\\q"': "invalid character 'q' in string escape code",
    b'"\\u12g4"': "invalid character 'g' in \\u hexadecimal character escape",
    b"-x": "invalid character 'x' in numeric literal",
    b"[1.x]": "invalid character 'x' after decimal point in numeric literal",
    b"[1ex]": "invalid character 'x' in exponent of numeric literal",
    b"@": "invalid character '@' looking for beginning of value",
    b"NaN": "invalid character 'N' looking for beginning of value",
}


@pytest.mark.parametrize("body", COMPLAINTS)
def test_what_is_no_json_is_refused_in_the_words_of_go(body: bytes) -> None:
    with pytest.raises(json_text.BadJSONError) as refused:
        json_text.parse(body)
    assert str(refused.value) == COMPLAINTS[body]


@pytest.mark.parametrize("body", [b"", b"  \n\t"])
def test_an_empty_body_is_no_json_value_at_all(body: bytes) -> None:
    with pytest.raises(json_text.MissingBodyError):
        json_text.parse(body)


def test_what_follows_the_first_value_is_ignored() -> None:
    assert json_text.plain(json_text.parse(b'{"a":1} and more')) == {"a": 1}


def test_a_key_that_is_written_twice_is_kept_twice_and_the_last_wins_in_a_map() -> None:
    pairs = json_text.parse(b'{"a":1,"A":2,"a":3}')
    assert list(pairs) == [("a", 1), ("A", 2), ("a", 3)]
    assert pairs.plain() == {"a": 3, "A": 2}


def test_markup_in_strings_is_escaped_as_go_escapes_it() -> None:
    assert json_text.dumps({"a": "<b>&\u2028é"}) == b'{"a":"\\u003cb\\u003e\\u0026\\u2028\xc3\xa9"}'


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8)


@given(JSON)
def test_what_is_written_reads_back_as_it_was(value: object) -> None:
    assert json.loads(json_text.dumps(value)) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_with_a_sentence(body: bytes) -> None:
    try:
        json_text.parse(body)
    except json_text.MissingBodyError:
        assert not body.decode("utf-8", "replace").strip(json_text.SPACE)
    except json_text.BadJSONError as error:
        assert str(error)


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    with pytest.raises(json_text.BadJSONError):
        json_text.parse(b"[" * 100_000)


@pytest.mark.parametrize(("nanoseconds", "shown"), [
    (0, "1970-01-01T00:00:00Z"),
    (1_500_000_000, "1970-01-01T00:00:01.5Z"),
    (1_000_000_001, "1970-01-01T00:00:01.000000001Z"),
])
def test_a_moment_is_shown_without_trailing_zeros(nanoseconds: int, shown: str) -> None:
    assert json_text.timestamp(nanoseconds) == shown
    assert datetime.fromisoformat(shown)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_short_number_names_the_same_32_bit_float(value: float) -> None:
    import struct

    short = json_text.float32(value)
    assert struct.pack("f", short) == struct.pack("f", value)
    assert len(repr(short)) <= len(repr(value))
