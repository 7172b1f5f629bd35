"""The operations and schemas of an OpenAPI document as passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from portal.docs.files import read_regular
from portal.docs.reference.anchors import Anchors
from portal.docs.reference.finding import Document
from portal.docs.reference.neighbours import Neighbourhood
from portal.docs.reference.operations import read_operation
from portal.docs.reference.outline import Outline, outline
from portal.docs.reference.reading import BadDocument, read_source
from portal.docs.reference.schemas import Tree
from portal.docs.reference.values import Body, Field, Operation, Part
from portal.docs.rendering import Section
from portal.docs.search.passages import passages_of
from portal.docs.search.values import Passage


def key_of(document: Document) -> str:
    """What the document is held under: no page's path begins with a slash."""
    return f"/reference/{document.address}"


def read_reference(document: Document, root: Path) -> list[Passage]:
    """The passages of every page of the document; none of one that cannot be shown. Raises `Unreadable`."""
    try:
        source = read_source(read_regular(document.file, root), document.file.name)
        source = Neighbourhood(root, document.relative, source).document
    except BadDocument:
        return []
    found = outline(source, document.url)
    return [passage for part in found.contents.parts for passage in _passages(found, part, key_of(document))]


def _passages(found: Outline, part: Part, key: str) -> list[Passage]:
    return passages_of(key, part.url, part.title or found.contents.title, list(_sections(found, part)))


def _sections(found: Outline, part: Part) -> Iterator[Section]:
    if part is found.contents.parts[0]:
        yield Section("", (), found.description)
    # Descriptions stay as they are written: what is marked up in them is found all the same.
    tree = Tree(lambda text, _anchor, _level: text, found.addresses, Anchors())
    for group in part.groups:
        for entry in group.entries:
            operation = read_operation(found.found[entry.anchor], found.place, tree)
            path = (*filter(None, [group.name]), f"{entry.method} {entry.path}")
            yield Section(entry.anchor, path, "\n".join(_lines_of(operation)))
    for named in part.schemas:
        field = replace(tree.plant(found.place.at("components").at("schemas").at(named.name), "", named.anchor), name=named.name)
        yield Section(named.anchor, (named.name,), "\n".join(_lines_of_fields([field])))


def _lines_of(operation: Operation) -> Iterator[str]:
    yield from filter(None, (operation.entry.summary, operation.description))
    for parameters in operation.parameters:
        yield from _lines_of_fields(parameters.fields)
    if operation.body:
        yield from _lines_of_body(operation.body)
    for response in operation.responses:
        yield " ".join(filter(None, (response.status, response.description)))
        for content in response.contents:
            yield from _lines_of_fields([content.field] if content.field else [])


def _lines_of_body(body: Body) -> Iterator[str]:
    yield from filter(None, [body.description])
    for content in body.contents:
        yield from _lines_of_fields([content.field] if content.field else [])


def _lines_of_fields(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        if field.name:
            yield " ".join(filter(None, (field.name, field.type, field.description)))
        yield from _lines_of_fields(field.fields)
        for choice in field.choices:
            yield from _lines_of_fields(choice.fields)
