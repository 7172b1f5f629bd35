"""What a schema says of a value beside its fields: its type in words, and its bounds, defaults and examples."""

from __future__ import annotations

import json
from collections.abc import Iterator

from portal.docs.reference.layers import Layers, lay
from portal.docs.reference.values import Fact

_LONGEST = 300
_MANY = 2000


def write(value: object) -> str:
    """A value as a reader meets it in running text: text as it is, all else as JSON."""
    if isinstance(value, str):
        text = value if value.strip() else json.dumps(value)
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (RecursionError, ValueError):
            return "…"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def type_of(layers: Layers) -> str:
    """The type in words, of a value that is no list: `string`, `integer (int64)`, `string or null`."""
    kinds = layers.types or _guess(layers)
    form = layers.text("format") or layers.text("contentMediaType")
    words = " or ".join(kinds)
    return f"{words} ({form})" if form and words else words or form


def _guess(layers: Layers) -> list[str]:
    if layers.never:
        return ["never"]
    if any(layers.first(key) for key in ("properties", "additionalProperties", "patternProperties")):
        return ["object"]
    if layers.first("items") or layers.first("prefixItems"):
        return ["array"]
    values = _listed(layers)
    kinds = dict.fromkeys(_kind(value) for value in values if value is not None)
    if kinds:
        return list(kinds)
    return [] if layers.choices else ["any"]


def _kind(value: object) -> str:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
    return kinds.get(type(value), "null")


def _listed(layers: Layers) -> list[object]:
    constant, listed = layers.first("const"), layers.first("enum")
    if constant is not None:
        return [constant.value]
    if listed is None:
        return []
    if not isinstance(listed.value, list):
        listed.note("“enum” has to be a list.")
        return []
    return listed.value


def facts_of(layers: Layers) -> Iterator[Fact]:
    """Everything short that is said of the value, in the order a reader asks for it."""
    yield from _of_the_value(layers)
    yield from _of_its_names(layers)
    if layers.first("prefixItems") and (items := layers.first("items")) is not None and items.value is False:
        yield Fact("No other items")


def _of_the_value(layers: Layers) -> Iterator[Fact]:
    values = _listed(layers)
    if values:
        written = tuple(write(value) for value in values[:_MANY])
        yield Fact("Always" if len(values) == 1 else "One of", written)
    default = layers.first("default")
    if default is not None:
        yield Fact("Default", (write(default.value),))
    yield from _bounds(layers)
    pattern = layers.text("pattern")
    if pattern:
        yield Fact("Matches", (write(pattern),))
    yield from _examples(layers)


def _of_its_names(layers: Layers) -> Iterator[Fact]:
    """What is said of the names of fields, beside those that are listed."""
    known = {name for name, _ in layers.members("properties")}
    if missing := tuple(name for name in layers.in_order("required") if name not in known):
        yield Fact("Has to have", missing)
    for name, place in layers.members("dependentRequired"):
        if isinstance(place.value, list) and place.value:
            yield Fact(f"With {name} also", tuple(write(value) for value in place.value))
    names = layers.first("propertyNames")
    if names is not None and names.is_mapping:
        yield from (Fact(f"Names: {fact.label.lower()}", fact.values) for fact in _of_the_value(lay(names)))
    others = layers.first("additionalProperties") or layers.first("unevaluatedProperties")
    if others is not None and others.value is False:
        yield Fact("No other fields")
    elif others is not None and others.value is True:
        yield Fact("Other fields are let through")


def _bounds(layers: Layers) -> Iterator[Fact]:
    low, high = _number(layers, "minimum"), _number(layers, "maximum")
    over, under = _number(layers, "exclusiveMinimum"), _number(layers, "exclusiveMaximum")
    if layers.claims("exclusiveMinimum"):  # OpenAPI 3.0 says true where 3.1 says the number
        low, over = "", low
    if layers.claims("exclusiveMaximum"):
        high, under = "", high
    for words, bound in (("At least", low), ("More than", over), ("At most", high), ("Less than", under)):
        if bound:
            yield Fact(words, (bound,))
    if step := _number(layers, "multipleOf"):
        yield Fact("Multiple of", (step,))
    for suffix, noun in (("Length", "character"), ("Items", "item"), ("Properties", "field")):
        words = _range(_number(layers, f"min{suffix}"), _number(layers, f"max{suffix}"), noun)
        if words:
            yield Fact(words)
    if layers.claims("uniqueItems"):
        yield Fact("No item twice")


def _number(layers: Layers, key: str) -> str:
    found = layers.first(key)
    if found is None or isinstance(found.value, bool):
        return ""
    if not isinstance(found.value, int | float):
        found.note(f"“{key}” has to be a number.")
        return ""
    return write(found.value)


def _range(low: str, high: str, noun: str) -> str:
    low = "" if low == "0" else low
    many = noun + "s"
    if low and high:
        return f"{low} {noun if low == '1' else many}" if low == high else f"{low} to {high} {many}"
    if low:
        return f"At least {low} {noun if low == '1' else many}"
    return f"At most {high} {noun if high == '1' else many}" if high else ""


def _examples(layers: Layers) -> Iterator[Fact]:
    single, several = layers.first("example"), layers.first("examples")
    values = [single.value] if single is not None else []
    if not values and several is not None:
        held = several.value
        values = held if isinstance(held, list) else []
    short = tuple(write(value) for value in values[:5])
    if short:
        yield Fact("For example", short)


def marks_of(layers: Layers, required: bool) -> tuple[str, ...]:
    """The words that stand beside a field's name."""
    claims = {
        "required": required,
        "can be null": layers.nullable,
        "read only": layers.claims("readOnly"),
        "write only": layers.claims("writeOnly"),
        "deprecated": layers.claims("deprecated"),
    }
    return tuple(words for words, holds in claims.items() if holds)
