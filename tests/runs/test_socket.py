"""The websocket door, on a real server with a real client."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from portal.sockets import text_frame
from tests.farend import FarEnd, chat, silence, stream
from tests.portal_server import PortalServer
from tests.runs.recording import wait_until


@contextmanager
def socket(portal: PortalServer, origin: str | None = "") -> Iterator[ClientConnection]:
    with connect(portal.socket_url, origin=portal.origin if origin == "" else origin, proxy=None) as opened:  # type: ignore[arg-type]
        yield opened


def start(opened: ClientConnection, ref: str | None = None, **request: Any) -> str:
    request = {
        "upstream": "local",
        "method": "POST",
        "path": "/api/chat",
        "body": {"model": "far:1b", "messages": []},
    } | request
    ref = ref or str(uuid.uuid4())
    opened.send(json.dumps({"type": "start", "ref": ref, "request": request}))
    return ref


def hear(opened: ClientConnection) -> dict[str, Any]:
    return json.loads(opened.recv(timeout=60))


def hear_to_the_end(opened: ClientConnection) -> list[dict[str, Any]]:
    frames = []
    while not frames or frames[-1].get("type") != "end":
        frames.append(hear(opened))
    return frames


def test_a_run_is_accepted_and_its_frames_follow(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Hello"]))
    with socket(portal) as opened:
        ref = start(opened)
        accepted, *frames = hear_to_the_end(opened)
    assert (accepted["type"], accepted["ref"]) == ("accepted", ref)
    assert all(frame["run"] == accepted["run"] for frame in frames)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))


def test_a_socket_closed_in_mid_stream_misses_nothing_when_it_comes_back(
    portal: PortalServer, upstream: FarEnd
) -> None:
    records = chat([f"{number} " for number in range(40)])
    upstream.script = stream(records, pause=0.02)
    with socket(portal) as first:
        start(first)
        run, *before = [hear(first) for _ in range(8)]
    with socket(portal) as second:
        second.send(json.dumps({"type": "attach", "run": run["run"], "after": before[-1]["seq"]}))
        frames = before + hear_to_the_end(second)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert "".join(frame.get("text", "") for frame in frames).encode() == b"".join(records)
    assert len([asked for asked in upstream.requests_for("/api/chat") if not asked.hung_up.is_set()]) >= 1


def test_two_watchers_see_the_same(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a", "b", "c"]), pause=0.05)
    with socket(portal) as one, socket(portal) as two:
        start(one)
        run = hear(one)["run"]
        two.send(json.dumps({"type": "attach", "run": run, "after": 0}))
        assert hear_to_the_end(two) == hear_to_the_end(one)


def test_the_same_ref_over_two_sockets_is_one_request_upstream(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"] * 10), pause=0.02)
    before = len(upstream.requests_for("/api/chat"))
    with socket(portal) as one, socket(portal) as two:
        ref = start(one)
        start(two, ref)
        assert hear_to_the_end(one) == hear_to_the_end(two)
    assert len(upstream.requests_for("/api/chat")) == before + 1


def test_stop_from_any_socket_hangs_up_before_the_first_token(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = silence  # type: ignore[assignment]
    before = len(upstream.requests_for("/api/chat"))
    with socket(portal) as one, socket(portal) as two:
        start(one)
        run = hear(one)["run"]
        while hear(one).get("state") != "waiting":
            pass
        wait_until(lambda: len(upstream.requests_for("/api/chat")) > before)
        two.send(json.dumps({"type": "cancel", "run": run}))
        assert hear_to_the_end(one)[-1]["outcome"] == "cancelled"
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(60)


def test_a_ping_is_answered_with_the_heads_of_what_is_watched(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = silence  # type: ignore[assignment]
    with socket(portal) as opened:
        start(opened)
        run = hear(opened)["run"]
        while hear(opened).get("state") != "waiting":
            pass
        opened.send('{"type":"ping"}')
        assert hear(opened) == {"type": "pong", "runs": {run: 2}}
        opened.send(json.dumps({"type": "cancel", "run": run}))


def test_who_has_seen_the_end_is_sent_nothing_and_a_pong_says_so(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    with socket(portal) as opened:
        start(opened)
        *_, end = hear_to_the_end(opened)
        opened.send(json.dumps({"type": "attach", "run": end["run"], "after": end["seq"]}))
        opened.send('{"type":"ping"}')
        assert hear(opened) == {"type": "pong", "runs": {}}


BAD = [
    ("not json", "bad_message"), ("[]", "bad_message"), ("{}", "bad_type"), ('{"type":"START"}', "bad_type"), ('{"type":["ping"]}', "bad_type"),
    ('{"type":"ping","type":"ping"}', "bad_message"), ("[" * 10_000, "bad_message"), ('{"type":"start"}', "bad_ref"),
    ('{"type":"start","ref":"../../etc"}', "bad_ref"), ('{"type":"start","ref":"12345678"}', "bad_request"),
    ('{"type":"start","ref":"12345678","request":{"upstream":"x"}}', "unknown_upstream"),
    ('{"type":"start","ref":"12345678","request":{"upstream":"local","method":"POST","path":"/etc/passwd"}}', "unknown_endpoint"),
    ('{"type":"attach"}', "no_such_run"), ('{"type":"attach","run":"nope"}', "no_such_run"), ('{"type":"attach","run":7}', "no_such_run"),
    ('{"type":"cancel","run":"nope"}', "no_such_run"), ('{"type":"detach","run":null}', "no_such_run"), (b"\x00\xff", "bad_message"),
    ('{"type":"start","ref":"12345678","request":{"upstream":"local","method":"POST","path":"/api/chat\\ud800","body":{}}}', "unknown_endpoint"),
    ('{"type":"\\ud800"}', "bad_type"), ('{"\\ud800":1,"\\ud800":2}', "bad_message"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "code"), BAD, ids=[str(case[0])[:60] for case in BAD])
def test_a_bad_message_costs_one_typed_error_and_the_socket_stays(
    portal: PortalServer, message: str | bytes, code: str
) -> None:
    before = portal.log
    with socket(portal) as opened:
        opened.send(message)
        error = hear(opened)
        opened.send('{"type":"ping"}')
        assert hear(opened)["type"] == "pong"
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]
    assert portal.log == before


@pytest.mark.parametrize("after", [-1, 10_000, 10**30, 1e308, "0", None, 1.5, True, [], {}])
def test_an_after_outside_the_log_is_a_typed_error(portal: PortalServer, upstream: FarEnd, after: object) -> None:
    upstream.script = stream(chat(["a"]))
    with socket(portal) as opened:
        start(opened)
        run = hear_to_the_end(opened)[0]["run"]
        opened.send(json.dumps({"type": "attach", "run": run, "after": after}))
        assert hear(opened)["code"] == "bad_after"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1", "http://[::1", "http://127.0.0.1:x", "file://", "http://a@127.0.0.1"])  # fmt: skip
def test_a_handshake_from_another_origin_is_refused_with_403(portal: PortalServer, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refusal, socket(portal, origin):
        pass
    assert refusal.value.response.status_code == 403


def test_a_message_over_a_mebibyte_closes_the_socket_with_its_code(portal: PortalServer) -> None:
    with socket(portal) as opened:
        opened.send('"' + "x" * (1 << 20) + '"')
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=60)
    # nginx, which is still sending when the portal closes, passes the code on or just closes.
    assert closed.value.rcvd is not None or portal.workers > 1
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def test_a_wrong_socket_address_is_refused_without_a_traceback(portal: PortalServer) -> None:
    with (
        pytest.raises(InvalidStatus),
        connect(portal.url.replace("http", "ws", 1) + "ws/other/", origin=portal.origin, proxy=None),
    ):  # type: ignore[arg-type]
        pass
    assert "Traceback" not in portal.log


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_message_is_framed_as_the_library_frames_it(size: int) -> None:
    text = ("ü" * size).encode()[:size]
    assert text_frame(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
