"""Reads and writes JSON the way Go's encoding/json does, because Ollama's clients meet its words and its leniency."""

import json
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

SPACE = " \t\r\n"
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class MissingBodyError(Exception):
    """There is no JSON value in the body at all."""


class BadJSONError(Exception):
    """The body is not JSON; the message is the one Go's parser gives."""


def parse(body: bytes) -> Any:
    """The first JSON value of a body; what follows it is ignored, as Go's decoder does.

    An object comes back as a list of (key, value) pairs in `Pairs`, since Go matches keys whatever their case.
    """
    text = body.decode("utf-8", "replace").lstrip(SPACE)
    if not text:
        raise MissingBodyError
    try:
        return DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        raise BadJSONError(complaint(text)) from None


class Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written: every key, in order, doubles included."""

    def plain(self) -> dict[str, Any]:
        """The object as Go puts it into a map: exact keys, the last one wins."""
        return {key: plain(value) for key, value in self}


def plain(value: Any) -> Any:
    """A parsed value with dicts in place of `Pairs`."""
    if isinstance(value, Pairs):
        return value.plain()
    return [plain(item) for item in value] if isinstance(value, list) else value


def _reject_constant(word: str) -> float:
    raise ValueError(word)


DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_constant=_reject_constant)


def dumps(value: Any) -> bytes:
    """JSON bytes as Go writes them: no blanks, and `<`, `>`, `&` escaped inside strings."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(ESCAPES).encode("utf-8", "replace")


def present(**fields: Any) -> dict[str, Any]:
    """The fields that are not Go's zero values, which is what `omitempty` leaves out."""
    return {name: value for name, value in fields.items() if value not in ("", 0, None, False, [], {})}


def timestamp(nanoseconds: int | None = None) -> str:
    """A moment (ns since 1970, now if None) in UTC as Go prints it, RFC 3339 with no trailing zeros."""
    seconds, rest = divmod(time.time_ns() if nanoseconds is None else nanoseconds, 1_000_000_000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def float32(value: float) -> float:
    """The shortest decimal that names the same 32-bit float, so that a vector is printed in Go's length."""
    exact = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(6, 10):
        short = float(f"{exact:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == exact:
            return short
    return float(exact)


def complaint(text: str) -> str:
    """What Go's scanner says about the first fault in a text that is not JSON."""
    try:
        for _ in _value(text, 0, "looking for beginning of value"):
            pass
    except _FaultError as fault:
        return str(fault)
    return "unexpected EOF"


class _FaultError(Exception):
    pass


def _invalid(char: str, context: str) -> _FaultError:
    shown = {"'": "'\\''", '"': "'\"'", "\\": "'\\\\'", "\n": "'\\n'", "\r": "'\\r'", "\t": "'\\t'"}.get(char)
    if shown is None:
        shown = f"'{char}'" if char.isprintable() else f"'\\x{ord(char):02x}'"
    return _FaultError(f"invalid character {shown} {context}")


def _at(text: str, index: int) -> str:
    if index >= len(text):
        raise _FaultError("unexpected EOF")
    return text[index]


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index] in SPACE:
        index += 1
    return index


def _value(text: str, index: int, context: str) -> Iterator[int]:
    """Walks one value; the last index it yields is the first one after the value."""
    index = _skip(text, index)
    char = _at(text, index)
    if char == "{":
        yield from _members(text, index + 1)
    elif char == "[":
        yield from _items(text, index + 1)
    elif char == '"':
        yield _string(text, index + 1)
    elif char == "-" or (char.isascii() and char.isdigit()):
        yield _number(text, index)
    elif char in "tfn":
        yield _literal(text, index, {"t": "true", "f": "false", "n": "null"}[char])
    else:
        raise _invalid(char, context)


def _end(walk: Iterator[int]) -> int:
    last = 0
    for last in walk:  # noqa: B007
        pass
    return last


def _members(text: str, index: int) -> Iterator[int]:
    index = _skip(text, index)
    if _at(text, index) == "}":
        yield index + 1
        return
    while True:
        index = _skip(text, index)
        if _at(text, index) != '"':
            raise _invalid(text[index], "looking for beginning of object key string")
        index = _skip(text, _string(text, index + 1))
        if _at(text, index) != ":":
            raise _invalid(text[index], "after object key")
        index = _skip(text, _end(_value(text, index + 1, "looking for beginning of value")))
        if _at(text, index) == "}":
            yield index + 1
            return
        if text[index] != ",":
            raise _invalid(text[index], "after object key:value pair")
        index += 1


def _items(text: str, index: int) -> Iterator[int]:
    index = _skip(text, index)
    if _at(text, index) == "]":
        yield index + 1
        return
    while True:
        index = _skip(text, _end(_value(text, index, "looking for beginning of value")))
        if _at(text, index) == "]":
            yield index + 1
            return
        if text[index] != ",":
            raise _invalid(text[index], "after array element")
        index += 1


def _string(text: str, index: int) -> int:
    while (char := _at(text, index)) != '"':
        if char < " ":
            raise _invalid(char, "in string literal")
        if char == "\\":
            index += 1
            escape = _at(text, index)
            if escape == "u":
                for _ in range(4):
                    index += 1
                    if _at(text, index) not in "0123456789abcdefABCDEF":
                        raise _invalid(text[index], "in \\u hexadecimal character escape")
            elif escape not in 'bfnrt\\/"':
                raise _invalid(escape, "in string escape code")
        index += 1
    return index + 1


def _digits(text: str, index: int, context: str) -> int:
    if not (_at(text, index).isascii() and text[index].isdigit()):
        raise _invalid(text[index], context)
    while index < len(text) and text[index].isascii() and text[index].isdigit():
        index += 1
    return index


def _number(text: str, index: int) -> int:
    if text[index] == "-":
        index += 1
    index = index + 1 if _at(text, index) == "0" else _digits(text, index, "in numeric literal")
    if index < len(text) and text[index] == ".":
        index = _digits(text, index + 1, "after decimal point in numeric literal")
    if index < len(text) and text[index] in "eE":
        index += 1
        if _at(text, index) in "+-":
            index += 1
        index = _digits(text, index, "in exponent of numeric literal")
    return index


def _literal(text: str, index: int, word: str) -> int:
    for position, expected in enumerate(word):
        if _at(text, index + position) != expected:
            raise _invalid(text[index + position], f"in literal {word} (expecting '{expected}')")
    return index + len(word)
