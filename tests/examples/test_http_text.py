"""Raw HTTP and .http files."""

from __future__ import annotations

import pytest

from tests.examples.reading import read

ONE = 'POST http://localhost:11434/api/chat HTTP/1.1\nContent-Type: application/json\n\n{"model": "m"}\n'


def requests(text):
    return [(r.method, r.path, r.upstream, r.body) for r in read(text).requests]


@pytest.mark.parametrize("lang", ["http", "shell", "json", "", "python"])
def test_raw_http_is_a_request_under_any_label(lang):
    example = read(ONE, lang)
    assert (example.kind, example.runnable) == ("http", True)
    assert requests(ONE) == [("POST", "/api/chat", "local", {"model": "m"})]


def test_an_http_file_holds_several_requests_and_variables():
    text = """@host = http://localhost:11434
@model = llama
### list them
GET {{host}}/api/tags

###
# @name chat
POST {{host}}/api/chat
Content-Type: application/json

{
  "model": "{{model}}",
  "stream": false
}

> {% client.test() %}
"""
    assert requests(text) == [
        ("GET", "/api/tags", "local", None),
        ("POST", "/api/chat", "local", {"model": "llama", "stream": False}),
    ]


def test_requests_may_follow_each_other_with_no_separator():
    text = 'GET /api/tags\n\nPOST /api/show\n{"model": "a"}\n\nPOST /api/show\n\n{"model": "b"}\n'
    assert [body for *_, body in requests(text)] == [None, {"model": "a"}, {"model": "b"}]


def test_a_relative_path_means_the_local_server():
    assert requests("GET /v1/models") == [("GET", "/v1/models", "local", None)]


@pytest.mark.parametrize(
    ("host", "upstream"),
    [("localhost:11434", "local"), ("ollama.com", "cloud"), ("api.openai.com", "other")],
)
def test_the_host_header_says_which_server(host, upstream):
    assert requests(f"GET /v1/models HTTP/1.1\nHost: {host}\n\n") == [("GET", "/v1/models", upstream, None)]


def test_an_answer_after_the_request_is_not_part_of_its_body():
    text = ONE + "\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"message\": {}}\n"
    assert requests(text) == requests(ONE)


def test_an_endpoint_line_alone_lacks_its_body():
    example = read("POST /api/chat\nPOST https://ollama.com/api/chat  # needs a key\n")
    assert [r.upstream for r in example.requests] == ["local", "cloud"]
    assert not example.runnable
    assert "body" in example.reason


def test_a_line_that_needs_no_body_can_be_sent():
    assert read("GET /api/version").runnable


def test_a_variable_nobody_set_is_asked_of_the_reader():
    example = read('POST /api/show\n\n{"model": "{{model}}"}\n')
    assert example.fillable
    assert example.missing[0].at == ("model",)


def test_a_model_in_the_path_is_asked_of_the_reader():
    example = read("GET /v1/models/{model}")
    assert (example.fillable, example.missing[0].at, example.missing[0].placeholder) == (True, None, "{model}")


@pytest.mark.parametrize(
    "text",
    [
        '{"model": "m", "messages": []}',
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"model\": \"/api/chat\"}",
        "GET /health",
        "POST /api/agents\n\n{}",
        "POST /api/chat   Talk to a model\nGET  /api/tags   List the models",
        "try the local server\n    POST http://localhost:11434/api/embed\n    then the cloud",
        "POST http://localhost:11434/api/chat\n    ↓ falls back to\nPOST https://ollama.com/api/chat",
        "http://localhost:11434/api/tags",
        "See POST /api/chat",
    ],
)
def test_what_is_no_request_stays_code(text):
    assert read(text, "http").kind == "none"


def test_a_body_that_is_not_json_says_so():
    example = read("POST /api/chat\n\n{model: 'm'}\n")
    assert not example.runnable
    assert "JSON" in example.reason


def test_a_server_that_nobody_names_is_to_be_given():
    example = read("GET {{host}}/api/tags")
    assert (example.runnable, example.reason) == (False, "It needs a value for “host”, the server it goes to.")
