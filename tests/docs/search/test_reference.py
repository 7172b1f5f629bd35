"""What an OpenAPI document of the set says is found where the reference shows it."""

from __future__ import annotations

import pytest

from tests.docs.search.conftest import Set, headings

OPENAPI = """
openapi: 3.1.0
info: {title: Kiosk API, version: "1", description: Sells papers.}
paths:
  /api/papers:
    post:
      tags: [papers]
      summary: Print a paper
      description: Prints with a wombat press.
      parameters: [{name: dry_run, in: query, schema: {type: boolean}, description: Prints nothing.}]
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/Paper"}}}
      responses: {"201": {description: The paper is printed.}, "409": {description: The press is jammed.}}
components:
  schemas:
    Paper: {type: object, properties: {ink_level: {type: integer, description: How black it is.}, parent: {$ref: "#/components/schemas/Paper"}}}
"""


@pytest.fixture
def kiosk(documents: Set, monkeypatch: pytest.MonkeyPatch) -> Set:
    monkeypatch.setattr("portal.docs.reference.finding._SCAN_INTERVAL", 0.0)
    documents.write("kiosk.yaml", OPENAPI)
    documents.update()
    return documents


@pytest.mark.parametrize("query", ["wombat", "/api/papers", "dry_run", "jammed", "print a paper"])
def test_an_operation_is_found_by_its_address_words_and_fields(kiosk: Set, query: str) -> None:
    answer = kiosk.search.find(query)
    assert headings(answer)[0] == "Kiosk API > papers > POST /api/papers"
    assert answer.pages[0].url == "/reference/kiosk/"
    assert answer.pages[0].hits[0].url.startswith("/reference/kiosk/?q=")
    assert "#" in answer.pages[0].hits[0].url


def test_a_schema_is_found_on_its_own_page(kiosk: Set) -> None:
    pages = [page.url for page in kiosk.search.find("ink_level").pages]
    assert pages == ["/reference/kiosk/schemas/", "/reference/kiosk/"]


def test_an_edit_of_the_document_shows_and_its_end_is_the_end_of_its_hits(kiosk: Set) -> None:
    kiosk.write("kiosk.yaml", OPENAPI.replace("wombat", "pangolin"))
    kiosk.update()
    assert (kiosk.search.find("wombat").total, kiosk.search.find("pangolin").total) == (0, 1)
    (kiosk.root / "kiosk.yaml").unlink()
    kiosk.update()
    assert kiosk.search.find("pangolin").total == 0
    assert kiosk.search.find("pooling").total == 1


@pytest.mark.parametrize("text", ["openapi: 3.1.0\n\tpaths: [", "openapi: 3.1.0\npaths: 7\n", "openapi: '2.0'\n", "openapi: 3.1.0\ncomponents: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n"])
def test_a_document_that_is_broken_costs_its_own_hits_only(documents: Set, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("portal.docs.reference.finding._SCAN_INTERVAL", 0.0)
    documents.write("broken.yaml", text)
    documents.update()
    assert documents.search.find("pooling").total == 1
    assert documents.search.find("pooling").indexing is None
