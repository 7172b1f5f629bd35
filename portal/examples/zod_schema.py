"""Zod schemas written out in a block, and the JSON schema that each way of converting makes of them.

Sources: zod 4 `toJSONSchema`, zod-to-json-schema 3, `openai/helpers/zod`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from portal.examples.code_values import MISSING, is_plain
from portal.examples.pydantic_schema import Schema, make_strict
from portal.examples.unknowns import Entries, Items, Unknown

Converter = Literal["zod", "zod-to-json-schema", "openai"]
_DRAFTS = {
    "zod": "https://json-schema.org/draft/2020-12/schema",
    "zod-to-json-schema": "http://json-schema.org/draft-07/schema#",
    "openai": "http://json-schema.org/draft-07/schema#",
}
_SIMPLE: dict[str, Schema] = {
    "string": {"type": "string"}, "number": {"type": "number"}, "boolean": {"type": "boolean"}, "any": {},
    "int": {"type": "integer"}, "null": {"type": "null"}, "unknown": {},
}  # fmt: skip
_CHECKS = {"min", "max", "gte", "lte", "gt", "lt", "int", "positive", "nonnegative"}
_TEXT_FORMATS = {"email": "email", "url": "uri", "uuid": "uuid", "datetime": "date-time", "date": "date"}


@dataclass(frozen=True, slots=True)
class Zod:
    """A zod schema: its kind, what it is made of, and what was chained onto it."""

    kind: str
    inner: object = None
    extra: tuple[tuple[str, object], ...] = ()
    optional: bool = False
    description: str | None = None
    default: object = MISSING


@dataclass(slots=True)
class _Conversion:
    """How a schema is being converted, and where each part of it was met first."""

    converter: Converter
    places: dict[int, str] = field(default_factory=dict)


class _NotKnownError(Exception):
    """Some part of the schema is of a kind that is not known here."""


def call_zod(name: str, arguments: Sequence[object]) -> object:
    """Call a function of zod: one that makes a schema, or `toJSONSchema`."""
    first = arguments[0] if arguments else None
    if name == "toJSONSchema":
        return convert_zod(first, "zod") if isinstance(first, Zod) else Unknown("schema", "computed")
    if name in _SIMPLE:
        return Zod(name)
    if name in ("object", "strictObject") and isinstance(first, Entries) and first.doubt is None:
        return Zod("object", first)
    if name in ("array", "nullable") and isinstance(first, Zod):
        return Zod(name, first)
    if name == "optional" and isinstance(first, Zod):
        return replace(first, optional=True)
    if name in ("enum", "union") and isinstance(first, Items) and first.doubt is None:
        return Zod(name, first)
    if name == "literal" and is_plain(first):
        return Zod("literal", first)
    if name in _TEXT_FORMATS:
        return Zod("string", extra=((name, None),))
    return Unknown(f"z.{name}", "computed")


def extend_zod(schema: Zod, name: str, arguments: Sequence[object]) -> object:
    """Chain a method onto a schema, as in `z.string().optional()`."""
    first = arguments[0] if arguments else None
    match name:
        case "optional":
            return replace(schema, optional=True)
        case "nullable" | "array":
            return Zod(name, schema, optional=schema.optional)
        case "nullish":
            return Zod("nullable", schema, optional=True)
        case "describe" if isinstance(first, str):
            return replace(schema, description=first)
        case "default" if is_plain(first):
            return replace(schema, default=first)
        case _ if name in _CHECKS or name in _TEXT_FORMATS:
            return replace(schema, extra=(*schema.extra, (name, first)))
        case "extend" if schema.kind == "object" and isinstance(first, Entries) and isinstance(schema.inner, Entries):
            return replace(schema, inner=Entries({**schema.inner, **first}))
        case "strip" | "readonly" | "refine":
            return schema
    return Unknown(f"zod's {name}", "computed")


def convert_zod(schema: Zod, converter: Converter) -> object:
    """The JSON schema of a zod schema; an unknown when some part of it is not known here."""
    try:
        made = {"$schema": _DRAFTS[converter], **_convert(schema, _Conversion(converter), "#")}
    except (_NotKnownError, RecursionError):
        return Unknown("schema", "computed")
    return make_strict(made) if converter == "openai" else made


def _convert(schema: object, conversion: _Conversion, place: str) -> Schema:
    if not isinstance(schema, Zod):
        raise _NotKnownError
    if conversion.converter == "zod-to-json-schema":  # it refers back to what it met before
        if id(schema) in conversion.places:
            return {"$ref": conversion.places[id(schema)]}
        conversion.places[id(schema)] = place
    made = _convert_bare(schema, conversion, place)
    _apply_checks(made, schema, conversion.converter)
    if schema.default is not MISSING:
        made["default"] = schema.default
    if schema.description is not None:
        made["description"] = schema.description
    return made


def _convert_bare(schema: Zod, conversion: _Conversion, place: str) -> Schema:
    if schema.kind in _SIMPLE:
        return dict(_SIMPLE[schema.kind])
    match schema.kind:
        case "object" if isinstance(schema.inner, Entries):
            return _convert_object(schema.inner, conversion, place)
        case "array":
            return {"type": "array", "items": _convert(schema.inner, conversion, f"{place}/items")}
        case "enum" if isinstance(schema.inner, Items):
            return {"type": "string", "enum": list(schema.inner)}
        case "literal":
            names = {str: "string", bool: "boolean", int: "number", float: "number"}
            return {"type": names.get(type(schema.inner), "null"), "const": schema.inner}
        case "nullable" if isinstance(schema.inner, Zod):
            return _convert_nullable(schema.inner, conversion, place)
        case "union" if isinstance(schema.inner, Items):
            inner = enumerate(schema.inner)
            return _join_variants([_convert(one, conversion, f"{place}/anyOf/{index}") for index, one in inner])
    raise _NotKnownError


def _convert_nullable(inner: Zod, conversion: _Conversion, place: str) -> Schema:
    made = _convert(inner, conversion, f"{place}/anyOf/0")
    if conversion.converter != "zod-to-json-schema":
        return _join_variants([made, {"type": "null"}])
    if inner.kind in _SIMPLE and not inner.extra:
        return {**made, "type": [made.get("type"), "null"]}
    return {"anyOf": [made, {"type": "null"}], **({"description": inner.description} if inner.description else {})}


def _join_variants(variants: list[Schema]) -> Schema:
    """Several schemas as alternatives: in one line when each is no more than a type."""
    if all(set(variant) == {"type"} for variant in variants):
        return {"type": [variant["type"] for variant in variants]}
    return {"anyOf": variants}


def _convert_object(fields: Entries, conversion: _Conversion, place: str) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, item in fields.items():
        properties[str(name)] = _convert(item, conversion, f"{place}/properties/{name}")
        assert isinstance(item, Zod)
        has_default = item.default is not MISSING and conversion.converter == "zod-to-json-schema"
        if not item.optional and not has_default:
            required.append(str(name))
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    return schema


def _apply_checks(made: Schema, schema: Zod, converter: Converter) -> None:
    """Write bounds and formats into a schema."""
    for name, value in schema.extra:
        if name == "int" and made.get("type") in ("number", "integer"):
            made["type"] = "integer"
            if converter != "zod-to-json-schema":
                made.setdefault("minimum", -(2**53) + 1)
                made.setdefault("maximum", 2**53 - 1)
        elif name in ("positive", "nonnegative"):
            made["exclusiveMinimum" if name == "positive" else "minimum"] = 0
        elif name in _CHECKS and isinstance(value, (int, float)):
            made[_bound_of(str(made.get("type")), name)] = value
        elif name in _TEXT_FORMATS and converter == "zod-to-json-schema":
            made["format"] = _TEXT_FORMATS[name]
        else:
            raise _NotKnownError


def _bound_of(kind: str, check: str) -> str:
    if check in ("gt", "lt"):
        return "exclusiveMinimum" if check == "gt" else "exclusiveMaximum"
    low, high = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}.get(
        kind, ("minimum", "maximum")
    )
    return low if check in ("min", "gte") else high
