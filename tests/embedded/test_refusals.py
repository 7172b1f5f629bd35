"""What Ollama refuses is refused with the same status and the same words."""

import json
from typing import Any

import httpx
import pytest

from tests.engine import MODEL

pytestmark = pytest.mark.embedded

PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
HI = [{"role": "user", "content": "hi"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
FULL_NAME = f"registry.ollama.ai/library/{MODEL}"
BLIND = json.dumps({"error": {"code": 400, "message": "Multimodal data provided, but model does not support "
                              "multimodal requests.", "type": "invalid_request_error"}}, separators=(",", ":"))
NATIVE: list[tuple[str, Any, int, str]] = [
    ("/api/generate", b"", 400, "missing request body"),
    ("/api/generate", b"{", 400, "unexpected EOF"),
    ("/api/generate", {}, 404, "model '' not found"),
    ("/api/generate", {"model": "nope"}, 404, "model 'nope' not found"),
    ("/api/generate", {"model": "smollm2"}, 404, "model 'smollm2' not found"),
    ("/api/generate", {"model": "bad name!"}, 400, "invalid model name"),
    ("/api/generate", {"model": "gpt-oss:20b-cloud"}, 403, "ollama cloud is disabled: remote model is unavailable"),
    ("/api/generate", {"model": MODEL, "prompt": 5}, 400,
     "json: cannot unmarshal number into Go struct field GenerateRequest.prompt of type string"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "suffix": "y"}, 400, f"{FULL_NAME} does not support insert"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "think": True}, 400, f'"{MODEL}" does not support thinking'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "think": "high"}, 400, f'"{MODEL}" does not support thinking'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "images": [PIXEL]}, 400, BLIND),
    ("/api/generate", {"model": MODEL, "prompt": "x", "raw": True, "system": "y"}, 400,
     "raw mode does not support template, system, or context"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "options": {"temperature": "hot"}}, 500,
     'option "temperature" must be of type float32'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "options": {"num_predict": "3"}}, 500,
     'option "num_predict" must be of type integer'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "options": {"stop": "x"}}, 500,
     'option "stop" must be of type array'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "options": {"stop": [1]}}, 500,
     'option "stop" must be of an array of strings'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "format": "xml"}, 500,
     'invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object'),
    ("/api/generate", {"model": MODEL, "prompt": "x", "top_logprobs": 30}, 400,
     "top_logprobs must be between 0 and 20"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "template": "{{ .Nope"}, 500, "template: :1: unclosed action"),
    ("/api/chat", {}, 400, "model is required"),
    ("/api/chat", {"model": "nope", "messages": HI}, 404, "model 'nope' not found"),
    ("/api/chat", {"model": MODEL, "messages": "x"}, 400,
     "json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message"),
    ("/api/chat", {"model": MODEL, "messages": HI, "tools": [TOOL]}, 400, f"{FULL_NAME} does not support tools"),
    ("/api/chat", {"model": MODEL, "messages": HI, "think": True}, 400, f'"{MODEL}" does not support thinking'),
    ("/api/chat", {"model": MODEL, "messages": [{**HI[0], "images": [PIXEL]}]}, 400, BLIND),
    ("/api/chat", {"model": MODEL, "messages": HI, "keep_alive": "soon"}, 400, 'time: invalid duration "soon"'),
    ("/api/embed", {"model": "nope", "input": "x"}, 404, 'model "nope" not found, try pulling it first'),
    ("/api/embed", {"model": MODEL, "input": ["x", 5]}, 400, "invalid input type"),
    ("/api/embeddings", {"model": "", "prompt": "x"}, 400, "model is required"),
    ("/api/show", {}, 400, "model is required"),
    ("/api/show", {"model": "nope"}, 404, "model 'nope:latest' not found"),
    ("/api/copy", {"source": "nope", "destination": "x"}, 404, 'model "nope" not found'),
    ("/api/copy", {"source": "a b", "destination": "x"}, 400, 'source "a b" is invalid'),
    ("/api/copy", {"source": MODEL, "destination": "x y"}, 400, 'destination "x y" is invalid'),
    ("/api/create", {"model": "new"}, 400, "neither 'from' or 'files' was specified"),
    ("/api/create", {"model": "a b", "from": MODEL}, 400, "invalid model name"),
    ("/api/create", {"model": "new", "from": MODEL, "template": "{{ .Nope"}, 400,
     "template error: template: :1: unclosed action"),
    ("/api/pull", {}, 400, "invalid model name"),
    ("/api/push", {}, 400, "model is required"),
]


def post(http: httpx.Client, path: str, body: Any) -> httpx.Response:
    return http.post(path, content=body) if isinstance(body, bytes) else http.post(path, json=body)


@pytest.mark.parametrize(("path", "body", "status", "message"), NATIVE)
def test_ollama_s_own_api_refuses(http: httpx.Client, path: str, body: Any, status: int, message: str) -> None:
    answer = post(http, path, body)
    assert (answer.status_code, answer.json()) == (status, {"error": message})


V1: list[tuple[str, Any, int, str]] = [
    ("/v1/chat/completions", b"", 400, "EOF"),
    ("/v1/chat/completions", b"{'a'", 400, "invalid character '\\'' looking for beginning of object key string"),
    ("/v1/chat/completions", {"model": MODEL}, 400, "[] is too short - 'messages'"),
    ("/v1/chat/completions", {"model": "nope", "messages": HI}, 404, "model 'nope' not found"),
    ("/v1/chat/completions", {"model": MODEL, "messages": HI, "max_tokens": "x"}, 400,
     "json: cannot unmarshal string into Go struct field ChatCompletionRequest.max_tokens of type int"),
    ("/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": 5}]}, 400,
     "invalid message content type: float64"),
    ("/v1/chat/completions", {"model": MODEL, "messages": HI, "reasoning_effort": "high"}, 400,
     f'"{MODEL}" does not support thinking'),
    ("/v1/chat/completions", {"model": MODEL, "messages": HI, "reasoning_effort": "silly"}, 400,
     'invalid reasoning value: "silly" (must be "minimal", "low", "medium", "high", "xhigh", "ultra", "max", or '
     '"none")'),
    ("/v1/chat/completions", {"model": MODEL, "messages": HI, "tools": [TOOL]}, 400,
     f"{FULL_NAME} does not support tools"),
    ("/v1/chat/completions",
     {"model": MODEL, "messages": [{"role": "user", "content": [
         {"type": "image_url", "image_url": {"url": "http://x/y.png"}}]}]}, 400,
     "image URLs are not currently supported, please use base64 encoded data instead"),
    ("/v1/chat/completions",
     {"model": MODEL, "messages": [{"role": "user", "content": [
         {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]}]}, 400, BLIND),
    ("/v1/completions", {"model": MODEL, "prompt": ["a"]}, 400,
     "json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string"),
    ("/v1/completions", {"model": MODEL, "prompt": "a", "suffix": "b"}, 400, f"{FULL_NAME} does not support insert"),
    ("/v1/completions", {"model": MODEL, "prompt": "a", "stop": [1]}, 400,
     "invalid type for 'stop' field: float64"),
    ("/v1/embeddings", {"model": MODEL, "input": []}, 400, "invalid input"),
    ("/v1/embeddings", {"model": MODEL, "input": "x", "encoding_format": "hex"}, 400,
     "Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64']."),
    ("/v1/embeddings", {"model": "nope", "input": "x"}, 404, 'model "nope" not found, try pulling it first'),
    ("/v1/responses", {"model": MODEL, "input": 5}, 400,
     "input must be a string or array: json: cannot unmarshal number into Go value of type []json.RawMessage"),
    ("/v1/responses", {"model": MODEL, "input": [{"type": "bogus"}]}, 400,
     'input[0]: unknown input item type: "bogus"'),
    ("/v1/responses", {"model": "nope", "input": "x", "stream": True}, 404, "model 'nope' not found"),
]


@pytest.mark.parametrize(("path", "body", "status", "message"), V1)
def test_the_openai_face_refuses_in_openai_s_shape(
    http: httpx.Client, path: str, body: Any, status: int, message: str
) -> None:
    answer = post(http, path, body)
    kind = {400: "invalid_request_error", 404: "not_found_error"}[status]
    assert answer.status_code == status
    assert answer.json() == {"error": {"message": message, "type": kind, "param": None, "code": None}}


def test_the_anthropic_face_refuses_in_anthropic_s_shape(http: httpx.Client) -> None:
    answer = http.post("/v1/messages", json={"model": MODEL, "messages": HI})
    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["error"] == {
        "type": "invalid_request_error", "message": "max_tokens is required and must be positive"
    }


@pytest.mark.parametrize(("method", "path", "status", "text"), [
    ("GET", "/nope", 404, "404 page not found"),
    ("GET", "/api/chat", 405, "405 method not allowed"),
    ("POST", "/api/tags", 405, "405 method not allowed"),
    ("HEAD", "/api/ps", 405, ""),
    ("HEAD", "/v1/models", 405, ""),
    ("HEAD", "/", 200, ""),
    ("HEAD", "/api/tags", 200, ""),
    ("HEAD", "/api/version", 200, ""),
])
def test_addresses_and_methods_are_those_of_ollama(
    http: httpx.Client, method: str, path: str, status: int, text: str
) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.text) == (status, text)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_page_of_another_site_gets_no_answer(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.get("/api/tags", headers=headers)
    assert (answer.status_code, answer.text) == (403, "")


def test_a_page_of_this_machine_may_ask_and_is_told_so(http: httpx.Client) -> None:
    origin = {"Origin": "http://localhost:3000"}
    assert http.get("/api/tags", headers=origin).headers["access-control-allow-origin"] == origin["Origin"]
    ahead = http.options("/api/chat", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert ahead.status_code == 204
    assert "POST" in ahead.headers["access-control-allow-methods"]


def test_a_body_beyond_measure_is_refused(http: httpx.Client) -> None:
    answer = http.post("/api/show", content=b" " * (33 << 20))
    assert answer.status_code == 413


def test_a_body_nested_without_end_is_refused(http: httpx.Client) -> None:
    for depth in (500, 100_000):
        body = b'{"model":"x","format":' + b"[" * depth + b"]" * depth + b"}"
        assert http.post("/api/generate", content=body).status_code in (400, 404)
