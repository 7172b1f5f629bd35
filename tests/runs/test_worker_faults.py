"""What becomes of runs when a worker, Redis or PostgreSQL dies, stops, or forgets: one end, nothing lost, one call upstream."""

from __future__ import annotations

import json
import signal
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.sync.client import ClientConnection

from tests.cable import Cable
from tests.farend import FarEnd, Held, chat, silence
from tests.portal_server import PortalServer
from tests.redis import RedisServer
from tests.runs.recording import log, start, text_of, wait_until
from tests.runs.stores import Stores, say, sockets, until

REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
TIMES = 100


@pytest.fixture(scope="module")
def cables(shared: Stores) -> Iterator[tuple[Cable, Cable]]:
    """The first worker's way to the database, and the second one's to Redis."""
    with Cable() as to_database, Cable() as to_redis:
        to_database.target, to_redis.target = shared.postgres.port, shared.redis.port
        yield to_database, to_redis


@pytest.fixture(scope="module")
def two_workers(shared: Stores, upstream: FarEnd, cables: tuple[Cable, Cable]) -> Iterator[list[PortalServer]]:
    to_database, to_redis = cables
    with (
        shared.worker(upstream, DATABASE_URL=f"postgres://portal@127.0.0.1:{to_database.port}/postgres") as one,
        shared.worker(upstream, REDIS_URL=f"redis://127.0.0.1:{to_redis.port}/0") as two,
    ):
        yield [one, two]
        assert "Traceback" not in one.log + two.log


def test_workers_that_die_or_stop_have_their_runs_ended_by_another(shared: Stores, far_end: FarEnd) -> None:
    with shared.worker(far_end) as dying, shared.worker(far_end) as stopping, shared.worker(far_end) as third:
        with sockets(dying, stopping, third, third) as (one, two, *watching):
            runs, seen = [], []
            for opened in (one, two):
                far_end.script = held = Held(chat(["a", "b"])[:2], chat(["c"])[:1], [])
                runs.append(start(opened))
                seen.append(until(opened, "data"))
            for opened, run in zip(watching, runs, strict=True):
                say(opened, "attach", run=run, after=0)
            watched = [until(opened, "data") for opened in watching]
            dying.process.kill()
            stopping.process.send_signal(signal.SIGSTOP)
            watched = [frames + until(opened, "end") for frames, opened in zip(watched, watching, strict=True)]
            for before, frames, run in zip(seen, watched, runs, strict=True):
                assert frames[: len(before)] == before
                assert (frames[-1]["outcome"], frames[-1]["error"]["code"]) == ("interrupted", "server_ended")
                assert log(third, run) == frames
            held.go()
            stopping.process.send_signal(signal.SIGCONT)
            # Its own watchers see the same end, and what the upstream has said meanwhile reaches nobody.
            assert seen[1] + until(two, "end") == watched[1]
            assert far_end.requests_for("/api/chat")[-1].hung_up.wait(30)
            assert log(stopping, runs[1]) == log(third, runs[1]) == watched[1]
        assert "Traceback" not in dying.log + stopping.log + third.log
    assert len(far_end.requests_for("/api/chat")) == 2


TROUBLES: dict[str, tuple[Callable[[RedisServer], None], Callable[[RedisServer], None]]] = {
    "killed": (RedisServer.kill, RedisServer.start),
    "paused": (RedisServer.pause, RedisServer.go_on),
    "full": (RedisServer.fill, RedisServer.empty),
    "flushed": (lambda redis: redis.ask("FLUSHALL"), lambda redis: None),
}


def ready(portal: PortalServer) -> str:
    return httpx.get(f"{portal.url}readyz", trust_env=False).text


@pytest.mark.parametrize("trouble", TROUBLES)
def test_redis_in_trouble_costs_no_frame_and_starts_nothing_twice(
    shared: Stores, two_workers: list[PortalServer], upstream: FarEnd, trouble: str
) -> None:
    begin, end = TROUBLES[trouble]
    parts = [chat(["a"])[:1], chat(["b"])[:1], chat(["c"])[:1], chat(["d"])]
    upstream.script = held = Held(*parts)
    one, two = two_workers
    before = len(upstream.requests_for("/api/chat"))
    with sockets(one, two, two, one) as (here, there, starting, again):
        run = start(here)
        mine = until(here, "data")
        say(there, "attach", run=run, after=0)
        theirs = until(there, "data")
        begin(shared.redis)
        try:
            held.go()
            mine += until(here, "data")
            if trouble != "flushed":
                wait_until(lambda: all("Redis is away" in ready(portal) for portal in two_workers))
            held.go()
            mine += until(here, "data")
            ref = str(uuid.uuid4())
            another = start(starting, ref)
            assert start(again, ref) == another
        finally:
            end(shared.redis)
        held.go(9)
        mine += until(here, "end")
        theirs += until(there, "end")
        until(again, "end")
    assert mine == theirs
    assert text_of(mine) == b"".join(record for part in parts for record in part).decode()
    assert len(upstream.requests_for("/api/chat")) == before + 2
    wait_until(lambda: [ready(portal) for portal in two_workers] == ["ready\n"] * 2)
    assert [log(portal, run) for portal in two_workers] == [mine, mine]


def test_a_database_that_dies_costs_no_frame_on_any_worker(
    shared: Stores, two_workers: list[PortalServer], upstream: FarEnd
) -> None:
    records = chat(["a", "b", "c"])
    upstream.script = held = Held(records[:1], records[1:2], records[2:])
    one, two = two_workers
    before = len(upstream.requests_for("/api/chat"))
    with sockets(one, two, two) as (here, there, again):
        ref = str(uuid.uuid4())
        run = start(here, ref)
        mine = until(here, "data")
        shared.postgres.kill()
        try:
            held.go()
            mine += until(here, "data")
            assert start(there, ref) == run
            theirs = until(there, "data")
            held.go()
            mine += until(here, "end")
            assert theirs + until(there, "end") == mine
        finally:
            shared.postgres.start()
        say(again, "attach", run=run, after=0)
        assert until(again, "end") == mine
    assert len(upstream.requests_for("/api/chat")) == before + 1
    wait_until(lambda: "the records catch up" in one.log)


@pytest.mark.parametrize("pulled", [("redis",), ("database",), ("database", "redis")], ids=" and ".join)
def test_a_ref_is_sent_once_whichever_store_each_worker_reaches(
    two_workers: list[PortalServer], upstream: FarEnd, cables: tuple[Cable, Cable], pulled: tuple[str, ...]
) -> None:
    upstream.script = silence
    before, ref = len(upstream.requests_for("/api/chat")), str(uuid.uuid4())
    with sockets(*two_workers) as opened:
        for cable, name in zip(cables, ("database", "redis"), strict=True):
            if name in pulled:
                cable.pull()
        try:
            for _ in range(TIMES):
                for one in opened:
                    say(one, "start", ref=ref, request=REQUEST)
            answers = [answers_to(one) for one in opened]
        finally:
            for cable in cables:
                cable.plug_in()
        (run,) = {run for these in answers for run in these if run}
        assert answers[1] == [run] * TIMES, "who reaches the database always knows"
        say(opened[1], "cancel", run=run)
        until(opened[1], "end")
    assert len(upstream.requests_for("/api/chat")) == before + 1
    wait_until(lambda: [ready(portal) for portal in two_workers] == ["ready\n"] * 2)


def answers_to(opened: ClientConnection) -> list[str]:
    """The run each start was answered with; nothing where it could not be told."""
    answers: list[str] = []
    while len(answers) < TIMES:
        message = json.loads(opened.recv(timeout=120))
        if message["type"] == "error":
            assert message["code"] == "no_store", message
            answers.append("")
        elif message["type"] == "accepted":
            answers.append(message["run"])
    return answers


def test_with_neither_redis_nor_database_nothing_is_started(
    shared: Stores, two_workers: list[PortalServer], upstream: FarEnd
) -> None:
    before = len(upstream.requests_for("/api/chat"))
    shared.postgres.kill()
    shared.redis.kill()
    try:
        with sockets(two_workers[0]) as (opened,):
            say(opened, "start", ref=str(uuid.uuid4()), request=REQUEST)
            refusal = json.loads(opened.recv(timeout=120))
    finally:
        shared.redis.start()
        shared.postgres.start()
    assert (refusal["type"], refusal["code"]) == ("error", "no_store")
    assert len(upstream.requests_for("/api/chat")) == before
