"""Reads and writes JSON the way Go's encoding/json does, because Ollama's clients meet its words and its leniency."""

import json
import struct
import time
from datetime import UTC, datetime
from typing import Any

from portal.embedded.go.scanner import SPACE, complaint

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
