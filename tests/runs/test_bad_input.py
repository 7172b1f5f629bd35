"""Every field of every message in every wrong way: one typed error each, the socket stays, nothing is sent, logged or recorded."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from tests.farend import FarEnd
from tests.portal_server import PortalServer
from tests.runs.recording import count_of_records, socket

REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
START = {"type": "start", "ref": "00000000-0000-4000-8000-000000000000", "request": REQUEST, "source": {"page": "p", "example": "e"}}
RUN = {"run": "AAAAAAAAAAAAAAAA"}
MESSAGES: list[dict[str, Any]] = [START, {"type": "attach", **RUN, "after": 0}, {"type": "cancel", **RUN}, {"type": "detach", **RUN}]
VALUES: list[Any] = [None, True, False, 7, -1, 1.5, 10**30, 1e308, "", "text", "x" * 100_000, "\ud800", [], [[]], {}, {"a": 1}]
CODES = {"bad_message", "bad_type", "bad_ref", "bad_request", "bad_source", "unknown_upstream", "unknown_endpoint", "no_such_run"}
# What may be left out, or says nothing wrong; which fields a body needs is for the upstream to say.
ALLOWED = {("request.body", "{}"), ("request.body", '{"a": 1}'), ("source", "{}"), ("source", "null"), ("source", '{"a": 1}'), ("source.page", '""'), ("source.page", '"text"'), ("source.page", '"\\ud800"'),
           ("source.example", '""'), ("source.example", '"text"'), ("source.example", '"\\ud800"')}  # fmt: skip
OPTIONAL = {"source", "source.page", "source.example"}


def paths_of(message: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in message.items():
        yield f"{before}{name}"
        if isinstance(value, dict) and name != "body":
            yield from paths_of(value, f"{before}{name}.")


def changed(message: dict[str, Any], path: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A copy, the object in it that holds the field, and the field's name."""
    copied = copy.deepcopy(message)
    holder = copied
    *way, name = path.split(".")
    for step in way:
        holder = holder[step]
    return copied, holder, name


def wrong_ones(message: dict[str, Any]) -> Iterator[str]:
    for path in paths_of(message):
        if path not in OPTIONAL:
            missing, holder, name = changed(message, path)
            del holder[name]
            yield json.dumps(missing)
            cased, holder, name = changed(message, path)
            holder[name.capitalize()] = holder.pop(name)
            yield json.dumps(cased)
        for value in VALUES:
            if (path, json.dumps(value)) not in ALLOWED:
                other, holder, name = changed(message, path)
                holder[name] = value
                yield json.dumps(other)
        twice, holder, name = changed(message, path)
        text = json.dumps(twice)
        here = json.dumps(holder)
        yield text.replace(here, f'{{"{name}": {json.dumps(holder[name])}, {here[1:]}', 1)


def with_body(body: str) -> str:
    return json.dumps(START).replace(json.dumps(REQUEST["body"]), body)


STRANGE = [
    with_body('{"model":"m","messages":[],"options":{"temperature":NaN}}'), with_body('{"model":"m","messages":[],"options":{"seed":Infinity}}'),
    with_body('{"model":"m","messages":' + "[" * 10_000 + "]" * 10_000 + "}"), with_body('{"model":"m","model":"n","messages":[]}'),
    with_body('{"model":"m","Model":"n","messages":[]}'), with_body('{"model":"\\ud800","messages":[]}'),
    '{"a":' * 10_000 + "1" + "}" * 10_000, "NaN", "-", '"start"', "\x00", "", " ", '{"type":"start"', "﻿{}", '{"type":"ping",}', "{'type':'ping'}",
]  # fmt: skip


@pytest.fixture(scope="module")
def sentenced(portal: PortalServer, upstream: FarEnd) -> Iterator[None]:
    """Afterwards nothing was sent or recorded, and nobody stumbled."""
    yield
    assert count_of_records(portal) == 0
    assert upstream.requests_for("/api/chat") == []
    assert "Traceback" not in portal.log
    assert "ERROR" not in portal.log


def error_to(opened: ClientConnection, message: str | bytes) -> dict[str, Any]:
    """The one error it is answered with; the ping behind it shows that nothing else was."""
    opened.send(message)
    opened.send('{"type":"ping"}')
    answer, pong = (json.loads(opened.recv(timeout=30)) for _ in range(2))
    assert (answer["type"], pong) == ("error", {"type": "pong", "runs": {}}), (message[:300], answer, pong)
    return dict(answer)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_whatever_is_wrong_with_a_field_costs_one_error(sentenced: None, portal: PortalServer, message: dict[str, Any]) -> None:
    with socket(portal) as opened:
        tried = [(text, error_to(opened, text)) for text in wrong_ones(message)]
    assert len(tried) > 30
    for text, error in tried:
        assert error["code"] in CODES, text[:300]
        assert error["message"].endswith((".", "?")), error
        assert len(error["message"]) < 600


@pytest.mark.parametrize("message", [*STRANGE, b"", b"\xff\xfe", b'{"type":"ping"}'], ids=range(len(STRANGE) + 3))
def test_a_strange_message_costs_one_error(sentenced: None, portal: PortalServer, message: str | bytes) -> None:
    with socket(portal) as opened:
        assert error_to(opened, message)["code"] in ("bad_message", "bad_request")


def test_two_thousand_messages_at_once_are_all_answered(sentenced: None, portal: PortalServer) -> None:
    with socket(portal) as opened:
        for _ in range(1000):
            opened.send('{"type":"ping"}')
            opened.send('{"type":"attach","run":"AAAAAAAAAAAAAAAA","after":0}')
        answers = [json.loads(opened.recv(timeout=60))["type"] for _ in range(2000)]
    assert answers == ["pong", "error"] * 1000


def test_whatever_is_wrong_with_a_field_of_a_post_is_400_and_a_sentence(sentenced: None, portal: PortalServer) -> None:
    message = {name: value for name, value in START.items() if name != "type"}
    with httpx.Client(base_url=portal.url, trust_env=False, timeout=60) as client:
        client.headers["X-CSRFToken"] = client.get("runs/token").json()["token"]
        for text in [*wrong_ones(message), *STRANGE[:6]]:
            answer = client.post("runs/", content=text.encode(), headers={"Content-Type": "application/json", "Origin": portal.origin})
            assert answer.status_code == 400, (text[:300], answer.text[:300])
            assert answer.json()["error"]["code"] in CODES


def test_a_run_of_long_ago_that_is_no_more_is_answered_as_one_that_never_was(sentenced: None, portal: PortalServer) -> None:
    with socket(portal) as opened:
        errors = [
            error_to(opened, json.dumps({"type": kind, "run": run}))
            for kind in ("attach", "cancel", "detach")
            for run in ("AAAAAAAAAAAAAAAA", str(uuid.uuid4()), "' or 1=1 --", "a" * 32, "é" * 16)
        ]
    assert len({(error["code"], error["message"], error["field"]) for error in errors}) == 1


@pytest.mark.parametrize("address", ["runs/", "docs/", "no/such/address"])
def test_a_body_larger_than_any_request_is_refused_while_it_comes(
    portal: PortalServer, address: str, request: pytest.FixtureRequest
) -> None:
    sent: list[bytes] = []

    def endless() -> Iterator[bytes]:
        while len(sent) < 1 << 12:
            sent.append(b" " * (1 << 16))
            yield sent[-1]

    answer = httpx.post(portal.url + address, content=endless(), trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"], answer.headers["connection"]) == (413, "too_large", "close")
    if request.node.callspec.params["portal"] == "one worker":
        # nginx throws away what comes for some seconds more, so that its answer is read.
        assert len(sent) < 1 << 12, "nobody has read to the end"
