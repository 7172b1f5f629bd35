"""Request bodies with unknown places: read from JSON text, settled into plain JSON and a list of what is missing."""

from __future__ import annotations

import binascii
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from portal.examples.limits import MAX_WEIGHT, TooMuchError, weight_of
from portal.examples.unknowns import Entries, Items, Text, Unknown, Words, join_pieces, placeholder_of, show_words
from portal.examples.values import Step

_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use characters: no document means anything by them
_JSON_KEYS = {"messages", "tools", "options", "format", "context", "input_schema", "response_format", "parameters"}
_GIVEN_KEYS = {
    "model", "name", "from", "source", "destination", "prompt", "content", "input", "images", "system", "query", "url",
}  # fmt: skip
_IN_BRACKETS = re.compile(r"<([A-Za-z][\w .:/-]{2,})>")
_YOURS = re.compile(r"((?:your|Your|YOUR)[-_ ][\w.:/-]+|[A-Z]+_[A-Z_]*[A-Z])")
_IMAGE_KEYS = {"images", "image", "image_url"}
_ELLIPSES = ("...", "…")
_MAY_BE_LEFT_OPEN = _GIVEN_KEYS | {"text", "instructions"}
_MAY_BE_OPEN = _MAY_BE_LEFT_OPEN | _IMAGE_KEYS | {"data"}
_REMARKS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|(//[^\n]*|/\*.*?(?:\*/|\Z))', re.DOTALL)


Place = tuple[Unknown, tuple[Step, ...] | None, str | None]


class JsonError(ValueError):
    """The text is not JSON; the message says where it stops being so."""


@dataclass(slots=True)
class Settled:
    """A body as plain JSON, the unknown values found in it, and the place of each with its placeholder, if any."""

    body: object = None
    places: list[Place] = field(default_factory=list)
    weight: int = 0


def read_json(words: Words) -> object:
    """Parse JSON whose text may hold unknown pieces; they come back as `Unknown` and `Text` values in their places."""
    if isinstance(words, Unknown):
        return words
    unknowns = [piece for piece in words.pieces if isinstance(piece, Unknown)] if isinstance(words, Text) else []
    try:
        parsed = json.loads(_mark_unknowns(words), parse_constant=_refuse_constant)
    except RecursionError:
        raise JsonError("it is nested too deeply") from None
    except json.JSONDecodeError as problem:
        raise JsonError(f"line {problem.lineno}, column {problem.colno}: {problem.msg}") from None
    except ValueError:
        raise JsonError("it holds a number of thousands of digits") from None
    return _put_unknowns(parsed, unknowns) if unknowns else parsed


def read_json_without_remarks(words: Words) -> object | None:
    """Parse JSON that holds `//` or `/* */` remarks, as if they were not there; None when that is not all its trouble."""
    if isinstance(words, Unknown):
        return None
    pieces = words.pieces if isinstance(words, Text) else (words,)
    if not any(isinstance(piece, str) and ("//" in piece or "/*" in piece) for piece in pieces):
        return None
    unknowns = [piece for piece in pieces if isinstance(piece, Unknown)]
    marked = _REMARKS.sub(lambda found: "" if found[1] else found[0], _mark_unknowns(words))
    try:
        return _put_unknowns(json.loads(marked, parse_constant=_refuse_constant), unknowns)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> None:
    raise json.JSONDecodeError(f"{name} is not a JSON value", name, 0)


def _mark_unknowns(words: str | Text) -> str:
    """Write the text with a mark for each unknown piece, quoted where the piece stands outside of any string."""
    if isinstance(words, str):
        return words
    written, inside, count = [], False, 0
    for piece in words.pieces:
        if isinstance(piece, Unknown):
            mark = f"{_OPEN}{count}{_CLOSE}"
            written.append(mark if inside else f'"{mark}"')
            count += 1
        else:
            inside = _ends_inside_string(piece, inside)
            written.append(piece)
    return "".join(written)


def _ends_inside_string(text: str, inside: bool) -> bool:
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and inside:
            escaped = True
        elif character == '"':
            inside = not inside
    return inside


def _put_unknowns(value: object, unknowns: list[Unknown]) -> object:
    if isinstance(value, dict):
        return {key: _put_unknowns(item, unknowns) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_unknowns(item, unknowns) for item in value]
    if isinstance(value, str) and _OPEN in value:
        return join_pieces(_split_at_marks(value, unknowns))
    return value


def _split_at_marks(text: str, unknowns: list[Unknown]) -> Iterator[Words]:
    before, *rest = text.split(_OPEN)
    yield before
    for part in rest:
        number, _, after = part.partition(_CLOSE)
        yield unknowns[int(number)]
        yield after


def settle(value: object) -> Settled:
    """Turn a body with unknown places into plain JSON: null for a whole unknown value, `{name}` for a piece of text."""
    settled = Settled()
    settled.body = _settle(value, (), settled)
    return settled


def _settle(value: object, at: tuple[Step, ...], settled: Settled) -> object:
    settled.weight += weight_of(value)
    if settled.weight > MAX_WEIGHT:  # lists can hold themselves many times over
        raise TooMuchError
    if isinstance(value, str):
        return _settle_text(value, at, settled)
    if isinstance(value, (Items, Entries)) and value.doubt is not None:
        value = value.doubt
    if isinstance(value, dict):
        return {str(key): _settle(item, (*at, str(key)), settled) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_settle(item, (*at, index), settled) for index, item in enumerate(value)]
    if isinstance(value, Unknown):
        settled.places.append((value, at, None))
        return None
    if isinstance(value, Text):
        unknowns = [piece for piece in value.pieces if isinstance(piece, Unknown)]
        settled.places.extend((unknown, at, placeholder_of(unknown)) for unknown in unknowns)
        return show_words(value)
    if not _fits_json(value):
        settled.places.append(_place_to_fill(at))
        return None
    return value


def _settle_text(text: str, at: tuple[Step, ...], settled: Settled) -> str | None:
    key = at[-1] if at and isinstance(at[-1], str) else _key_of(at)
    if key in _MAY_BE_OPEN and (place := _find_opening(text, at, key)):
        settled.places.append(place)
        return text
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        settled.places.append(_place_to_fill(at))
        return None
    return text


def _place_to_fill(at: tuple[Step, ...]) -> Place:
    """The place of a value that JSON has no way to write."""
    return Unknown(str(at[-1]) if at else "body", "computed"), at, None


def _find_opening(text: str, at: tuple[Step, ...], key: str) -> Place | None:
    """The place of a text that only stands for what a reader is to give: `<model name>`, `...`, half an image."""
    image = _find_half_image(text, at, key)
    if image is not None or len(text) > 60 or key not in _MAY_BE_LEFT_OPEN:
        return image
    if text in _ELLIPSES:
        return Unknown(key, "gap"), at, text
    found = _IN_BRACKETS.fullmatch(text) or (_YOURS.fullmatch(text) if key in ("model", "name") else None)
    return (Unknown(found[1], "argument"), at, text) if found and key in _GIVEN_KEYS else None


def _key_of(at: tuple[Step, ...]) -> str:
    """The name under which a place is found, with the numbers of lists left out."""
    for step in reversed(at):
        if isinstance(step, str):
            return step
    return ""


def _find_half_image(text: str, at: tuple[Step, ...], key: str) -> Place | None:
    """The place of an image that is not written out, as `iVBORw0KGgo...`: the server would not take it for one."""
    if text.startswith("data:"):
        data = text.partition(";base64,")[2]
    elif key == "images" or (key == "data" and "source" in at):
        data = text
    else:
        return None
    try:
        binascii.a2b_base64(data.replace("\n", ""), strict_mode=True)
    except ValueError:
        name = "image" if data in _ELLIPSES else data if len(data) <= 40 else data[:39] + "…"
        return Unknown(name, "image"), at, data
    return None


def _fits_json(value: object) -> bool:
    return value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value))


def kind_of_place(unknown: Unknown, at: tuple[Step, ...] | None) -> Literal["text", "image", "document", "json"]:
    """Say what a reader has to give at this place: an image's file, a document's text, a piece of JSON, or a text."""
    if at is None:
        return "text"
    keys = [step for step in at if isinstance(step, str)]
    if unknown.why == "image" or (keys and keys[-1] in _IMAGE_KEYS):
        return "image"
    if unknown.why == "file":
        return "document"
    return "json" if not at or at[-1] in _JSON_KEYS else "text"
