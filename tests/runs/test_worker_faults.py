"""What becomes of runs when a worker, Redis or PostgreSQL dies, stops, or forgets: one end, nothing lost, one call upstream."""

from __future__ import annotations

import json
import resource
import signal
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import httpx
import psycopg
import pytest
from websockets.sync.client import ClientConnection

from tests.cable import Cable
from tests.farend import FarEnd, Held, chat, silence
from tests.portal_server import PortalServer
from tests.redis import RedisServer
from tests.runs.aftermath import ALL, Aftermath
from tests.runs.recording import log, start, wait_until
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
            # A sample of the full minute, in which its place in every store is long given away.
            time.sleep(60 if ALL else 0)
            stopping.process.send_signal(signal.SIGCONT)
            # Its own watchers see the same end, and what the upstream has said meanwhile reaches nobody.
            assert seen[1] + until(two, "end") == watched[1]
            assert far_end.requests_for("/api/chat")[-1].hung_up.wait(30)
            assert log(stopping, runs[1]) == log(third, runs[1]) == watched[1]
        assert "Traceback" not in dying.log + stopping.log + third.log
    assert len(far_end.requests_for("/api/chat")) == 2


Fault = Callable[[Stores, Sequence[PortalServer]], AbstractContextManager[None]]


def redis_does(begin: Callable[[RedisServer], object], end: Callable[[RedisServer], object]) -> Fault:
    @contextmanager
    def trouble(shared: Stores, workers: Sequence[PortalServer]) -> Iterator[None]:
        begin(shared.redis)
        try:
            yield
        finally:
            end(shared.redis)

    return trouble


@contextmanager
def database_killed(shared: Stores, workers: Sequence[PortalServer]) -> Iterator[None]:
    shared.postgres.kill()
    try:
        yield
    finally:
        shared.postgres.start()


@contextmanager
def database_locked(shared: Stores, workers: Sequence[PortalServer]) -> Iterator[None]:
    with shared.postgres.connect() as holder:
        holder.execute("begin")
        holder.execute("lock table runs_record, runs_stretch in access exclusive mode")
        yield


@contextmanager
def database_full_of_connections(shared: Stores, workers: Sequence[PortalServer]) -> Iterator[None]:
    with ExitStack() as stack:
        first = stack.enter_context(shared.postgres.connect())
        others = "select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client backend' and application_name <> 'test'"
        first.execute("set application_name = 'test'")
        while True:
            try:
                stack.enter_context(shared.postgres.connect()).execute("set application_name = 'test'")
            except psycopg.OperationalError:
                row = first.execute(others).fetchone()
                if row == (0,):
                    break
        yield


@contextmanager
def out_of_descriptors(shared: Stores, workers: Sequence[PortalServer]) -> Iterator[None]:
    pid = workers[0].process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    assert limits[0] >= min(limits[1], 65_536), "it lets itself have what it may"
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


FAULTS: dict[str, Fault] = {
    "Redis killed": redis_does(RedisServer.kill, RedisServer.start),
    "Redis paused": redis_does(RedisServer.pause, RedisServer.go_on),
    "Redis full": redis_does(RedisServer.fill, RedisServer.empty),
    "Redis flushed": redis_does(lambda redis: redis.ask("FLUSHALL"), lambda redis: None),
    "PostgreSQL killed": database_killed,
    "PostgreSQL locked": database_locked,
    "PostgreSQL out of connections": database_full_of_connections,
    "worker out of descriptors": out_of_descriptors,
}


def ready(portal: PortalServer) -> str:
    return httpx.get(f"{portal.url}readyz", trust_env=False).text


def is_felt(fault: str, workers: Sequence[PortalServer], before: Sequence[int]) -> bool:
    if fault in ("Redis flushed", "worker out of descriptors"):
        return True
    if fault.startswith("Redis"):
        return all("Redis is away" in ready(worker) for worker in workers)
    return all(complaints(worker) > earlier for worker, earlier in zip(workers, before, strict=True))


def complaints(worker: PortalServer) -> int:
    return worker.log.count("the database cannot be written")


# To be felt, a lock has to be waited for.
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if ALL or fault != "PostgreSQL locked"])
@pytest.mark.parametrize("turn", range(3 if ALL else 1))
def test_no_fault_costs_a_frame_starts_anything_twice_or_leaves_anything_open(
    shared: Stores, two_workers: list[PortalServer], upstream: FarEnd, fault: str, turn: int
) -> None:
    one, two = two_workers
    with sockets(one) as (spare,), Aftermath(fault, upstream, one, two) as after:
        running = [after.start(one, two), after.start(two, one)]
        for seen in running:
            seen.until("data")
        said = [complaints(worker) for worker in two_workers]
        with FAULTS[fault](shared, two_workers):
            after.go()
            for seen in running:
                seen.here("data")
            wait_until(lambda: is_felt(fault, two_workers, said), lambda: one.log + two.log)
            after.go()
            for seen in running:
                seen.here("data")
            if fault.startswith("Redis"):
                after.start(two, one)
            elif fault == "worker out of descriptors":
                after.start(one, over=spare)
        after.start(one, two)
    wait_until(lambda: [ready(portal) for portal in two_workers] == ["ready\n"] * 2)


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
        wait_until(lambda: [ready(portal) for portal in two_workers] == ["ready\n"] * 2)
        say(opened[1], "cancel", run=run)
        until(opened[1], "end")
    assert len(upstream.requests_for("/api/chat")) == before + 1


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
