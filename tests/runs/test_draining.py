"""A server that is told to stop finishes what it has, takes nothing new, and says so."""

from __future__ import annotations

import json
import signal
import uuid
from pathlib import Path

import httpx
from websockets.exceptions import ConnectionClosed

from tests.farend import FarEnd, Held, chat
from tests.runs.recording import log, server, socket, start, to_the_end

REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}


def test_a_server_told_to_stop_ends_its_runs_whole_and_takes_no_new_ones(far_end: FarEnd, data: Path) -> None:
    records = chat(["a", "b"])
    far_end.script = held = Held(records[:1], records[1:])
    with server(far_end, data, PORTAL_DRAIN="300") as portal, socket(portal) as opened, socket(portal) as other:
        assert httpx.get(f"{portal.url}readyz", trust_env=False).status_code == 200
        ref = str(uuid.uuid4())
        run = start(opened, ref)
        while json.loads(opened.recv(timeout=60))["type"] != "data":
            pass
        portal.process.send_signal(signal.SIGTERM)
        while httpx.get(f"{portal.url}readyz", trust_env=False).status_code != 503:
            pass
        other.send(json.dumps({"type": "start", "ref": str(uuid.uuid4()), "request": REQUEST}))
        assert json.loads(other.recv(timeout=60))["code"] == "draining"
        assert start(other, ref) == run
        held.go()
        assert to_the_end(opened)[-1]["outcome"] == "done"
        try:
            while opened.recv(timeout=30):
                pass
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert closed.rcvd.code == 1012
        assert portal.process.wait(30) == 0
        assert "Traceback" not in portal.log
    assert len(far_end.requests_for("/api/chat")) == 1
    with server(far_end, data) as portal:
        assert log(portal, run)[-1]["outcome"] == "done"


def test_a_second_sigterm_stops_at_once(far_end: FarEnd, data: Path) -> None:
    far_end.script = Held(chat(["a"])[:1], [])
    with server(far_end, data, PORTAL_DRAIN="300") as portal, socket(portal) as opened:
        run = start(opened)
        portal.process.send_signal(signal.SIGTERM)
        while httpx.get(f"{portal.url}readyz", trust_env=False).status_code != 503:
            pass
        portal.process.send_signal(signal.SIGTERM)
        assert portal.process.wait(30) == 0
    with server(far_end, data) as portal:
        assert log(portal, run)[-1]["outcome"] == "interrupted"
