"""Documents for these tests: written as text, read and drawn the way the site does it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from portal.docs.catalogue import Catalogue
from portal.docs.reference.anchors import Anchors
from portal.docs.reference.library import Reading, Reference
from portal.docs.reference.operations import read_operation
from portal.docs.reference.outline import outline
from portal.docs.reference.reading import read_source
from portal.docs.reference.schemas import Tree
from portal.docs.reference.values import Field, Operation

BOOKSHOP = (Path(__file__).parent / "bookshop.yaml").read_text()


def reference_of(root: Path, **files: str) -> Reference:
    """A reference over a new set; each file's name is written with `_yaml` or `_json` at its end."""
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (root / f"{stem}.{suffix}").write_text(text)
    return Reference(Catalogue(root))


def read_one(reference: Reference, address: str) -> Reading:
    found = reference.documents.find(address)
    assert found is not None, f"{address} is not among {[document.address for document in reference.documents.all()]}"
    return reference.read(found[0])


def draw(reference: Reference, address: str, slug: str = "") -> str:
    reading = read_one(reference, address)
    assert reading.contents is not None, reading.problem
    part = next(part for part in reading.contents.parts if part.slug == slug)
    return reference.draw(reading, part).body


def problems_of(reference: Reference, address: str) -> list[str]:
    reading = read_one(reference, address)
    assert reading.contents is not None, reading.problem
    drawn = reference.draw(reading, reading.contents.parts[0])
    return [f"{problem.where}: {problem.message}" for problem in drawn.problems]


def operations_of(text: str) -> dict[str, Operation]:
    """The operations of a document by their anchors, descriptions left as they are written."""
    found = outline(read_source(text.encode(), "api.yaml"), "/reference/api/")
    tree = Tree(lambda words, _anchor, _level: words, found.addresses, Anchors())
    return {anchor: read_operation(one, found.place, tree) for anchor, one in found.found.items()}


def schema(written: object, **components: object) -> Field:
    """The tree of a schema, as the body of an operation."""
    document = {
        "openapi": "3.1.0",
        "paths": {"/a": {"post": {"operationId": "a", "requestBody": {"content": {"application/json": {"schema": written}}}}}},
        "components": {"schemas": components},
    }
    body = operations_of(json.dumps(document))["a"].body
    assert body is not None
    field = body.contents[0].field
    assert field is not None
    return field


def facts(field: Field) -> dict[str, tuple[str, ...]]:
    return {fact.label: fact.values for fact in field.facts}


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)
