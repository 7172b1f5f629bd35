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


def test_the_scopes_of_a_way_in_are_named():
    security = {"security": [{"oauth": ["read", "write"]}], "components": {"securitySchemes": {"oauth": {"type": "oauth2"}}}}
    assert operations_of(document({"/a": {"get": {"operationId": "a"}}}, **security))["a"].needs == ("OAuth 2 (read, write)",)


def test_an_example_in_a_file_of_its_own_is_named():
    content = {"application/json": {"examples": {"big": {"externalValue": "https://x.example/big.json"}}}}
    (answer,) = operations_of(document({"/a": {"get": {"operationId": "a", "responses": {"200": {"content": content}}}}}))["a"].responses
    assert [(shown.label, shown.text) for shown in answer.contents[0].examples] == [("big, in a file of its own", "https://x.example/big.json")]


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


FORM = {"properties": {"name": {"example": "it's"}, "tags": {"example": ["a", "b"]}, "at": {"properties": {"city": {"example": "Ulm"}}, "required": ["city"]}, "file": {"format": "binary"}}, "required": ["name", "tags", "at", "file"]}


@pytest.mark.parametrize(
    ("method", "content", "command"),
    [
        ("post", {"application/x-www-form-urlencoded": {"schema": FORM}}, ["curl https://x.example/a", "--data-urlencode 'name=it'\\''s'", "--data-urlencode 'tags=a'", "--data-urlencode 'tags=b'", "--data-urlencode 'at[city]=Ulm'", "--data-urlencode 'file='"]),
        ("put", {"multipart/form-data": {"schema": FORM}}, ["curl -X PUT https://x.example/a", "-F 'name=it'\\''s'", "-F 'tags=a'", "-F 'tags=b'", "-F 'at[city]=Ulm'", "-F 'file=@file'"]),
        ("post", {"application/x-www-form-urlencoded": {"schema": {"properties": {"name": {}}}}}, ["curl -X POST https://x.example/a"]),
        ("patch", {"application/merge-patch+json; charset=utf-8": {"example": {"a": None}}}, ["curl -X PATCH https://x.example/a", "-H 'Content-Type: application/merge-patch+json'", "-d '{\n  \"a\": null\n}'"]),
        ("post", {"application/xml": {"example": "<a/>"}}, ["curl https://x.example/a", "-H 'Content-Type: application/xml'", "--data-binary '<a/>'"]),
        ("post", {"image/png": {"schema": {"format": "binary"}}}, ["curl https://x.example/a", "-H 'Content-Type: image/png'", "--data-binary @file"]),
        ("post", {"image/png": {}, "application/json": {"example": 1}}, ["curl https://x.example/a", "-H 'Content-Type: application/json'", "-d '1'"]),
    ],
)
def test_a_body_is_sent_the_way_its_media_type_asks_for(method, content, command):
    paths = {"/a": {method: {"operationId": "a", "requestBody": {"content": content}}}}
    (sample,) = operations_of(document(paths, servers=[{"url": "https://x.example"}]))["a"].samples
    assert sample.text.split(" \\\n  ") == command


def test_a_request_carries_the_parameters_that_have_to_be_there():
    parameters = [
        {"name": "id", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/Id"}},
        {"name": "q", "in": "query", "required": True, "example": "a b&c"},
        {"name": "f[]", "in": "query", "required": True, "schema": {"type": "array", "example": ["x", "y"]}},
        {"name": "sort", "in": "query", "required": True, "explode": False, "schema": {"type": "array", "default": ["x", "y"]}},
        {"name": "kind", "in": "query", "required": True, "schema": {"enum": ["cat", "dog"]}},
        {"name": "where", "in": "query", "required": True, "content": {"application/json": {"example": {"a": 1}}}},
        {"name": "open", "in": "query", "required": True},
        {"name": "page", "in": "query"},
        {"name": "X-Trace", "in": "header", "required": True, "example": "t"},
        {"name": "Accept", "in": "header", "required": True, "example": "text/html"},
        {"name": "sid", "in": "cookie", "required": True},
    ]
    paths = {"/a/{id}": {"get": {"operationId": "a", "parameters": parameters}}}
    (sample,) = operations_of(document(paths, servers=[{"url": "https://x.example"}], components={"schemas": {"Id": {"type": "integer", "example": 7}}}))["a"].samples
    assert sample.text.split(" \\\n  ") == [
        'curl "https://x.example/a/7?q=a%20b%26c&f%5B%5D=x&f%5B%5D=y&sort=x,y&kind=cat&where={%22a%22:%201}&open={open}"',
        "-H 'X-Trace: t'",
        "-H 'Cookie: sid={sid}'",
    ]


@pytest.mark.parametrize(
    ("security", "query", "headers"),
    [
        ([{"bearer": []}, {"key": []}], "", ["-H 'Authorization: Bearer {token}'"]),
        ([{"oauth": ["read"], "key": []}], "", ["-H 'Authorization: Bearer {token}'", "-H 'X-Key: {key}'"]),
        ([{"basic": []}], "", ["-H 'Authorization: Basic {credentials}'"]),
        ([{"asked": []}], "?k={key}", []),
        ([{"bearer": []}, {}], "", []),
        ([{"unknown": []}], "", []),
        ([], "", []),
    ],
)
def test_a_request_carries_what_lets_it_in(security, query, headers):
    schemes = {"bearer": {"type": "http", "scheme": "Bearer"}, "basic": {"type": "http", "scheme": "basic"}, "oauth": {"type": "oauth2"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "asked": {"type": "apiKey", "in": "query", "name": "k"}}
    paths = {"/a": {"get": {"operationId": "a", "security": security}}}
    (sample,) = operations_of(document(paths, servers=[{"url": "https://x.example"}], components={"securitySchemes": schemes}))["a"].samples
    address = f'"https://x.example/a{query}"' if query else "https://x.example/a"
    assert sample.text.split(" \\\n  ") == [f"curl {address}", *headers]


def test_an_address_means_nothing_to_the_shell_beside_itself():
    (sample,) = operations_of(document({"/a": {"get": {"operationId": "a"}}}, servers=[{"url": "https://x.example/$(id)`id`\"'"}]))["a"].samples
    assert sample.text == """curl 'https://x.example/$(id)`id`"'\\''/a'"""


def test_a_quote_in_a_body_survives_the_shell():
    body = {"content": {"application/json": {"example": {"model": "a", "prompt": "it's"}}}}
    (sample,) = operations_of(document({"/api/generate": {"post": {"operationId": "g", "requestBody": body}}}))["g"].samples
    assert "it'\\''s" in sample.text


def test_a_long_page_still_shows_the_first_fields_of_its_last_body():
    wide = {"content": {"application/json": {"schema": {"properties": {f"p{number}": {} for number in range(900)}}}}}
    paths = {f"/{number}": {"post": {"operationId": f"o{number}", "requestBody": wide}} for number in range(8)}
    counts = [len(read.body.contents[0].field.fields) for read in operations_of(document(paths)).values()]
    assert (counts[:3], set(counts[4:])) == ([900, 900, 900], {60})


def test_two_operations_with_one_id_have_anchors_of_their_own():
    read = operations_of(document({"/a": {"get": {"operationId": "x"}, "post": {"operationId": "x"}}, "/b": {"get": {}}}))
    assert list(read) == ["x", "post-a", "get-b"]


def test_methods_that_have_no_word_of_their_own_are_read_too():
    read = operations_of(document({"/a": {"additionalOperations": {"LINK": {"operationId": "link"}, "COPY": 7}}}, servers=[{"url": "https://x.example"}]))
    assert [(one.entry.method, one.samples[0].text) for one in read.values()] == [("LINK", "curl -X LINK https://x.example/a")]


def test_webhooks_are_read_and_have_nothing_to_run():
    read = operations_of(document({}, webhooks={"sold": {"post": {"operationId": "sold", "summary": "Sold"}}}))["sold"]
    assert (read.entry.summary, read.samples, read.is_webhook) == ("Sold", (), True)


def test_a_callback_says_what_it_carries_and_what_is_to_be_answered():
    sent = {"summary": "It is done", "description": "Once.", "requestBody": {"content": {"application/json": {"schema": {"properties": {"id": {}}}}}}, "responses": {"204": {"description": "Heard."}}}
    operation = {"operationId": "a", "callbacks": {"done": {"$ref": "#/components/callbacks/Done"}, "gone": {"$ref": "#/nowhere"}}}
    read = operations_of(document({"/a": {"post": operation}}, components={"callbacks": {"Done": {"{$url}": {"post": sent}}}}))
    (callback,) = read["a"].callbacks
    assert (callback.anchor, callback.method, callback.path, callback.summary, callback.description) == ("a.callback.done", "POST", "{$url}", "It is done", "Once.")
    assert callback.body is not None
    assert [field.anchor for field in callback.body.contents[0].field.fields] == ["a.callback.done.body.id"]
    assert [(answer.status, answer.description) for answer in callback.responses] == [("204", "Heard.")]


def test_callbacks_are_named(shop):
    assert [(entry.method, entry.path, entry.summary) for entry in shop["addBook"].callbacks] == [("POST", "{$request.body#/url}", "A book was sold")]
