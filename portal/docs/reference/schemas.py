"""From a schema to the tree of fields a reader unfolds, within bounds whatever the schema holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from portal.docs.reference.anchors import Anchors, slug
from portal.docs.reference.facts import facts_of, marks_of, type_of
from portal.docs.reference.layers import Layers, lay
from portal.docs.reference.places import Place
from portal.docs.reference.values import Choice, Describe, Fact, Field

MAX_DEPTH = 12
# Fields of one body, and of all on a page. Past the lower bounds a named schema becomes a link; past the upper ones
# nothing more is written: of each body its first fields, and none of any where the page is longer than can be read.
ENOUGH_IN_ONE = 400
ENOUGH_ON_PAGE = 1000
MAX_IN_ONE = 1000
MAX_ON_PAGE = 3000
FEW_IN_EACH = 60
LONGEST_PAGE = 6000
_MAX_LISTS = 8
_ENOUGH = "There are more fields here than one page shows."
_DEEP = "It goes deeper than is shown here."


@dataclass(slots=True)
class Tree:
    """Grows the fields of one page.

    `addresses` says where each named schema has its own place. A named schema inside another is written out while its
    body has fewer than `enough` fields; then it is a link to that place. `level` is that of headings in descriptions.
    """

    describe: Describe
    addresses: Mapping[str, str]
    anchors: Anchors
    enough: int = ENOUGH_IN_ONE
    level: int = 5
    _grown: int = 0
    _grown_before: int = 0

    def plant(self, place: Place, name: str, anchor: str, *, required: bool = False) -> Field:
        """The field at `place` with everything in it; without a name it is a body's own schema, and has no id."""
        self._grown_before = self._grown
        return self._grow(_Spot(place, name, anchor, required))

    def _grow(self, spot: _Spot) -> Field:
        self._grown += 1
        lists, layers = _unwrap(spot.place)
        prefix = "array of " * len(lists)
        every = [*lists, layers]
        shown = Field(
            name=spot.name,
            anchor=self.anchors.take(spot.anchor) if spot.name else spot.anchor,
            type=_with_prefix(prefix, _type_words(layers)),
            schema=layers.name,
            link=self.addresses.get(layers.name, ""),
            description=self._describe(every, spot.anchor),
            marks=marks_of(every[0], spot.required),
            facts=_merge(every),
            problem=next((one.problem for one in every if one.problem), ""),
        )
        plain = _plain_forms(layers)
        if plain is not None:
            kind, facts = plain
            return replace(shown, type=_with_prefix(prefix, kind), facts=shown.facts + facts)
        return self._fill(shown, spot, every)

    @property
    def _has_enough(self) -> bool:
        return self._grown - self._grown_before >= self.enough or self._grown >= ENOUGH_ON_PAGE

    @property
    def _is_full(self) -> bool:
        in_one = self._grown - self._grown_before
        is_long = self._grown >= MAX_ON_PAGE and in_one >= FEW_IN_EACH
        return in_one >= MAX_IN_ONE or is_long or self._grown >= LONGEST_PAGE

    def text(self, place: Place, key: str, anchor: str) -> str:
        """The markdown at `key` as safe HTML."""
        return self.describe(place.text(key), anchor, self.level)

    def _describe(self, every: list[Layers], anchor: str) -> str:
        texts = (layers.text("description") for layers in every)
        return self.describe(next((text for text in texts if text.strip()), ""), anchor, self.level)

    def _fill(self, shown: Field, spot: _Spot, every: list[Layers]) -> Field:
        layers = every[-1]
        refs = {ref for one in every for ref in one.refs}
        if refs & spot.above:
            return replace(shown, more=f"{layers.name or 'This schema'} again, as above.")
        if not _holds_anything(layers):
            return shown
        if spot.depth and shown.link and (self._has_enough or spot.depth >= MAX_DEPTH):
            return shown
        if spot.depth >= MAX_DEPTH:
            return replace(shown, more=_DEEP)
        inside = _Spot(spot.place, "", spot.anchor, above=spot.above | refs, depth=spot.depth + 1)
        fields = tuple(self._within(_fields_of(layers), inside))
        choices = tuple(self._choices(layers, inside))
        return replace(shown, fields=fields, choices=choices)

    def _within(self, members: Iterator[tuple[str, Place, bool]], inside: _Spot) -> Iterator[Field]:
        for name, place, required in members:
            if self._is_full:
                yield Field(name="…", anchor=self.anchors.take(inside.anchor), more=_ENOUGH)
                return
            anchor = f"{inside.anchor}.{slug(name)}"
            yield self._grow(replace(inside, place=place, name=name, anchor=anchor, required=required))

    def _choices(self, layers: Layers, inside: _Spot) -> Iterator[Choice]:
        by = layers.first("discriminator")
        key = by.text("propertyName") if by is not None else ""
        for rule, forms in layers.choices:
            named = ((_name_of(form, number), form, False) for number, form in enumerate(forms, 1))
            grown = self._within(named, inside)
            yield Choice(rule, tuple(_tell_apart(key, by, list(grown), forms)), key)
        for rule, conditions in _conditions_of(layers):
            yield Choice(rule, tuple(self._within(((name, place, False) for name, place in conditions), inside)))


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a field grows: `above` are the pointers followed on the way down, so that a circle is noticed."""

    place: Place
    name: str
    anchor: str
    required: bool = False
    above: frozenset[str] = field(default_factory=frozenset)
    depth: int = 0


def _unwrap(place: Place) -> tuple[list[Layers], Layers]:
    """The lists around a value, outermost first, and what is said of the value itself."""
    lists: list[Layers] = []
    layers = lay(place)
    while len(lists) < _MAX_LISTS:
        items = layers.first("items")
        is_list = layers.types == ["array"] or (not layers.types and items is not None)
        if not is_list or items is None or layers.first("prefixItems") or not isinstance(items.value, dict | bool):
            break
        lists.append(layers)
        layers = lay(items)
        if layers.refs & {ref for outer in lists for ref in outer.refs}:
            break
    return lists, layers


def _with_prefix(prefix: str, words: str) -> str:
    return (prefix + words) if words or not prefix else prefix.removesuffix(" ")


def _type_words(layers: Layers) -> str:
    words = type_of(layers)
    return "" if layers.name and words in {"object", ""} else words


def _merge(every: list[Layers]) -> tuple[Fact, ...]:
    """The facts of a list and of its items; what both say is said once."""
    return tuple(dict.fromkeys(fact for layers in every for fact in facts_of(layers)))


def _plain_forms(layers: Layers) -> tuple[str, tuple[Fact, ...]] | None:
    """The type of a value whose forms differ in nothing but their types; None where there is more to say of them."""
    if len(layers.choices) != 1 or layers.name or _has_fields(layers) or _has_conditions(layers):
        return None
    kinds: dict[str, None] = {}
    facts: list[Fact] = []
    for form in layers.choices[0][1]:
        lists, inner = _unwrap(form)
        if _holds_anything(inner) or inner.name or inner.text("description") or inner.text("title"):
            return None
        kind = "array of " * len(lists) + type_of(inner)
        kinds[kind] = None
        facts += [Fact(f"As {kind}: {fact.label.lower()}", fact.values) for fact in _merge([*lists, inner])]
    if len(facts) > 1:
        return None
    return " or ".join(kinds), tuple(facts)


def _holds_anything(layers: Layers) -> bool:
    return bool(layers.choices) or _has_fields(layers) or _has_conditions(layers)


def _has_conditions(layers: Layers) -> bool:
    return next(_conditions_of(layers), None) is not None


def _has_fields(layers: Layers) -> bool:
    return next(_fields_of(layers), None) is not None


def _fields_of(layers: Layers) -> Iterator[tuple[str, Place, bool]]:
    """What can stand inside the value: (name, schema, whether it has to)."""
    required = layers.required
    for name, place in layers.members("properties"):
        yield name, place, name in required
    for pattern, place in layers.members("patternProperties"):
        yield f"/{pattern}/", place, False
    others = layers.first("additionalProperties")
    if others is not None and isinstance(others.value, dict) and others.value:
        yield "any other name", others, False
    first = next((place for place in layers.places if place.has("prefixItems")), None)
    if first is not None:
        for number, item in enumerate(first.entries("prefixItems")):
            yield f"item {number}", item, False
        if (items := layers.first("items")) is not None and items.is_mapping:
            yield "any further item", items, False


def _conditions_of(layers: Layers) -> Iterator[tuple[str, list[tuple[str, Place]]]]:
    """What holds only where something else does, and what must not be: (rule, named schemas)."""
    for place in layers.places:
        if place.has("if") and (place.has("then") or place.has("else")):
            yield "If it fits the first", [(key, place.at(key)) for key in ("if", "then", "else") if place.has(key)]
        if place.has("not"):
            yield "It must not fit", [("not", place.at("not"))]
    if dependent := list(layers.members("dependentSchemas")):
        yield "With these fields", [(f"with {name}", place) for name, place in dependent]


def _tell_apart(key: str, by: Place | None, fields: list[Field], forms: list[Place]) -> Iterator[Field]:
    """The forms with the values of the field `key` that the document's mapping gives them."""
    values: dict[str, list[str]] = {}
    for value, place in by.members("mapping") if by is not None else ():
        if isinstance(place.value, str):
            told = place.value
            values.setdefault(told if "#" in told or "." in told else f"#/components/schemas/{told}", []).append(value)
    for form, grown in zip(forms, fields, strict=False):  # the last of them may be a word that there are more
        told_by = tuple(values.get(form.text("$ref"), ()))
        yield replace(grown, facts=(Fact(f"Where {key} is", told_by), *grown.facts)) if told_by else grown


def _name_of(form: Place, number: int) -> str:
    layers = lay(form)
    constant = layers.first("const")
    named = layers.text("title") or layers.name
    return named or (str(constant.value) if constant is not None else "") or f"form {number}"
