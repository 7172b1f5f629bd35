"""What a client asks for is looked up and checked before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from portal.ollama.bodies import load_json
from portal.ollama.endpoints import ENDPOINTS
from portal.ollama.errors import BadBody
from portal.ollama.upstreams import Upstream
from portal.runs.orders import Rejected, read_order

UPSTREAMS = {"local": Upstream("local", "http://127.0.0.1:11434")}
GOOD: dict[str, Any] = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m"}}


def asked(**changes: object) -> dict[str, object]:
    return {"request": GOOD | changes}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_endpoint_of_the_table_can_be_ordered(endpoint: Any) -> None:
    path = endpoint.path.replace("{model}", "hf.co/some/model:q4")
    body = {"model": "m"} if endpoint.takes_body else None
    order = read_order(asked(method=endpoint.method, path=path, body=body), UPSTREAMS)
    assert order.endpoint is endpoint


@pytest.mark.parametrize("path", [
    "/api/chat/", "/api//chat", "/api/../api/chat", "/API/chat", "/api/chat?x=1", "/v1/models/../tags", "/v1/models/",
    "/v1/models/a b", "/v1/models/%2e%2e", "//evil.example/api/chat", "http://evil.example/api/chat", "/api/blobs/sha256:x", "",
])  # fmt: skip
def test_a_path_that_is_not_in_the_table_is_refused_by_name(path: str) -> None:
    with pytest.raises(Rejected, match="not an endpoint") as refusal:
        read_order(asked(path=path, method="GET" if "models" in path else "POST", body=None), UPSTREAMS)
    assert refusal.value.code == "unknown_endpoint"


@pytest.mark.parametrize(("changes", "field"), [
    ({"upstream": "elsewhere"}, "request.upstream"),
    ({"upstream": None}, "request.upstream"),
    ({"upstream": ["local"]}, "request.upstream"),
    ({"method": 1}, "request.method"),
    ({"path": {}}, "request.path"),
    ({"body": None}, "request.body"),
    ({"body": "text"}, "request.body"),
    ({"body": [1]}, "request.body"),
    ({"body": {"Stream": True}}, "request.body.Stream"),
    ({"body": {"model": "m", "options": {"Num_Ctx": 1}}}, "request.body.options.Num_Ctx"),
    ({"body": {"Keep_alive": -1}}, "request.body.Keep_alive"),
    ({"body": {"\u212aeep_alive": -1}}, "request.body.\u212aeep_alive"),
    ({"body": {"prompt": "\ud800"}}, "request.body"),
    ({"body": {"prompt": "x" * 2_000_000}}, "request.body"),
    ({"method": "GET", "path": "/api/tags", "body": {}}, "request.body"),
])  # fmt: skip
def test_a_request_that_cannot_be_sent_names_the_field_at_fault(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_order(asked(**changes), UPSTREAMS)
    assert refusal.value.field == field
    assert str(refusal.value).endswith((".", "}"))


@pytest.mark.parametrize(("text", "says"), [
    ('{"a": 1,}', "line 1, column"),
    ('{"a": 1, "a": 2}', "“a” twice"),
    ("[" * 100_000, "nested too deep"),
    ('{"a": NaN}', "NaN"),
    ('{"a": -Infinity}', "Infinity"),
    ("9" * 10_000, "too many digits"),
    ('{"a": 1e999}', "larger than any number"),
    ('{"a": -1e999}', "larger than any number"),
    ("", "not JSON"),
])  # fmt: skip
def test_json_is_read_strictly_and_faults_are_sentences(text: str, says: str) -> None:
    with pytest.raises(BadBody, match=says):
        load_json(text)
