"""The doors beside the websocket: server-sent events, polling, plain requests; all on the same numbers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.farend import FarEnd, chat, silence, stream
from tests.portal_server import PortalServer


@pytest.fixture
def browser(portal: PortalServer) -> Iterator[httpx.Client]:
    """A client as a page of the site has it: with the token that lets it POST."""
    with httpx.Client(base_url=portal.url, trust_env=False, timeout=60) as client:
        client.headers["X-CSRFToken"] = client.get("/runs/token").json()["token"]
        yield client


def message(ref: str | None = None, **request: object) -> dict[str, Any]:
    asked = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    return {"ref": ref or str(uuid.uuid4()), "request": asked | request}


def start(browser: httpx.Client, ref: str | None = None) -> str:
    answer = browser.post("/runs/", json=message(ref))
    assert answer.status_code == 201
    return str(answer.json()["run"])


def whole_log(browser: httpx.Client, run: str) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != "end":
        frames += browser.get(f"/runs/{run}/log", params={"after": len(frames), "wait": 10}).json()["frames"]
    return frames


def events_of(answer: httpx.Response) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for block in answer.read().decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((int(lines["id"]), json.loads(lines["data"])))
    return found


def test_a_run_started_by_post_is_followed_by_polling(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a", "b"]), pause=0.05)
    frames = whole_log(browser, start(browser))
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert frames[-1]["outcome"] == "done"


def test_events_are_the_frames_with_their_numbers_as_ids(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a", "b"]), pause=0.05)
    run = start(browser)
    with browser.stream("GET", f"/runs/{run}/events") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        events = events_of(answer)
    assert [number for number, _ in events] == [frame["seq"] for _, frame in events]
    assert [frame for _, frame in events] == whole_log(browser, run)


def test_events_go_on_after_the_last_one_a_client_has_seen(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a", "b"]))
    run = start(browser)
    frames = whole_log(browser, run)
    with browser.stream("GET", f"/runs/{run}/events", headers={"Last-Event-ID": "3"}) as answer:
        assert [frame for _, frame in events_of(answer)] == frames[3:]
    assert browser.get(f"/runs/{run}/events", headers={"Last-Event-ID": str(len(frames))}).status_code == 204


def test_what_the_socket_sees_is_what_the_other_doors_see(browser: httpx.Client, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a", "b", "c"]), pause=0.03)
    run = start(browser)
    with connect(portal.socket_url, origin=portal.origin, proxy=None) as socket:  # type: ignore[arg-type]
        socket.send(json.dumps({"type": "attach", "run": run, "after": 0}))
        frames = [json.loads(socket.recv(timeout=60))]
        while frames[-1]["type"] != "end":
            frames.append(json.loads(socket.recv(timeout=60)))
    assert frames == whole_log(browser, run)


def test_a_second_post_of_the_same_ref_is_the_same_run(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    ref = str(uuid.uuid4())
    assert start(browser, ref) == start(browser, ref)


def test_cancel_hangs_up(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = silence  # type: ignore[assignment]
    run = start(browser)
    browser.get(f"/runs/{run}/log", params={"after": 1, "wait": 5})
    assert browser.post(f"/runs/{run}/cancel").status_code == 204
    assert whole_log(browser, run)[-1]["outcome"] == "cancelled"
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(60)


def test_a_post_without_the_token_is_refused_and_sends_nothing(portal: PortalServer, upstream: FarEnd) -> None:
    before = len(upstream.requests_for("/api/chat"))
    answer = httpx.post(f"{portal.url}runs/", json=message(), trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "no_token")
    assert len(upstream.requests_for("/api/chat")) == before


@pytest.mark.parametrize(("body", "code"), [
    (b"not json", "bad_message"), (b"[]", "bad_message"), (b"\xff", "bad_message"), (b"{}", "bad_request"),
    (json.dumps(message(ref="x")).encode(), "bad_ref"),
    (json.dumps(message(path="/api/../etc")).encode(), "unknown_endpoint"),
    (json.dumps(message(upstream="elsewhere")).encode(), "unknown_upstream"),
])  # fmt: skip
def test_a_bad_message_is_a_sentence(browser: httpx.Client, body: bytes, code: str) -> None:
    answer = browser.post("/runs/", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize("address", ["log", "events", "cancel"])
def test_a_run_that_does_not_exist_is_404(browser: httpx.Client, address: str) -> None:
    method = "POST" if address == "cancel" else "GET"
    answer = browser.request(method, f"/runs/nope/{address}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_run")


@pytest.mark.parametrize("after", ["-1", "99999", "x", "1.5", "9" * 40, "²"])
def test_an_after_outside_the_log_is_a_sentence(browser: httpx.Client, upstream: FarEnd, after: str) -> None:
    upstream.script = stream(chat(["a"]))
    run = start(browser)
    whole_log(browser, run)
    for address in ("log", "events"):
        answer = browser.get(f"/runs/{run}/{address}", params={"after": after})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_after")
