"""Runs that several workers share over PostgreSQL and Redis: what a record costs, how late it is on another worker, what a kill loses."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import uvloop

from bench.load import children_of
from bench.relay import MANY, NGINX, RATE, SECONDS, Taken, Way, far_end, paced
from bench.report import Figure, percentile
from bench.streams import Seen, SocketStream, Stream, open_streams
from bench.watchers import Returning, Watcher
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.stores import Stores, stores

STREAMS, AFAR = 200, 50
KILLS, KILLED = 10, 10
_SEED = 6
_MARK = re.compile(r"@(\d{20})@")
_PATIENCE = 60.0


def measure() -> Iterator[Figure]:
    """Three workers behind nginx; then two portals on one pair of stores, of which one watches, or takes over what the other had."""
    with stores() as both, far_end() as port:
        with Nginx(NGINX.format(port=port)) as nginx, _workers(port, both, 3) as (way, front):
            direct = Way("none", Stream, f"http://127.0.0.1:{port}")
            by_nginx = Way("nginx", Stream, nginx.origin, children_of(nginx.process.pid)[0])
            yield from _relayed(*(paced(one, STREAMS) for one in (direct, by_nginx, replace(way, where=front))))
        with _portal(port, both) as carrying, _portal(port, both) as watching:
            time.sleep(3)  # indexing and the graph of links are over
            yield from _afar(carrying, watching)
        yield from _killed(port, both)


def _relayed(direct: Taken, by_nginx: Taken, portal: Taken) -> Iterator[Figure]:
    setup = f"{STREAMS} streams, three workers behind nginx"
    p50, p99 = (portal.at(share) - direct.at(share) for share in (0.5, 0.99))
    beside = f"nginx alone {by_nginx.at(0.5) - direct.at(0.5):.2f} and {by_nginx.at(0.99) - direct.at(0.99):.2f}"
    yield Figure(f"a record later than directly, median, {setup}", p50, 2.5, "ms", beside)
    yield Figure("the same, 99 of 100", p99, 25, "ms")
    yield Figure("CPU a record of all workers, times nginx's", portal.cpu / by_nginx.cpu, 12, "times", f"{portal.cpu:.0f} µs against {by_nginx.cpu:.0f} µs")
    arrived = portal.seen.records / portal.seen.seconds
    yield Figure("records lost", STREAMS * RATE * SECONDS - portal.seen.records, 0, "records",
                 f"{portal.seen.ended} of {STREAMS} streams ended; {arrived:,.0f} records/s")  # fmt: skip


def _afar(carrying: PortalServer, watching: PortalServer) -> Iterator[Figure]:
    here, there, runs = uvloop.run(_watched_from_both(carrying.origin, watching.origin))
    p50, p99 = (percentile(there.delays, share) - percentile(here.delays, share) for share in (0.5, 0.99))
    yield Figure("a record later on another worker than on the one that carries the run, median", p50, 15, "ms", f"{AFAR} runs of {RATE} records/s")
    yield Figure("the same, 99 of 100", p99, 60, "ms")
    yield Figure("watchers on another worker with frames lost, doubled or out of order", sum(not whole for whole in runs), 0, "clients", f"of {len(runs)}")


async def _watched_from_both(carrying: str, watching: str) -> tuple[Seen, Seen, list[bool]]:
    here, there = Seen(), Seen()
    watchers = cast(list[Watcher], await open_streams(Watcher, carrying, f"{RATE * SECONDS * 2}:{RATE}", AFAR, over=1, seen=here))
    await asyncio.wait([watcher.begun for watcher in watchers], timeout=_PATIENCE)
    others = [await _attach(watching, watcher.run, there) for watcher in watchers]
    await asyncio.wait([other.begun for other in others], timeout=_PATIENCE)
    here.begin()
    there.begin()
    await asyncio.wait([stream.over for stream in (*watchers, *others)], timeout=_PATIENCE)
    await asyncio.sleep(1)  # the frame that says it is over comes after the last record
    return here, there, [other.numbers == list(range(1, len(other.numbers) + 1)) and other.numbers[-1:] == watcher.numbers[-1:]
                         for watcher, other in zip(watchers, others, strict=True)]  # fmt: skip


async def _attach(where: str, run: str, seen: Seen) -> Returning:
    def make() -> Returning:
        made = Returning(seen, where, b"")
        made.run = run
        return made

    place = urlsplit(where)
    _, other = await asyncio.get_running_loop().create_connection(make, str(place.hostname), int(place.port or 80))
    return other


def _killed(port: int, both: Stores) -> Iterator[Figure]:
    """Kill the one that carries at a moment nobody chose; what the other one has, once it has ended the runs, beside what had been sent."""
    moments = random.Random(_SEED)
    killed: dict[str, int] = {}
    with _portal(port, both) as staying, httpx.Client(base_url=staying.url, trust_env=False, timeout=_PATIENCE) as client:
        for _ in range(KILLS):
            with _portal(port, both) as dying:
                runs, last = uvloop.run(_stream_and_kill(dying, 1 + 2 * moments.random()))
            killed |= dict.fromkeys(runs, last)
        behind = [(moment - _last_recorded(client, run)) / 1e6 for run, moment in killed.items()]
        taken = (time.monotonic_ns() - last) / 1e9
    # The far end sends one every so often, so what had come last before the kill was up to as much older.
    said = f"{len(behind)} runs in {KILLS} kills -9 of their worker; a record every {1000 / RATE:.0f} ms"
    yield Figure("kept text behind a kill, 99 of 100", percentile(behind, 0.99), 250, "ms", f"{said}; median {percentile(behind, 0.5):.0f}")
    yield Figure("the same, the most", max(behind), 250 + 1000 / RATE, "ms")
    yield Figure("until another worker has ended the runs of the last one that was killed", taken, 15, "s")


async def _stream_and_kill(portal: PortalServer, after: float) -> tuple[list[str], int]:
    watchers = cast(list[Watcher], await open_streams(Watcher, portal.origin, f"9000:{RATE}", KILLED, over=0.5))
    await asyncio.wait([watcher.begun for watcher in watchers], timeout=_PATIENCE)
    await asyncio.sleep(after)
    killed = time.monotonic_ns()
    os.kill(portal.process.pid, signal.SIGKILL)
    return [watcher.run for watcher in watchers], killed


def _last_recorded(client: httpx.Client, run: str) -> int:
    """When the last record was sent that the log has, once the log has its end; 0 for a log without one."""
    frames: list[dict[str, Any]] = []
    ended = False
    while not ended:
        log = client.get(f"runs/{run}/log", params={"after": len(frames), "wait": 5}).raise_for_status().json()
        frames, ended = frames + log["frames"], log["ended"]
    marks = _MARK.findall("".join(frame["text"] for frame in frames if frame["type"] == "data"))
    return int(marks[-1]) if marks else 0


@contextmanager
def _portal(port: int, both: Stores, workers: int = 1, **environment: str) -> Iterator[PortalServer]:
    stored: dict[str, Any] = {"OLLAMA_HOST": f"127.0.0.1:{port}", "DATABASE_URL": both.postgres.url, "REDIS_URL": both.redis.url}
    with PortalServer(workers=workers, **stored | MANY | environment) as portal:
        yield portal


@contextmanager
def _workers(port: int, both: Stores, count: int) -> Iterator[tuple[Way, str]]:
    """So many workers of one portal, and nginx before them as `deploy/` has it: them, and where nginx is."""
    with ExitStack() as stack:
        front = Nginx("")
        portal = stack.enter_context(_portal(port, both, count, PORTAL_ORIGINS=front.origin))
        front.site = _SITE.format(port=portal.origin.rpartition(":")[2])
        stack.enter_context(front)
        time.sleep(3)  # indexing and the graph of links are over
        pids = tuple(pid for pid in children_of(portal.process.pid) if b"portal.worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
        yield Way("portal", SocketStream, portal.origin, portal.process.pid, pids), front.origin


_SITE = """
map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
server {{ listen 127.0.0.1:{{port}}; location / {{
  proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_buffering off; proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_read_timeout 60s; }} }}
"""
