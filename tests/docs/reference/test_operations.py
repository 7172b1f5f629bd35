"""What a reader is told of an operation, and what can be run of it."""

import json

import pytest

from portal.ollama.endpoints import ENDPOINTS
from tests.docs.reference.reading import BOOKSHOP, facts, operations_of


@pytest.fixture(scope="module")
def shop():
    return operations_of(BOOKSHOP)


def document(paths, **rest):
    return json.dumps({"openapi": "3.1.0", "paths": paths, **rest})


def test_parameters_are_grouped_and_those_of_the_path_come_along(shop):
    groups = {group.title: [field.name for field in group.fields] for group in shop["listBooks"].parameters}
    assert groups == {"Query parameters": ["after", "sort", "limit"], "Headers": ["X-Trace"]}
    limit = next(field for group in shop["listBooks"].parameters for field in group.fields if field.name == "limit")
    assert (limit.anchor, limit.description) == ("listBooks.query.limit", "How many at most.")
    assert facts(limit) == {"Default": ("20",), "At least": ("1",), "At most": ("100",)}


def test_an_operations_own_parameter_comes_before_the_paths():
    paths = {"/a": {"parameters": [{"name": "q", "in": "query", "description": "path's"}], "get": {"operationId": "a", "parameters": [{"name": "q", "in": "query", "description": "own"}]}}}
    (group,) = operations_of(document(paths))["a"].parameters
    assert [field.description for field in group.fields] == ["own"]


def test_answers_and_their_errors_are_all_there(shop):
    answers = {answer.status: answer for answer in shop["listBooks"].responses}
    assert list(answers) == ["200", "429", "default"]
    assert [field.name for field in answers["200"].headers] == ["X-Total"]
    assert answers["429"].is_error
    assert answers["default"].contents[0].examples[0].text == '{\n  "code": "not_found",\n  "message": "No book 7."\n}'


def test_an_answer_without_an_example_is_shown_one_made_from_its_schema(shop):
    (made,) = shop["addBook"].responses[0].contents[0].examples
    assert made.made
    assert json.loads(made.text)["title"] == "Emma"
    assert "secret" not in json.loads(made.text)


def test_a_request_made_from_a_schema_has_what_is_required_and_says_so(shop):
    (sample,) = shop["addBook"].samples
    assert sample.made
    assert sample.example is None
    assert sample.text.startswith("curl https://eu.books.example/v2/books")
    assert '"title": "Emma"' in sample.text
    assert '"id"' not in sample.text  # read only


def test_ways_in_are_said_in_words(shop):
    assert shop["addBook"].needs == ("an API key, header X-Key", "a bearer token")
    assert shop["get-v1-models-model"].needs == ()


def test_an_operation_of_the_portals_table_can_be_run_where_the_document_names_its_server(shop):
    (sample,) = shop["embed"].samples
    assert sample.example is not None
    assert sample.example.runnable
    (request,) = sample.example.requests
    assert (request.method, request.path, request.upstream, request.body) == ("POST", "/api/embed", "local", {"model": "all-minilm", "input": "string"})


def test_a_path_with_a_gap_asks_for_its_value(shop):
    (sample,) = shop["get-v1-models-model"].samples
    assert sample.example is not None
    assert (sample.example.runnable, sample.example.fillable) == (False, True)
    assert [missing.name for missing in sample.example.missing] == ["model"]


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if "{" not in one.path], ids=lambda one: f"{one.method} {one.path}")
@pytest.mark.parametrize("server", ["http://localhost:11434", "/", None])
def test_every_endpoint_of_the_table_gets_a_panel_from_its_example(endpoint, server):
    operation = {"operationId": "it"}
    if endpoint.takes_body:
        operation["requestBody"] = {"content": {"application/json": {"example": {"model": "llama3.2"}}}}
    servers = {"servers": [{"url": server}]} if server else {}
    (sample,) = operations_of(document({endpoint.path: {endpoint.method.lower(): operation}}, **servers))["it"].samples
    assert sample.example is not None
    assert sample.example.runnable
    assert sample.example.requests[0].endpoint == endpoint
    assert sample.example.requests[0].body == ({"model": "llama3.2"} if endpoint.takes_body else None)
    assert not sample.made


def test_a_servers_path_belongs_to_the_address():
    paths = {"/models": {"get": {"operationId": "m"}}}
    (sample,) = operations_of(document(paths, servers=[{"url": "https://api.example.com/v1"}, {"url": "http://localhost:11434/v1"}]))["m"].samples
    assert sample.example is not None
    assert sample.example.requests[0].path == "/v1/models"


def test_another_hosts_operation_is_shown_and_never_run():
    paths = {"/v1/models": {"get": {"operationId": "m"}}}
    (sample,) = operations_of(document(paths, servers=[{"url": "https://api.example.com"}]))["m"].samples
    assert sample.example is None or not sample.example.runnable
    assert sample.text == "curl https://api.example.com/v1/models"


def test_the_documents_own_code_comes_first_and_becomes_panels():
    samples = [{"lang": "Shell", "label": "Short", "source": "curl http://localhost:11434/api/version"}, {"lang": "Go", "source": "x := 1"}]
    read = operations_of(document({"/api/version": {"get": {"operationId": "v", "x-codeSamples": samples}}}))["v"].samples
    assert [(sample.label, sample.lang, sample.example is not None) for sample in read] == [("Short", "bash", True), ("Go", "go", False)]
    assert read[0].name == "v.sample-1"


def test_where_the_documents_own_code_cannot_be_run_a_panel_is_added():
    samples = [{"lang": "Go", "source": "x := 1"}]
    read = operations_of(document({"/api/version": {"get": {"operationId": "v", "x-codeSamples": samples}}}))["v"].samples
    assert [(sample.label, bool(sample.example and sample.example.runnable)) for sample in read] == [("Request", True), ("Go", False)]


def test_each_named_example_of_a_body_is_a_panel():
    body = {"content": {"application/json": {"examples": {"one": {"summary": "First", "value": {"model": "a"}}, "two": {"value": {"model": "b"}}, "gone": {"$ref": "#/x"}}}}}
    read = operations_of(document({"/api/show": {"post": {"operationId": "s", "requestBody": body}}}))["s"].samples
    assert [(sample.label, sample.example.requests[0].body) for sample in read if sample.example] == [("First", {"model": "a"}), ("two", {"model": "b"})]


def test_a_quote_in_a_body_survives_the_shell():
    body = {"content": {"application/json": {"example": {"model": "a", "prompt": "it's"}}}}
    (sample,) = operations_of(document({"/api/generate": {"post": {"operationId": "g", "requestBody": body}}}))["g"].samples
    assert "it'\\''s" in sample.text


def test_two_operations_with_one_id_have_anchors_of_their_own():
    read = operations_of(document({"/a": {"get": {"operationId": "x"}, "post": {"operationId": "x"}}, "/b": {"get": {}}}))
    assert list(read) == ["x", "post-a", "get-b"]


def test_webhooks_are_read_and_have_nothing_to_run():
    read = operations_of(document({}, webhooks={"sold": {"post": {"operationId": "sold", "summary": "Sold"}}}))["sold"]
    assert (read.entry.summary, read.samples) == ("Sold", ())


def test_callbacks_are_named(shop):
    assert [(entry.method, entry.path, entry.summary) for entry in shop["addBook"].callbacks] == [("POST", "{$request.body#/url}", "A book was sold")]
