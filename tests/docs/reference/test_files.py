"""Documents that are written in several files of the set."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.docs.catalogue import Catalogue
from portal.docs.press import Press
from portal.docs.reference.library import Reference
from portal.docs.search.reference import read_reference
from tests.docs.reference.reading import draw, problems_of, read_one

FILES = {
    "api/shop.yaml": """
openapi: 3.0.3
info: {title: Shop, version: "1", description: {$ref: words.yaml#/about}}
paths:
  /books: {$ref: paths/books.yaml}
  /pens:
    get: {$ref: 'paths/pens.yml#/list'}
    put:
      description: {$ref: put.md}
      x-codeSamples: [{lang: Shell, source: {$ref: put.sh}}]
components:
  schemas:
    Error: {type: object, properties: {code: {type: string, description: Why it went wrong}}}
""",
    "api/words.yaml": "about: Sells **books**.\n",
    "api/put.md": "Puts a pen *back*.\n",
    "api/put.sh": "curl -T pen https://shop.example/pens\n",
    "api/paths/books.yaml": """
get:
  operationId: listBooks
  parameters: [{$ref: ../shared/parameters.json#/after}]
  responses:
    '200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: ../shared/book.yaml}}}}}
    '400': {description: no, content: {application/json: {schema: {$ref: '../shop.yaml#/components/schemas/Error'}}}}
""",
    "api/paths/pens.yml": "list: {operationId: listPens, responses: {'200': {description: ok}}}\n",
    "api/shared/parameters.json": json.dumps({"after": {"name": "after", "in": "query", "description": "Where to go on."}}),
    "api/shared/book.yaml": """
type: object
properties:
  title: {$ref: '#/x-title'}
  sequel: {$ref: book.yaml}
  author: {type: object, properties: {$ref: 'author.yaml#/properties'}}
x-title: {type: string, description: What it is called}
""",
    "api/shared/author.yaml": "properties: {born: {type: integer, description: The year}}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(params=["here", "by the press"])
def reference(request: pytest.FixtureRequest, root: Path) -> Iterator[Reference]:
    press = Press(root, patience=20) if request.param == "by the press" else None
    if press:
        press.start()
    yield Reference(Catalogue(root), press=press)
    if press:
        press.stop()


def test_what_a_document_refers_to_in_other_files_is_shown_as_if_it_stood_there(reference: Reference) -> None:
    page = draw(reference, "api/shop")
    for words in ("Sells <strong>books</strong>.", 'id="listBooks"', 'id="listPens"', "Where to go on.", "What it is called", "The year", "Why it went wrong", "Puts a pen <em>back</em>.", "-T pen"):
        assert words in page
    assert "This schema again, as above." in page
    assert 'href="/reference/api/shop/schemas/#Error"' in page
    assert problems_of(reference, "api/shop") == []


def test_the_files_of_a_document_are_no_documents_themselves(reference: Reference) -> None:
    assert [document.address for document in reference.documents.all()] == ["api/shop"]


def test_a_page_is_drawn_anew_when_one_of_its_files_changes(root: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.docs.reference.finding._SCAN_INTERVAL", 0)
    before = draw(reference, "api/shop")
    (root / "api/shared/author.yaml").write_text("properties: {born: {type: integer, description: The year of birth}}\n")
    (root / "api/put.sh").write_text("curl -T pencil https://shop.example/pens\n")
    after = draw(reference, "api/shop")
    for words in ("The year of birth", "-T pencil"):
        assert (words in before, words in after) == (False, True)


def test_what_stands_in_other_files_is_found_by_the_search(root: Path) -> None:
    (document,) = Reference(Catalogue(root)).documents.all()
    assert "What it is called" in " ".join(passage.text for passage in read_reference(document, root))


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("gone.yaml#/A", "is in a file that is not in the set"),
        ("../../secret.yaml#/A", "is in another document, which is not part of the set"),
        ("/etc/passwd", "is in another document, which is not part of the set"),
        ("link.yaml#/A", "is in a file that is not in the set"),
        ("pipe.yaml#/A", "is in a file that is not in the set"),
        ("folder.yaml#/A", "is in a file that is not in the set"),
        (".hidden.yaml#/A", "is in a file that is not in the set"),
        ("%00.yaml#/A", "is in a file that is not in the set"),
        ("x" * 5000 + ".yaml", "is in a file that is not in the set"),
        ("broken.yaml#/A", "is in a file that cannot be read: It is not YAML"),
        ("other.yaml#/B", "is not in the document"),
        ("other.yaml#/Round", "refers to itself"),
        ("https://example.com/other.yaml#/A", "which is not fetched"),
        ("file:///etc/passwd", "which is not fetched"),
        ("//example.com/a.yaml", "which is not fetched"),
    ],
)
def test_a_file_that_cannot_be_had_costs_the_field_that_refers_to_it(tmp_path: Path, ref: str, said: str) -> None:
    root = tmp_path / "set"
    root.mkdir()
    (tmp_path / "secret.yaml").write_text("A: {description: a secret}\n")
    (root / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / ".hidden.yaml").write_text("A: {description: a secret}\n")
    (root / "broken.yaml").write_text("A: [\n")
    (root / "other.yaml").write_text("A: {type: string}\nRound: {$ref: api.json#/components/schemas/Round}\n")
    (root / "folder.yaml").mkdir()
    os.mkfifo(root / "pipe.yaml")
    schemas = {"Round": {"$ref": "other.yaml#/Round"}, "It": {"properties": {"bad": {"$ref": ref}, "good": {"$ref": "other.yaml#/A"}}}}
    (root / "api.json").write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}, "components": {"schemas": schemas}}))
    page = draw(Reference(Catalogue(root)), "api", "schemas")
    assert said in page
    assert re.search(r'id="It.good"><p class="name"><code>good</code> <span class="type">string', page)
    assert "a secret" not in page


def test_a_document_on_its_own_is_not_read_anew_for_the_files_beside_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.docs.reference.finding._SCAN_INTERVAL", 0)
    (root / "alone.yaml").write_text("openapi: 3.1.0\ninfo: {title: Alone}\npaths: {}\n")
    reference = Reference(Catalogue(root))
    before = [read_one(reference, address) for address in ("alone", "api/shop")]
    (root / "api/words.yaml").write_text("about: Sells pens.\n")
    after = [read_one(reference, address) for address in ("alone", "api/shop")]
    assert (before[0] is after[0], before[1] is after[1]) == (True, False)
