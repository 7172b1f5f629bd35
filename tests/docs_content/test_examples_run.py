"""The set's examples run: each block that calls Ollama is understood, and those the embedded model can serve are answered
in the shape the reference documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from portal.dashboard.proving import gather
from portal.docs.catalogue import Catalogue
from portal.docs.library import Library
from portal.docs.panels import find_blocks
from portal.examples.detection import read_blocks
from portal.ollama.endpoints import find_endpoint
from tests.docs_content.shapes import SET, answer_faults, faults, operation_of, operations
from tests.engine import MODEL, missing_wheels, running_engine
from tests.strict import leave_out

OLLAMA = "ollama/openapi.yaml"
PAGES = sorted(file.relative_to(SET).as_posix() for file in SET.rglob("*.md"))
# What a block holds that calls Ollama's API, in any language.
CALLS = re.compile(
    r"(?:localhost|127\.0\.0\.1|\$\{?\w+\}?|ollama\.com)(?::11434)?/(?:api|v1)/"
    r"|\bollama\.\w+\(|\.(?:chat|generate|embed|create|list|show|pull|ps)\(|(?:GET|POST|DELETE) /(?:api|v1)/"
)
# What the embedded model cannot do, or nobody but the reader can give.
BEYOND = re.compile(r"thinking|tools|vision|insert|image|photo\.jpg|model\.gguf|earlier answer|models\.example\.org")
FEW = 8


@dataclass(frozen=True)
class Sent:
    """A request of the set, and where it stands."""

    where: str
    method: str
    path: str
    body: Any


@pytest.mark.parametrize("page", PAGES)
def test_a_block_that_calls_the_api_has_a_panel_or_says_why_not(page: str) -> None:
    blocks = find_blocks((SET / page).read_text("utf-8"))
    silent = [
        f"line {block.line}: {block.text[:60]!r}"
        for block, example in zip(blocks, read_blocks(blocks), strict=True)
        if CALLS.search(block.text) and block.lang in {"bash", "sh", "python", "javascript", "typescript", "http"}
        and not example.runnable and not example.reason
    ]  # fmt: skip
    assert silent == []


@pytest.mark.parametrize("page", PAGES)
def test_what_a_block_sends_is_as_the_reference_documents_it(page: str) -> None:
    blocks = find_blocks((SET / page).read_text("utf-8"))
    wrong = []
    for block, example in zip(blocks, read_blocks(blocks), strict=True):
        for request in example.requests if example.runnable else ():
            if request.body is not None and find_endpoint(request.method, request.path):
                schema = operation_of(request.method, request.path)["requestBody"]["content"]["application/json"]["schema"]
                found = faults(OLLAMA, schema, _in_todays_words(request.body), closed=True)
                wrong += [f"line {block.line}: {fault}" for fault in found]
    assert wrong == []


def _in_todays_words(body: Any) -> Any:
    """The body with `model` where Ollama's own JavaScript client still says `name`."""
    if isinstance(body, dict) and "name" in body and "model" not in body:
        return {("model" if key == "name" else key): value for key, value in body.items()}
    return body


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    if missing := missing_wheels():
        leave_out(f"the embedded engine needs {', '.join(missing)}")
    with running_engine(tmp_path_factory.mktemp("store")) as running:
        with httpx.Client(base_url=running.url, timeout=300, trust_env=False) as client:
            yield client


@pytest.mark.embedded
def test_every_example_the_embedded_model_can_serve_is_answered_as_documented(engine: httpx.Client) -> None:
    requests = list(dict.fromkeys(_key(sent) for sent in [*_of_pages(), *_of_reference()]))
    assert len(requests) > 40
    wrong = []
    for method, path, text in requests:
        body = json.loads(text)
        answer = engine.request(method, path, json=body) if body is not None else engine.request(method, path)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        found = answer_faults(method, path, kind, answer.content) if answer.status_code == 200 else [answer.text[:200]]
        wrong += [f"{method} {path} {text[:120]}: {fault}" for fault in found]
    assert wrong == []


def _key(sent: Sent) -> tuple[str, str, str]:
    """The request with the model that is there, and few tokens: what its answer looks like does not depend on either."""
    body, path = sent.body, sent.path
    if isinstance(body, dict):
        body = _with_few_tokens(body | ({"model": MODEL} if "model" in body else {}), path)
        body = {key: value for key, value in body.items() if value != []}
    elif path.startswith("/v1/models/"):
        path = f"/v1/models/{MODEL}"
    return sent.method, path, json.dumps(body, sort_keys=True)


def _with_few_tokens(body: dict[str, Any], path: str) -> dict[str, Any]:
    if path in {"/api/generate", "/api/chat"} and (body.get("prompt") or body.get("messages")):
        return body | {"options": body.get("options", {}) | {"num_predict": FEW}}
    limit = {"/v1/responses": "max_output_tokens", "/v1/embeddings": ""}.get(path, "max_tokens")
    return body | {limit: FEW} if path.startswith("/v1/") and limit else body


def _of_pages() -> Iterator[Sent]:
    catalogue = Catalogue(SET)
    for exhibit in gather(catalogue, Library(catalogue)):
        request, endpoint = exhibit.request, exhibit.request.endpoint
        if exhibit.example.runnable and endpoint and request.upstream == "local" and not _is_beyond(request.path, request.body):
            yield Sent(f"{exhibit.file}:{exhibit.line}", request.method, request.path, request.body)


def _of_reference() -> Iterator[Sent]:
    for method, path, operation in operations(OLLAMA):
        endpoint = find_endpoint(method, path)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        bodies = [one["value"] for one in content.get("examples", {}).values()] if content else [None]
        for body in bodies if endpoint and "servers" not in operation else ():
            if not _is_beyond(path, body):
                yield Sent(OLLAMA, method, path, body)


def _is_beyond(path: str, body: Any) -> bool:
    """Whether the request needs what the embedded model has not, reaches for the network, or changes the models."""
    endpoint = find_endpoint(*("GET", path)) or find_endpoint("POST", path) or find_endpoint("DELETE", path)
    if endpoint is None or endpoint.changes_server or endpoint.needs == "image" or path.startswith("/api/web_"):
        return True
    asked = body if isinstance(body, dict) else {}
    name = str(asked.get("model", ""))
    thinks = asked.get("think") not in (None, False) or "reasoning_effort" in asked or "thinking" in asked
    return bool(
        thinks or asked.get("tools") or asked.get("suffix") or "cloud" in name or name.startswith("no-such")
        or "image" in json.dumps(asked)
    )  # fmt: skip
