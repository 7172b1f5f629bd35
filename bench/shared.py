"""The relay on PostgreSQL and Redis, with one worker and with three, beside nginx in the same minutes; and how far a kill sets a record back."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import uvloop

from bench.load import children_of
from bench.relay import MANY, NGINX, Taken, Way, far_end, memory_of, paced
from bench.report import Figure
from bench.streams import SocketStream, Stream, open_streams
from bench.watchers import Watcher
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.stores import Stores, stores

SIZES = (50, 200)
KILLED = 20
_MARK = re.compile(r"@(\d{20})@")


def measure() -> Iterator[Figure]:
    """Latency, processor time and memory with one worker and three; then what a kill in mid-stream costs, in both profiles."""
    with stores() as both, far_end() as port, Nginx(NGINX.format(port=port)) as nginx:
        direct = Way("none", Stream, f"http://127.0.0.1:{port}")
        by_nginx = Way("nginx", Stream, nginx.origin, children_of(nginx.process.pid)[0])
        for workers in (1, 3):
            with _portal(port, both, workers) as portal:
                for size in SIZES:
                    yield from _relayed(workers, size, paced(direct, size), paced(by_nginx, size), paced(portal, size))
                yield from _held(workers, portal)
        yield _behind_a_kill("PostgreSQL and Redis", port, {"DATABASE_URL": both.postgres.url, "REDIS_URL": both.redis.url})
        yield _behind_a_kill("SQLite", port, {})


def _relayed(workers: int, size: int, direct: Taken, by_nginx: Taken, portal: Taken) -> Iterator[Figure]:
    setup = f"{size} streams, {workers} worker{'s' if workers > 1 else ''}"
    p50, p99 = (portal.at(share) - direct.at(share) for share in (0.5, 0.99))
    beside = f"nginx {by_nginx.at(0.5) - direct.at(0.5):.2f} and {by_nginx.at(0.99) - direct.at(0.99):.2f}"
    yield Figure(f"a record later than directly, median, {setup}", p50, {50: 1.0, 200: 2.5}[size], "ms", beside)
    yield Figure(f"the same, 99 of 100, {setup}", p99, {50: 5.0, 200: 12.0}[size], "ms")
    yield Figure(f"CPU a record, times nginx's, {setup}", portal.cpu / by_nginx.cpu, {50: 20, 200: 12}[size], "times",
                 f"{portal.cpu:.0f} µs of all workers against {by_nginx.cpu:.0f} µs")  # fmt: skip
    missing = size * 180 - portal.seen.records
    yield Figure(f"records lost, {setup}", missing, 0, "records", f"{portal.seen.ended} of {size} ended")


def _held(workers: int, portal: Way) -> Iterator[Figure]:
    async def hold() -> float:
        before = memory_of(portal.pids)
        held = await open_streams(SocketStream, portal.where, "held:1", SIZES[-1], over=2.5)
        for stream in held:
            await stream.begun
        taken = (memory_of(portal.pids) - before) / SIZES[-1]
        for stream in held:
            stream.transport.abort()
        return taken

    yield Figure(f"memory of a stream, {workers} worker{'s' if workers > 1 else ''}", uvloop.run(hold()) / 1024, 90, "KB", f"of {SIZES[-1]}")


def _behind_a_kill(profile: str, port: int, environment: dict[str, Any]) -> Figure:
    """Kill -9 in mid-stream; what is read after a restart is compared with what had been sent by then."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        with PortalServer(data=data, OLLAMA_HOST=f"127.0.0.1:{port}", **MANY, **environment) as portal:
            time.sleep(3)  # indexing and the graph of links are over
            runs, killed = uvloop.run(_stream_and_kill(portal))
        with PortalServer(data=data, OLLAMA_HOST=f"127.0.0.1:{port}", **MANY, **environment) as portal, \
                httpx.Client(base_url=portal.url, trust_env=False, timeout=60) as client:  # fmt: skip
            behind = [(killed - _last_recorded(client, run)) / 1e6 for run in runs]
    return Figure(f"the record of a run behind a kill, {profile}", max(behind), 250, "ms",
                  f"{len(runs)} runs of 30 records/s, so 33 of them may be the far end's; median {sorted(behind)[len(behind) // 2]:.0f}")  # fmt: skip


async def _stream_and_kill(portal: PortalServer) -> tuple[list[str], int]:
    watchers = cast(list[Watcher], await open_streams(Watcher, portal.origin, "9000:30", KILLED, over=1))
    for watcher in watchers:
        await watcher.begun
    await asyncio.sleep(3)
    os.kill(portal.process.pid, signal.SIGKILL)
    killed = time.monotonic_ns()
    return [watcher.run for watcher in watchers], killed


def _last_recorded(client: httpx.Client, run: str) -> int:
    """When the last record was sent that the log has, once the log has its end; -1 for a log without one."""
    frames, ended = [], False
    while not ended:
        log = client.get(f"runs/{run}/log", params={"after": len(frames), "wait": 5}).raise_for_status().json()
        frames, ended = frames + log["frames"], log["ended"]
    text = "".join(frame["text"] for frame in frames if frame["type"] == "data")
    marks = _MARK.findall(text)
    return int(marks[-1]) if marks else -1


@contextmanager
def _portal(port: int, both: Stores, workers: int) -> Iterator[Way]:
    environment: dict[str, Any] = {"OLLAMA_HOST": f"127.0.0.1:{port}", "DATABASE_URL": both.postgres.url, "REDIS_URL": both.redis.url}
    with PortalServer(workers=workers, **environment, **MANY) as portal:
        time.sleep(3)  # indexing and the graph of links are over
        yield Way("portal", SocketStream, portal.origin, portal.process.pid, workers_of(portal))


def workers_of(portal: PortalServer) -> tuple[int, ...]:
    """The process ids of a portal's workers; its own process serves nobody where there are several."""
    return tuple(pid for pid in children_of(portal.process.pid) if b"portal.worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
