"""The schemas that hold at one place at once: its own, the ones it refers to, and every member of its `allOf`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.docs.reference.places import BadRef, Place

_MOST = 60
_NAMED = re.compile(r"#/components/schemas/([^/]+)")
RULES = {"oneOf": "One of", "anyOf": "Any of"}


@dataclass(slots=True)
class Layers:
    """All that is said of one value. `name` is the named schema it is, `refs` the pointers followed to get here.

    `choices` are the forms the value can take, by rule; `nullable` whether null is one more.
    """

    places: list[Place] = field(default_factory=list)
    name: str = ""
    refs: set[str] = field(default_factory=set)
    choices: list[tuple[str, list[Place]]] = field(default_factory=list)
    nullable: bool = False
    never: bool = False
    problem: str = ""

    def first(self, key: str) -> Place | None:
        """The place of `key` in the first schema that has it."""
        return next((place.at(key) for place in self.places if place.has(key)), None)

    def text(self, key: str) -> str:
        """The first text any of the schemas has at `key`."""
        return next((text for place in self.places if (text := place.text(key))), "")

    def claims(self, key: str) -> bool:
        """Whether any of the schemas says that `key` is true."""
        return any(place.claims(key) for place in self.places)

    def members(self, key: str) -> Iterator[tuple[str, Place]]:
        """The names and places in the mappings at `key`, each name once."""
        seen = set()
        for place in self.places:
            for name, member in place.members(key):
                if name not in seen:
                    seen.add(name)
                    yield name, member

    @property
    def required(self) -> set[str]:
        """The names that have to be there."""
        return set(self.in_order("required"))

    def in_order(self, key: str) -> list[str]:
        """The texts in the lists at `key`, each once."""
        words = (
            word
            for place in self.places
            if not isinstance(place.at(key).value, bool)  # OpenAPI 2's habit of “required”, without a meaning here
            for word in place.words(key)
        )
        return list(dict.fromkeys(words))

    @property
    def types(self) -> list[str]:
        """The types the value can have, null left out; the first schema that names any decides."""
        for place in self.places:
            found = place.at("type")
            if isinstance(found.value, str):
                return [found.value]
            if isinstance(found.value, list):
                return [kind for kind in place.words("type") if kind != "null"] or ["null"]
            if found.value is not None:
                found.note("“type” has to be a text or a list of texts.")
        return []


def lay(place: Place) -> Layers:
    """Find everything that is said of the value at `place`."""
    layers = Layers()
    layers.name = _add(place, layers)
    listed = layers.first("type")
    kinds = listed.value if listed is not None and isinstance(listed.value, list) else []
    if layers.claims("nullable") or (len(kinds) > 1 and "null" in kinds):
        layers.nullable = True
    return layers


def _add(place: Place, layers: Layers) -> str:
    """Add what is said at `place`; answer with the name of the schema it turns out to be, if it has one."""
    if isinstance(place.value, bool):
        layers.never = layers.never or not place.value
        return ""
    if not place.is_mapping:
        place.note("A schema has to be a mapping.")
        layers.problem = layers.problem or "What stands here is not a schema."
        return ""
    if len(layers.places) >= _MOST:
        place.note(f"More than {_MOST} schemas are put together here.")
        return ""
    layers.places.append(place)
    name = _add_target(place, layers)
    members = list(place.entries("allOf"))
    names = [_add(member, layers) for member in members]
    alone = len(names) == 1 and not place.has("properties")
    return name or (names[0] if alone else "") or _add_choices(place, layers)


def _add_target(place: Place, layers: Layers) -> str:
    if not place.has("$ref"):
        return ""
    try:
        target = place.target()
    except BadRef as problem:
        place.note(str(problem))
        layers.problem = layers.problem or str(problem)
        return ""
    pointer = target.pointer
    if pointer in layers.refs:
        place.note(f"“{pointer}” refers to itself.")
        layers.problem = layers.problem or f"“{pointer}” refers to itself."
        return ""
    layers.refs.add(pointer)
    name = _add(target, layers)
    named = _NAMED.fullmatch(pointer)
    return target.way[-1] if named else name


def _add_choices(place: Place, layers: Layers) -> str:
    """Add `oneOf` and `anyOf`. Null is no choice of its own, and what is the only one left is no choice either."""
    name = ""
    for key, rule in RULES.items():
        forms = list(place.entries(key))
        kept = [form for form in forms if not _is_null(form)]
        layers.nullable = layers.nullable or len(kept) < len(forms)
        if len(kept) == 1:
            name = name or _add(kept[0], layers)
        elif kept:
            layers.choices.append((rule, kept))
    return name


def _is_null(place: Place) -> bool:
    value = place.value
    if not isinstance(value, dict) or "$ref" in value:
        return False
    # `{nullable: true}` alone is how OpenAPI 3.0 documents say it that are made from Rust.
    says_null = value.get("type") in ("null", ["null"]) or value.get("enum") == [None] or value == {"nullable": True}
    return says_null or ("const" in value and value["const"] is None)
