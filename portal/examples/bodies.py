"""Request bodies with unknown places: read from JSON text, settled into plain JSON and a list of what is missing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from portal.examples.limits import weigh
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


Place = tuple[Unknown, tuple[Step, ...] | None, str | None]


class JsonError(ValueError):
    """The text is not JSON; the message says where it stops being so."""


@dataclass(slots=True)
class Settled:
    """A body as plain JSON, the unknown values found in it, and the place of each with its placeholder, if any."""

    body: object = None
    places: list[Place] = field(default_factory=list)


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
    weigh(value)
    settled = Settled()
    settled.body = _settle(value, (), settled)
    return settled


def _settle(value: object, at: tuple[Step, ...], settled: Settled) -> object:
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
    if name := _name_to_be_given(text, at):
        settled.places.append((Unknown(name, "argument"), at, text))
        return text
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        settled.places.append(_place_to_fill(at))
        return None
    return text


def _place_to_fill(at: tuple[Step, ...]) -> Place:
    """The place of a value that JSON has no way to write."""
    return Unknown(str(at[-1]) if at else "body", "computed"), at, None


def _name_to_be_given(text: str, at: tuple[Step, ...]) -> str:
    """What a reader is to put in the place of a text like `<model name>` or `YOUR_MODEL`; empty for any other text."""
    key = next((step for step in reversed(at) if isinstance(step, str)), "")
    if len(text) > 60 or key not in _GIVEN_KEYS:
        return ""
    found = _IN_BRACKETS.fullmatch(text) or (_YOURS.fullmatch(text) if key in ("model", "name") else None)
    return found[1] if found else ""


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
