"""The set's OpenAPI documents are valid, cover what they speak of, and give examples that hold to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.docs.catalogue import Catalogue
from portal.docs.reference.anchors import Anchors
from portal.docs.reference.library import Reference
from portal.docs.reference.operations import read_operation
from portal.docs.reference.outline import outline
from portal.docs.reference.reading import read_source
from portal.docs.reference.schemas import Tree
from portal.ollama.endpoints import ENDPOINTS, Endpoint
from tests.docs_content.shapes import SET, answer_faults, document, faults, follow, operation_of, operations

DOCUMENTS = sorted(
    file.relative_to(SET).as_posix() for file in SET.rglob("*.yaml") if file.read_text("utf-8").startswith("openapi:")
)
OLLAMA = "ollama/openapi.yaml"


def test_ollama_and_the_portal_have_one_each() -> None:
    assert DOCUMENTS == [OLLAMA, "portal/openapi.yaml"]


@pytest.mark.parametrize("relative", DOCUMENTS)
def test_a_document_is_valid_openapi_3_1(relative: str) -> None:
    assert document(relative)["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document(relative)).iter_errors()] == []


@pytest.mark.parametrize("relative", DOCUMENTS)
def test_a_document_is_shown_without_a_problem_and_each_page_has_operations(relative: str) -> None:
    reference = Reference(Catalogue(SET))
    (found,) = [one for one in reference.documents.all() if one.relative == relative]
    reading = reference.read(found)
    assert reading.contents is not None, reading.problem
    for part in reading.contents.parts:
        assert reference.draw(reading, part).problems == ()


@pytest.mark.parametrize("relative", DOCUMENTS)
def test_every_operation_has_an_id_a_summary_a_tag_and_says_what_comes_back(relative: str) -> None:
    tags = {tag["name"] for tag in document(relative)["tags"]}
    for method, path, operation in operations(relative):
        where = f"{method} {path}"
        assert operation["operationId"], where
        assert operation["summary"], where
        assert set(operation["tags"]) <= tags, where
        assert all(follow(relative, told)["description"] for told in operation["responses"].values()), where


@pytest.mark.parametrize("relative", DOCUMENTS)
def test_every_example_holds_to_its_schema(relative: str) -> None:
    wrong = []
    for method, path, operation in operations(relative):
        held = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (one for part in held for one in follow(relative, part).get("content", {}).values()):
            for value in _examples(content):
                wrong += [f"{method} {path}: {fault}" for fault in faults(relative, content["schema"], value)]
    assert wrong == []


def _examples(content: dict[str, Any]) -> list[Any]:
    single = [content["example"]] if "example" in content else []
    return single + [one["value"] for one in content.get("examples", {}).values()]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_endpoint_the_portal_sends_to_is_described_as_it_streams(endpoint: Endpoint) -> None:
    told = operation_of(endpoint.method, endpoint.path)
    contents = follow(OLLAMA, told["responses"]["200"]).get("content", {})
    assert (endpoint.content_type in contents) is (endpoint.streams is not None)
    if not endpoint.takes_body:
        assert "requestBody" not in told
        return
    content = told["requestBody"]["content"]["application/json"]
    fields = follow(OLLAMA, content["schema"])["properties"]
    assert fields.get("stream", {}).get("default") == endpoint.streams
    assert _examples(content), "there is nothing to run"


def test_every_example_of_a_request_to_ollama_has_a_run_button() -> None:
    found = outline(read_source((SET / OLLAMA).read_bytes(), OLLAMA), "/reference/")
    tree = Tree(lambda text, _anchor, _level: text, found.addresses, Anchors())
    known = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    for one in found.found.values():
        if (one.entry.method, one.entry.path) in known:
            samples = read_operation(one, found.place, tree).samples
            assert samples
            assert [sample.label for sample in samples if sample.example is None or not sample.example.runnable] == []


ANSWER = {"model": "m", "created_at": "2026-11-25T10:00:00Z", "message": {"role": "assistant", "content": ""}, "done": False}


@pytest.mark.parametrize(("change", "says"), [
    ({}, ""),
    ({"done": "no"}, "is not of type 'boolean'"),
    ({"more": 1}, "'more' was unexpected"),
    ({"message": {"role": "assistant"}}, "'content' is a required property"),
    ({"created_at": "yesterday"}, "is not a 'date-time'"),
])  # fmt: skip
def test_an_answer_that_differs_from_its_schema_is_found_out(change: dict[str, Any], says: str) -> None:
    content = json.dumps(ANSWER | change).encode()
    for kind, text in (("application/json", content), ("application/x-ndjson", json.dumps(ANSWER).encode() + b"\n" + content)):
        found = answer_faults("POST", "/api/chat", kind, text)
        assert bool(found) is bool(says)
        assert kind == "application/x-ndjson" or all(says in fault for fault in found)
    assert answer_faults("POST", "/api/chat", "text/plain", content) == ["text/plain is not documented"]
