"""The portal answers as its own OpenAPI document says, and every message over the websocket is one of those described."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.urls import URLPattern, get_resolver
from websockets.sync.client import ClientConnection, connect

from tests.docs_content.shapes import SET, document, faults, follow, operations
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

PORTAL = "portal/openapi.yaml"
SCHEMAS = document(PORTAL)["components"]["schemas"]
ROUTES = sorted(
    "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
    for pattern in get_resolver().url_patterns
    if isinstance(pattern, URLPattern)
)
# Read without a run of one's own and without a second edition of the Book, of which this set has one.
READ = [
    (path, operation) for method, path, operation in operations(PORTAL)
    if method == "GET" and not re.search(r"\{run_id\}|\{token\}|\{old\}|\{edition\}|journal/\{", path)
]  # fmt: skip


def test_the_document_has_every_route_and_no_other() -> None:
    assert sorted(document(PORTAL)["paths"]) == ROUTES


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    with FarEnd(stream(chat(["a", "b"]))) as far_end, PortalServer(OLLAMA_HOST=far_end.origin) as portal:
        yield portal


@pytest.fixture
def browser(portal: PortalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, timeout=120) as client:
        client.headers["X-CSRFToken"] = client.get("/runs/token").json()["token"]
        yield client


def test_every_page_and_list_answers_as_documented(browser: httpx.Client) -> None:
    wrong = []
    for path, operation in READ:
        answer = browser.get(_filled(path))
        wrong += [f"GET {path}: {fault}" for fault in _faults(operation, answer)]
    assert len(READ) > 20
    assert wrong == []


def test_search_and_a_choice_of_model_answer_as_documented(browser: httpx.Client) -> None:
    operation = document(PORTAL)["paths"]["/search/"]["get"]
    assert _faults(operation, browser.get("/search/", params={"q": "keep_alive", "format": "json"})) == []
    operation = document(PORTAL)["paths"]["/models/choice"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["example"]
    answer = browser.post("/models/choice", json=body)
    assert _faults(operation, answer) == []
    assert answer.json() == {"wanted": "qwen3:1.7b", "place": "model", "use": "far:1b", "needs": ["completion"]}
    for wrong in ({"upstream": "elsewhere"}, {"method": "POST", "path": "/api/chat", "body": {"model": "m"}, "upstream": "x"}):
        assert _faults(operation, browser.post("/models/choice", json=wrong)) == []


@pytest.mark.parametrize("path", ["/examples/read", "/examples/snippets"])
def test_what_is_said_of_examples_is_as_documented(browser: httpx.Client, path: str) -> None:
    operation = document(PORTAL)["paths"][path]["post"]
    ((kind, content),) = operation["requestBody"]["content"].items()
    sent = content["example"] if kind == "text/plain" else json.dumps(content["example"])
    answer = browser.post(path, content=sent, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert _faults(operation, answer) == []
    refused = browser.post(path, content=b"\xff", headers={"Content-Type": kind})
    assert refused.status_code == 400
    assert _faults(operation, refused) == []


def test_a_run_is_started_followed_and_deleted_as_documented(browser: httpx.Client) -> None:
    paths = document(PORTAL)["paths"]
    order = paths["/runs/"]["post"]["requestBody"]["content"]["application/json"]["examples"]["chat"]["value"]
    started = browser.post("/runs/", json=order | {"ref": str(uuid.uuid4())})
    assert started.status_code == 201
    assert _faults(paths["/runs/"]["post"], started) == []
    run = started.json()["run"]
    with browser.stream("GET", f"/runs/{run}/events") as events:
        text = events.read().decode()
    frames = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert [fault for frame in frames for fault in _wrong("Frame", frame)] == []
    assert {frame["type"] for frame in frames} == {"state", "head", "data", "end"}
    log = browser.get(f"/runs/{run}/log")
    assert _faults(paths["/runs/{run_id}/log"]["get"], log) == []
    assert log.json()["frames"] == frames
    assert _faults(paths["/runs/{run_id}/"]["get"], browser.get(f"/runs/{run}/")) == []
    assert _faults(paths["/runs/{run_id}/log"]["get"], browser.get(f"/runs/{run}/log?after=99")) == []
    assert _faults(paths["/runs/{run_id}/cancel"]["post"], browser.post(f"/runs/{run}/cancel")) == []
    assert _faults(paths["/runs/{run_id}/delete"]["post"], browser.post(f"/runs/{run}/delete")) == []
    for name in ("log", "events"):
        gone = browser.get(f"/runs/{run}/{name}")
        assert gone.status_code == 404
        assert _faults(paths[f"/runs/{{run_id}}/{name}"]["get"], gone) == []


@pytest.mark.parametrize("change", [
    {"ref": "x"}, {"request": 1}, {"source": 1}, {"request": {"upstream": "elsewhere"}},
    {"request": {"upstream": "local", "method": "POST", "path": "/api/nothing"}},
])  # fmt: skip
def test_what_is_rejected_is_rejected_as_documented(browser: httpx.Client, change: dict[str, Any]) -> None:
    answer = browser.post("/runs/", json={"ref": str(uuid.uuid4()), "request": {}} | change)
    assert answer.status_code == 400
    assert _faults(document(PORTAL)["paths"]["/runs/"]["post"], answer) == []


def test_a_post_without_the_token_is_refused_as_documented(portal: PortalServer) -> None:
    answer = httpx.post(f"{portal.url}runs/", json={}, trust_env=False, timeout=120)
    assert answer.status_code == 403
    assert _faults(document(PORTAL)["paths"]["/runs/"]["post"], answer) == []


def test_every_message_over_the_websocket_is_one_of_those_described(portal: PortalServer) -> None:
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    with connect(portal.socket_url, origin=portal.origin, proxy=None, open_timeout=120) as socket:  # type: ignore[arg-type]
        heard = _say(socket, {"type": "start", "ref": str(uuid.uuid4()), "request": request}, until="end")
        run = heard[0]["run"]
        heard += _say(socket, {"type": "attach", "run": run, "after": 0}, until="end")
        heard += _say(socket, {"type": "ping"}, until="pong")
        heard += _say(socket, {"type": "detach", "run": run}, {"type": "cancel", "run": run}, {"type": "ping"}, until="pong")
        for wrong in ("nothing", "[]", '{"type":"x"}', '{"type":"start"}', '{"type":"attach","run":"none"}'):
            socket.send(wrong)
            heard.append(json.loads(socket.recv(timeout=120)))
        heard += _say(socket, {"type": "attach", "run": run, "after": 99}, until="error", described=False)
    assert [fault for message in heard for fault in _wrong("ServerMessage", message)] == []
    assert {message["type"] for message in heard} >= {"accepted", "state", "head", "data", "end", "pong", "error"}


def test_the_messages_the_protocol_page_shows_are_messages() -> None:
    page = (SET / "portal/protocol.md").read_text("utf-8")
    shown = [json.loads(line) for block in re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
             for line in block.splitlines()]  # fmt: skip
    assert len(shown) >= 8
    for message in shown:
        sides = [_wrong(side, message) for side in ("ClientMessage", "ServerMessage")]
        assert [] in sides, (message, sides)


def test_every_error_code_of_the_doors_is_in_the_document() -> None:
    doors = "\n".join(file.read_text() for room in ("runs", "library") for file in Path("portal", room).rglob("*.py"))
    # `secret_found` is what `Leaks` is, whoever raises it.
    assert set(re.findall(r"Rejected\(\s*\"(\w+)\"", doors)) | {"no_token", "secret_found"} == set(SCHEMAS["Code"]["enum"])


def _say(socket: ClientConnection, *messages: dict[str, Any], until: str, described: bool = True) -> list[dict[str, Any]]:
    for message in messages:
        assert not described or _wrong("ClientMessage", message) == []
        socket.send(json.dumps(message))
    heard = [json.loads(socket.recv(timeout=120))]
    while heard[-1]["type"] != until:
        heard.append(json.loads(socket.recv(timeout=120)))
    return heard


def _wrong(schema: str, value: object) -> list[str]:
    return faults(PORTAL, SCHEMAS[schema], value, closed=True)


def _filled(path: str) -> str:
    told = document(PORTAL)["paths"][path].get("parameters", [])
    examples = {one["name"]: one.get("example") for one in (follow(PORTAL, parameter) for parameter in told)}
    return re.sub(r"\{(\w+)\}", lambda found: str(examples[found[1]]), path)


def _faults(operation: dict[str, Any], answer: httpx.Response) -> list[str]:
    told = operation["responses"].get(str(answer.status_code))
    if told is None:
        return [f"status {answer.status_code} is not documented"]
    contents = follow(PORTAL, told).get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if "*/*" in contents or answer.status_code in {301, 302, 303}:
        return []
    if kind not in contents:
        return [f"{kind or 'a body'} is not documented"] if answer.content or contents else []
    return faults(PORTAL, contents[kind]["schema"], answer.json(), closed=True) if kind == "application/json" else []
