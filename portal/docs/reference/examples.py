"""Example values: those a document gives, and, where it gives none, one made from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from portal.docs.reference.layers import Layers, lay
from portal.docs.reference.places import BadRef, Place
from portal.docs.reference.values import Shown

MAX_TEXT = 20_000
_MAX_DEPTH = 8
_MAX_VALUES = 200
_TEXTS = {
    "date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "time": "12:00:00Z", "email": "name@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000", "uri": "https://example.com", "url": "https://example.com",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "hostname": "example.com", "byte": "", "binary": "",
}  # fmt: skip


def given(place: Place) -> Iterator[tuple[str, object]]:
    """The examples that stand beside a schema (in a media type or a parameter), each with its label."""
    if place.has("example"):
        yield "", place.at("example").value
        return
    for name, member in place.members("examples"):
        try:
            example = member.follow()
        except BadRef as problem:
            member.note(str(problem))
            continue
        if example.has("value") or example.has("dataValue"):
            value = example.at("value" if example.has("value") else "dataValue").value
            yield example.text("summary") or name, value


def elsewhere(place: Place) -> Iterator[tuple[str, str]]:
    """The examples beside a schema that are files of their own: their labels and addresses."""
    for name, member in place.members("examples"):
        if address := member.text("externalValue"):
            yield member.text("summary") or name, address


def of_schema(layers: Layers) -> list[object]:
    """The examples a schema gives of itself."""
    single, several = layers.first("example"), layers.first("examples")
    if single is not None:
        return [single.value]
    return several.value if several is not None and isinstance(several.value, list) else []


def of_parameter(place: Place) -> list[object]:
    """What a parameter may be, as it is told beside its schema or by it; empty where nothing is."""
    held = next((content for _, content in place.members("content")), place)
    told = [value for _, value in given(held)]
    return told or (said(lay(held.at("schema"))) if held.at("schema").is_mapping else [])


def said(layers: Layers) -> list[object]:
    """The values that a schema names, the one to show first."""
    for key in ("const", "default"):
        found = layers.first(key)
        if found is not None:
            return [found.value]
    listed = layers.first("enum")
    values = listed.value if listed is not None and isinstance(listed.value, list) else []
    return of_schema(layers)[:1] or values[:1]


def show(label: str, value: object, media_type: str, *, made: bool = False) -> Shown:
    """An example as text: a text as it is, all else as JSON."""
    if isinstance(value, str) and "json" not in media_type.replace("ndjson", ""):
        return Shown(label, _cut(value), "", made)
    return Shown(label, _cut(as_json(value)), "json", made)


def as_json(value: object) -> str:
    """`value` as indented JSON."""
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "…"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n… {len(text) - MAX_TEXT:,} more characters"


def make(place: Place, *, whole: bool) -> object:
    """A value the schema at `place` allows: with everything in it when `whole`, else with what has to be there."""
    return _Maker(whole).make(place, frozenset(), 0)


class _Maker:
    def __init__(self, whole: bool) -> None:
        self.whole = whole
        self.left = _MAX_VALUES

    def make(self, place: Place, above: frozenset[str], depth: int) -> object:
        layers = lay(place)
        self.left -= 1
        if self.left <= 0 or depth > _MAX_DEPTH or layers.refs & above:
            return None
        named = said(layers)
        if named:
            return named[0]
        above = above | layers.refs
        kind = next(iter(layers.types), "") or _guess(layers)
        if kind == "object" or any(True for _ in layers.members("properties")):
            return self._object(layers, above, depth)
        if layers.choices:
            return self.make(layers.choices[0][1][0], above, depth + 1)
        if kind == "array":
            items = layers.first("items")
            item = self.make(items, above, depth + 1) if items is not None and items.is_mapping else None
            return [] if item is None else [item]
        return _scalar(kind, layers)

    def _object(self, layers: Layers, above: frozenset[str], depth: int) -> dict[str, object]:
        required = layers.required
        made: dict[str, object] = {}
        for name, member in layers.members("properties"):
            if self.left > 0 and (self.whole or name in required) and not _goes_the_other_way(member, self.whole):
                made[name] = self.make(member, above, depth + 1)
        return made


def _goes_the_other_way(member: Place, is_answer: bool) -> bool:
    return member.claims("writeOnly" if is_answer else "readOnly")


def _guess(layers: Layers) -> str:
    if layers.first("items") is not None:
        return "array"
    return "object" if layers.first("additionalProperties") is not None else ""


def _scalar(kind: str, layers: Layers) -> object:
    if kind in ("integer", "number"):
        return _least(layers)
    if kind == "boolean":
        return True
    return _TEXTS.get(layers.text("format"), "string") if kind == "string" else None


def _least(layers: Layers) -> object:
    for key, more in (("exclusiveMinimum", 1), ("minimum", 1 if layers.claims("exclusiveMinimum") else 0)):
        found = layers.first(key)
        if found is not None and isinstance(found.value, int | float) and not isinstance(found.value, bool):
            return found.value + more
    return 0
