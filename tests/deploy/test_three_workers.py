"""Three workers with PostgreSQL and Redis behind deploy/nginx.conf: the set-up of deploy/compose.yaml, from Debian's packages."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.deploy.files import nginx_site
from tests.farend import Asked, FarEnd, Held, Line, chat
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.recording import Frames, attach, start, text_of, to_the_end
from tests.runs.stores import Stores

WORDS = ["one ", "two ", "three "]
RECORDS = chat(WORDS)
BODY = b"".join(RECORDS).decode()
REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}


@pytest.fixture(scope="module")
def held() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


@pytest.fixture(scope="module")
def proxy(held: socket.socket) -> Iterator[Nginx]:
    with Nginx(nginx_site(f"http://127.0.0.1:{held.getsockname()[1]}")) as nginx:
        yield nginx


def portal_of(shared: Stores, upstream: FarEnd, held: socket.socket, proxy: Nginx) -> PortalServer:
    return shared.worker(upstream, workers=3, held=held, PORTAL_ORIGINS=proxy.origin, PORTAL_DRAIN="300", PORTAL_RUNS_AT_ONCE="50")


@pytest.fixture
def client(proxy: Nginx) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.origin, trust_env=False, timeout=120) as client:
        yield client


def watching(proxy: Nginx) -> ClientConnection:
    address = f"ws://127.0.0.1:{proxy.port}/ws/runs/"
    return connect(address, origin=proxy.origin, proxy=None, open_timeout=120)  # type: ignore[arg-type]


def events_of(client: httpx.Client, run: str) -> Frames:
    with client.stream("GET", f"/runs/{run}/events") as events:
        return [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]


def polled(client: httpx.Client, run: str) -> Frames:
    frames: Frames = []
    ended = False
    while not ended:
        log = client.get(f"/runs/{run}/log", params={"after": len(frames), "wait": 20}).json()
        frames, ended = frames + log["frames"], log["ended"]
    return frames


def workers_of(portal: PortalServer) -> list[int]:
    pids = [int(child) for task in Path(f"/proc/{portal.process.pid}/task").glob("*/children") for child in task.read_text().split()]
    return [pid for pid in pids if b"portal.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_every_door_shows_the_same_through_nginx_whichever_worker_it_leads_to(
    shared: Stores, upstream: FarEnd, held: socket.socket, proxy: Nginx, client: httpx.Client
) -> None:
    with portal_of(shared, upstream, held, proxy) as portal:
        assert client.get("/docs/").status_code == 200
        token = client.get("/runs/token").json()["token"]
        before = len(upstream.requests_for("/api/chat"))
        upstream.script = answer = Held(RECORDS[:1], RECORDS[1:])
        message = {"ref": str(uuid.uuid4()), "request": REQUEST}
        sent = {"Origin": proxy.origin, "X-CSRFToken": token}
        (run,) = {client.post("/runs/", json=message, headers=sent).json()["run"] for _ in range(6)}
        with ExitStack() as stack:
            opened = [stack.enter_context(watching(proxy)) for _ in range(6)]
            for one in opened:
                one.send(json.dumps({"type": "attach", "run": run, "after": 0}))
                while json.loads(one.recv(timeout=60)).get("type") != "data":
                    pass
            answer.go()
            assert {to_the_end(one)[-1]["outcome"] for one in opened} == {"done"}
            seen = [attach(opened[0], run, 0), events_of(client, run), polled(client, run)]
        assert [text_of(frames) for frames in seen] == [BODY] * 3
        assert seen[0] == seen[1] == seen[2]
        assert len(upstream.requests_for("/api/chat")) == before + 1
        assert "Traceback" not in portal.log


def test_the_runs_of_a_worker_that_is_killed_are_ended_by_another_and_a_restart_keeps_them_all(
    shared: Stores, upstream: FarEnd, held: socket.socket, proxy: Nginx, client: httpx.Client
) -> None:
    released = threading.Event()

    async def answer(line: Line, asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        await line.chunk(RECORDS[0])
        while not released.is_set():
            await asyncio.sleep(0.002)
        for record in RECORDS[1:]:
            await line.chunk(record)
        await line.last_chunk()

    upstream.script = answer
    with portal_of(shared, upstream, held, proxy) as portal:
        with ExitStack() as stack:
            opened = [stack.enter_context(watching(proxy)) for _ in range(6)]
            runs = [start(one) for one in opened]
            for one in opened:
                while json.loads(one.recv(timeout=60)).get("type") != "data":
                    pass
            os.kill(workers_of(portal)[0], signal.SIGKILL)
            released.set()
            logs = [polled(client, run) for run in runs]
        ends = {frames[-1]["outcome"] for frames in logs}
        assert ends <= {"done", "interrupted"}
        assert all(text_of(frames) == BODY for frames in logs if frames[-1]["outcome"] == "done")
        assert all(BODY.startswith(text_of(frames)) for frames in logs)
        portal.process.send_signal(signal.SIGTERM)
        assert portal.process.wait(120) == 0
    with portal_of(shared, upstream, held, proxy):
        assert [polled(client, run) for run in runs] == logs
