"""Puts parsed JSON into typed fields as Go does: keys in any case, the last one wins, its words for wrong types."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.embedded.go.json_text import Pairs, plain

SECOND = 1_000_000_000
FOREVER = 2**63 - 1
UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND,
         "h": 3600 * SECOND}


class FieldError(ValueError):
    """A field of a request cannot be read; the message is what Ollama answers."""


@dataclass(frozen=True)
class Place:
    """Where in a request a value stands, for the message about it."""

    root: str
    path: str = ""

    def inside(self, key: str) -> "Place":
        return Place(self.root, f"{self.path}.{key}" if self.path else key)

    def refuse(self, value: Any, go_type: str) -> FieldError:
        if self.path:
            where = f"Go struct field {self.root.rpartition('.')[2]}.{self.path} of type {go_type}"
        else:
            where = f"Go value of type {go_type}"
        return FieldError(f"json: cannot unmarshal {_described(value)} into {where}")


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Pairs):
        return "object"
    if isinstance(value, list):
        return "array"
    return "string" if isinstance(value, str) else "number"


Reader = Callable[[Any, Place], Any]


@dataclass(frozen=True)
class Kind:
    """A type a field may have: its zero value, and how a JSON value other than null becomes one."""

    zero: Any
    read: Reader


def _of(types: type | tuple[type, ...], go_type: str) -> Reader:
    def read(value: Any, place: Place) -> Any:
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            raise place.refuse(value, go_type)
        return value

    return read


def _read_int(value: Any, place: Place) -> int:
    if isinstance(value, float):
        raise FieldError(str(place.refuse(value, "int")).replace("unmarshal number", f"unmarshal number {value!r}"))
    number: int = _of(int, "int")(value, place)
    if abs(number) >= 2**63:
        raise FieldError(str(place.refuse(value, "int")).replace("unmarshal number", f"unmarshal number {number}"))
    return number


TEXT = Kind("", _of(str, "string"))
OPTIONAL_TEXT = Kind(None, _of(str, "string"))
FLAG = Kind(False, _of(bool, "bool"))
OPTIONAL_FLAG = Kind(None, _of(bool, "bool"))
INTEGER = Kind(0, _read_int)
OPTIONAL_INTEGER = Kind(None, _read_int)
FLOAT32 = Kind(0.0, _of((int, float), "float32"))
OPTIONAL_FLOAT32 = Kind(None, _of((int, float), "float32"))
OPTIONAL_FLOAT64 = Kind(None, _of((int, float), "float64"))
ANYTHING = Kind(None, lambda value, _: plain(value))


def sequence(item: Kind, go_type: str) -> Kind:
    """A JSON array of one kind; None if there is none."""

    def read(value: Any, place: Place) -> list[Any]:
        if not isinstance(value, list) or isinstance(value, Pairs):
            raise place.refuse(value, go_type)
        return [item.zero if entry is None else item.read(entry, place) for entry in value]

    return Kind(None, read)


def mapping(item: Kind = ANYTHING, go_type: str = "map[string]interface {}") -> Kind:
    """A JSON object with any keys; None if there is none."""

    def read(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, Pairs):
            raise place.refuse(value, go_type)
        return {key: item.zero if entry is None else item.read(entry, place.inside(key)) for key, entry in value}

    return Kind(None, read)


def structure(fields: Mapping[str, Kind], go_type: str) -> Kind:
    """A JSON object with known fields; each is there in what is read, with its zero value if it was not sent."""
    folded = {name.casefold(): name for name in fields}

    def read(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, Pairs):
            raise place.refuse(value, go_type)
        found = {name: kind.zero for name, kind in fields.items()}
        for key, entry in value:
            name = key if key in fields else folded.get(key.casefold())
            if name is not None and entry is not None:
                found[name] = fields[name].read(entry, place.inside(name))
        return found

    return Kind(None, read)


def bind(kind: Kind, value: Any, go_type: str) -> dict[str, Any]:
    """A whole request of the given Go type. Raises FieldError. A body that is `null` is a request with no fields."""
    found: dict[str, Any] = kind.read(Pairs() if value is None else value, Place(go_type))
    return found


def _read_duration(value: Any, _: Place) -> int:
    if isinstance(value, str):
        nanoseconds = duration(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        nanoseconds = int(value * SECOND)
    else:
        go_type = "bool" if isinstance(value, bool) else "[]interface {}"
        raise FieldError(f"Unsupported type: '{'map[string]interface {}' if isinstance(value, Pairs) else go_type}'")
    return FOREVER if nanoseconds < 0 or nanoseconds > FOREVER else nanoseconds


def duration(text: str) -> int:
    """Nanoseconds of a duration as Go writes it (`5m`, `1h30m`, `-1s`). Raises FieldError with Go's words."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    total = 0.0
    while rest:
        match = re.match(r"(\d+\.?\d*|\.\d+)([^\d.]*)", rest)
        if not match:
            raise FieldError(f'time: invalid duration "{text}"')
        if not match[2]:
            raise FieldError(f'time: missing unit in duration "{text}"')
        if match[2] not in UNITS:
            raise FieldError(f'time: unknown unit "{match[2]}" in duration "{text}"')
        total += float(match[1]) * UNITS[match[2]]
        rest = rest[match.end() :]
    if not text.strip("+-"):
        raise FieldError(f'time: invalid duration "{text}"')
    return sign * int(total)


# How long the model stays loaded: nanoseconds; any negative value means for good.
STAY = Kind(None, _read_duration)


def _read_think(value: Any, _: Place) -> bool | str:
    if isinstance(value, bool):
        return value
    levels = '"high", "medium", "low", "max", true, or false'
    if not isinstance(value, str):
        raise FieldError(f"think must be a boolean or string ({levels})")
    if value not in ("high", "medium", "low", "max"):
        raise FieldError(f'invalid think value: "{value}" (must be {levels})')
    return value


THINK = Kind(None, _read_think)


def _read_image(value: Any, place: Place) -> bytes:
    if not isinstance(value, str):
        raise place.refuse(value, "api.ImageData")
    return decode_base64(value)


def decode_base64(text: str) -> bytes:
    """The bytes of a base64 text. Raises FieldError at the first character that is none, as Go counts it."""
    body = text.replace("\r", "").replace("\n", "")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        wrong = re.search(r"[^A-Za-z0-9+/]", body)
        at = wrong.start() if wrong and wrong[0] != "=" else len(body)
        raise FieldError(f"illegal base64 data at input byte {at}") from None


IMAGES = sequence(Kind(b"", _read_image), "[]api.ImageData")
