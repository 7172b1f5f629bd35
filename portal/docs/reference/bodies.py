"""What goes to a server and comes back: request bodies, answers, and headers and parameters beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from portal.docs.reference import examples
from portal.docs.reference.anchors import slug
from portal.docs.reference.facts import write
from portal.docs.reference.places import BadRef, Place
from portal.docs.reference.schemas import Tree
from portal.docs.reference.values import Body, Content, Fact, Field, Response, Shown

_MAX_KINDS = 10
_MAX_EXAMPLES = 20


def read_body(place: Place, anchor: str, tree: Tree) -> Body | None:
    """The request body at `place`."""
    if place.value is None:
        return None
    anchor = tree.anchors.take(anchor)
    try:
        body = place.follow()
    except BadRef as problem:
        place.note(str(problem))
        return Body(anchor, problem=str(problem))
    if not body.is_mapping:
        body.note("A request body has to be a mapping.")
        return Body(anchor, problem="What stands here is not a request body.")
    contents = tuple(_contents(body, anchor, tree))
    return Body(anchor, tree.text(body, "description", anchor), body.claims("required"), contents)


def read_responses(operation: Place, anchor: str, tree: Tree) -> Iterator[Response]:
    """The answers of an operation, in the document's order."""
    for status, place in operation.members("responses"):
        if status.startswith("x-"):
            continue
        under = tree.anchors.take(f"{anchor}.{slug(status)}")
        try:
            response = place.follow()
        except BadRef as problem:
            place.note(str(problem))
            yield Response(status, under, problem=str(problem))
            continue
        if not response.is_mapping:
            place.note("A response has to be a mapping.")
            yield Response(status, under, problem="What stands here is not a response.")
            continue
        is_good = status[:1] == "2"
        yield Response(
            status=status,
            anchor=under,
            description=tree.text(response, "description", under),
            headers=tuple(_headers(response, under, tree)),
            contents=tuple(_contents(response, under, tree, shows=True, makes=is_good)),
        )


def _contents(place: Place, anchor: str, tree: Tree, *, shows: bool = False, makes: bool = False) -> Iterator[Content]:
    """Each media type's schema; with `shows` also its examples, with `makes` one made for the first if it has none."""
    for number, (kind, content) in enumerate(list(place.members("content"))[:_MAX_KINDS]):
        under = tree.anchors.take(f"{anchor}.{slug(kind.rpartition('/')[2])}") if number else anchor
        schema = content.at("schema" if content.has("schema") else "itemSchema")
        grown = None if schema.value is None else tree.plant(schema, "", under)
        shown = tuple(_examples(content, schema, kind, makes=makes and not number)) if shows else ()
        yield Content(kind, under, grown, shown)


def _examples(content: Place, schema: Place, kind: str, *, makes: bool) -> Iterator[Shown]:
    given = list(examples.given(content))[:_MAX_EXAMPLES]
    for label, value in given:
        yield examples.show(label, value, kind)
    for label, address in examples.elsewhere(content):
        yield Shown(f"{label}, in a file of its own", address, "")
    if not given and makes and schema.value is not None and "json" in kind:
        made = examples.make(schema, whole=True)
        if made is not None:
            yield examples.show("", made, kind, made=True)


def _headers(response: Place, anchor: str, tree: Tree) -> Iterator[Field]:
    for name, place in response.members("headers"):
        yield read_described(place, name, f"{anchor}.header.{slug(name)}", tree)


def read_described(place: Place, name: str, anchor: str, tree: Tree) -> Field:
    """A field whose schema stands inside a description of its own: a parameter or a header."""
    try:
        place = place.follow()
    except BadRef as problem:
        place.note(str(problem))
        return Field(name, tree.anchors.take(anchor), problem=str(problem))
    held = next((content for _, content in place.members("content")), place)
    schema, required = held.at("schema"), place.claims("required")
    if schema.value is None:
        grown = Field(name, tree.anchors.take(anchor), marks=("required",) if required else ())
    else:
        grown = tree.plant(schema, name, anchor, required=required)
    marks = (*grown.marks, "deprecated") if place.claims("deprecated") else grown.marks
    told = tuple(write(value) for _, value in examples.given(held))[:_MAX_EXAMPLES]
    return replace(
        grown,
        description=tree.text(place, "description", anchor) or grown.description,
        marks=tuple(dict.fromkeys(marks)),
        facts=tuple(dict.fromkeys((*grown.facts, *((Fact("For example", told),) if told else ())))),
    )
