"""Three workers with one PostgreSQL and one Redis: every run is the same on each of them."""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.farend import FarEnd, Held, chat, silence
from tests.portal_server import PortalServer
from tests.runs.recording import attach, log, start, text_of, to_the_end, wait_until
from tests.runs.stores import Stores, say, sockets, three_workers, until

REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}


@pytest.fixture(scope="module")
def workers(shared: Stores, upstream: FarEnd) -> Iterator[list[PortalServer]]:
    with three_workers(shared, upstream) as running:
        yield running
        for worker in running:
            assert "Traceback" not in worker.log


def post(portal: PortalServer, path: str, message: object = None) -> httpx.Response:
    with httpx.Client(base_url=portal.url, trust_env=False) as client:
        token = client.get("runs/token").json()["token"]
        return client.post(path, json=message, headers={"X-CSRFToken": token, "Origin": portal.origin})


def test_a_run_is_followed_on_every_worker_from_wherever_its_watcher_is(
    workers: list[PortalServer], upstream: FarEnd
) -> None:
    records = chat(["a ", "b\u2028 ", "c\n ", "d "])
    upstream.script = held = Held(records[:1], records[1:3], records[3:])
    with sockets(*workers) as (one, two, three):
        run = start(one)
        here = until(one, "data")
        say(two, "attach", run=run, after=0)
        there = until(two, "data")
        held.go()
        here += until(one, "data")
        say(three, "attach", run=run, after=len(here))
        held.go()
        here += to_the_end(one)
        assert there + to_the_end(two) == here
        assert to_the_end(three)[-1] == here[-1]
    assert text_of(here) == b"".join(records).decode()
    assert [frame["seq"] for frame in here] == list(range(1, len(here) + 1))
    assert all(log(worker, run, after) == here[after:] for worker in workers for after in range(len(here)))


def test_a_ref_starts_once_in_a_race_over_all_workers(workers: list[PortalServer], upstream: FarEnd) -> None:
    upstream.script = silence
    before, ref = len(upstream.requests_for("/api/chat")), str(uuid.uuid4())
    with sockets(*workers) as opened:
        for _ in range(334):
            for one in opened:
                say(one, "start", ref=ref, request=REQUEST)
        runs = set()
        for one in opened:
            accepted = 0
            while accepted < 334:
                message = json.loads(one.recv(timeout=60))
                assert message["type"] != "error", message
                if message["type"] == "accepted":
                    accepted += 1
                    runs.add(message["run"])
        say(opened[0], "cancel", run=next(iter(runs)))
        assert to_the_end(opened[0])[-1]["outcome"] == "cancelled"
    assert len(runs) == 1
    assert len(upstream.requests_for("/api/chat")) == before + 1


@pytest.mark.parametrize("phase", ["before the first token", "in mid-stream"])
def test_cancel_on_another_worker_hangs_up(workers: list[PortalServer], upstream: FarEnd, phase: str) -> None:
    upstream.script = silence if phase == "before the first token" else Held(chat(["a"])[:1], [])
    before = len(upstream.requests_for("/api/chat"))
    with sockets(*workers) as (one, two, three):
        run = start(one)
        wait_until(lambda: len(upstream.requests_for("/api/chat")) > before)
        if upstream.script is not silence:
            until(one, "data")
        say(two, "attach", run=run, after=0)
        say(three, "cancel", run=run)
        ends = [to_the_end(one)[-1], to_the_end(two)[-1]]
    assert ends[0] == ends[1]
    assert ends[0]["outcome"] == "cancelled"
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(60)


def test_a_run_is_deleted_on_every_worker_by_any(workers: list[PortalServer], upstream: FarEnd) -> None:
    upstream.script = Held(chat(["a"])[:1], [])
    with sockets(*workers) as (one, _, _):
        run = start(one)
        until(one, "data")
        assert post(workers[1], f"runs/{run}/delete").status_code == 204
        assert to_the_end(one)[-1]["outcome"] == "cancelled"
    for worker in workers:
        assert httpx.get(f"{worker.url}runs/{run}/log", trust_env=False).status_code == 404
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(60)


def test_a_link_to_a_run_and_its_page_work_on_every_worker(workers: list[PortalServer], upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["a"])[:1], chat(["b"]))
    with sockets(*workers) as (one, _, _):
        run = start(one)
        until(one, "data")
        assert post(workers[1], f"runs/{run}/share").json()["error"]["code"] == "not_ended"
        held.go()
        until(one, "end")
    frames = attach_to(workers[2], run)
    assert attach_to(workers[1], run) == frames
    address = post(workers[1], f"runs/{run}/share").json()["address"]
    for worker in workers:
        page, shown = (httpx.get(f"{worker.origin}{path}", trust_env=False) for path in (f"/runs/{run}/", address))
        assert (page.status_code, shown.status_code) == (200, 200)
        assert log(worker, run) == frames


def attach_to(portal: PortalServer, run: str) -> list[dict[str, object]]:
    with sockets(portal) as (opened,):
        return attach(opened, run, 0)


def test_one_command_serves_with_three_workers_and_ends_them_together(
    shared: Stores, upstream: FarEnd, tmp_path: Path
) -> None:
    records = chat(["a", "b"])
    upstream.script = held = Held(records[:1], records[1:])
    with shared.worker(upstream, tmp_path, workers=3, PORTAL_DRAIN="300") as portal, sockets(*[portal] * 9) as opened:
        ref = str(uuid.uuid4())
        assert len({start(one, ref) for one in opened}) == 1
        begun = [until(one, "data") for one in opened]
        portal.process.send_signal(signal.SIGTERM)
        held.go()
        logs = [frames + to_the_end(one) for frames, one in zip(begun, opened, strict=True)]
        assert portal.process.wait(120) == 0
    assert {json.dumps(frames) for frames in logs} == {json.dumps(logs[0])}
    assert logs[0][-1]["outcome"] == "done"
    assert "Traceback" not in portal.log


def test_a_worker_that_dies_is_started_again_and_none_outlives_the_server(
    shared: Stores, upstream: FarEnd, tmp_path: Path
) -> None:
    with shared.worker(upstream, tmp_path, workers=2) as portal:
        first, second = children_of(portal.process.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(children_of(portal.process.pid) - {first}) == 2)
        running = children_of(portal.process.pid)
        assert second in running
        wait_until(lambda: "ended (exit code -9)" in portal.log)
        portal.process.kill()
        portal.process.wait()
        wait_until(lambda: not any(is_running(worker) for worker in running))


def is_running(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def children_of(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for listed in found for child in listed.read_text().split()}
