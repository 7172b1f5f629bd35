"""What the portal adds to a stream it relays, beside none and nginx over the same far end, in turns.

Every stream is a run on a websocket of its own; records of some 120 bytes bear the time they were sent. What is compared is the
middle one of three turns each, since the machine is quicker in one minute than in the next.
"""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bench.load import children_of, spent_by
from bench.report import Figure, percentile
from bench.streams import Seen, SocketStream, Stream, open_streams, see
from tests.nginx import Nginx
from tests.portal_server import PortalServer

RATE, SECONDS = 30, 6
SIZES = (50, 200, 500)
IDLE = 2000
POURED, EACH = 50, 8000
TURNS = 3
NGINX = """
server {{ listen 127.0.0.1:{{port}}; keepalive_timeout 300; client_max_body_size 2m; location / {{
  proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off; }} }}
"""
# Of what a bare relay in Python takes, which already takes three times what nginx does.
_BESIDE_BARE = 1.5
# What is planned for the log: 3.3 times nginx's with it to 2.5 times without.
_RECORDED = 1.35
MANY: dict[str, Any] = {"PORTAL_RUNS_AT_ONCE": "2000", "PORTAL_LONGEST_QUEUE": "1000"}


@dataclass(frozen=True)
class Way:
    """One way to the far end: how it is asked, where, and the process whose work is counted (0: nobody's), with its `workers`."""

    name: str
    kind: type[Stream]
    where: str
    pid: int = 0
    workers: tuple[int, ...] = ()

    @property
    def pids(self) -> tuple[int, ...]:
        """Every process whose work is counted."""
        return (self.pid, *self.workers) if self.pid else ()


@dataclass(frozen=True)
class Taken:
    """What came over one way, and the processor microseconds its process spent on a record; not a number where the streams
    never ran all at once."""

    seen: Seen
    cpu: float

    def at(self, share: float) -> float:
        """The delay in milliseconds that this share of the records did not exceed."""
        return percentile(self.seen.delays, share) if not self.seen.early else math.nan


@dataclass(frozen=True)
class Turns:
    """What came over one way in several turns, of which the middle one counts."""

    turns: tuple[Taken, ...]

    def at(self, share: float) -> float:
        """As `Taken.at`."""
        return _middle(one.at(share) for one in self.turns)

    def first(self, share: float) -> float:
        """The milliseconds from asking to the first record that this share of the streams did not exceed."""
        return _middle(percentile(one.seen.firsts, share) for one in self.turns)

    @property
    def cpu(self) -> float:
        """As `Taken.cpu`."""
        return _middle(one.cpu for one in self.turns)


def _middle(values: Iterable[float]) -> float:
    """Of several turns; one without a value is the worst, and where most have none there is none."""
    middle = median(math.inf if math.isnan(value) else value for value in values)
    return middle if math.isfinite(middle) else math.nan


def measure() -> Iterator[Figure]:
    """Latency, processor time, throughput and memory, in this order."""
    with far_end() as port, Nginx(NGINX.format(port=port)) as nginx:
        direct = Way("none", Stream, f"http://127.0.0.1:{port}")
        by_nginx = Way("nginx", Stream, nginx.origin, children_of(nginx.process.pid)[0])
        with _bare(port) as bare, portal_before(port, keep="0") as portal, portal_before(port, keep="30") as recording:
            for size in SIZES[:-1]:
                yield from _latency(size, *_in_turns(size, direct, by_nginx, bare, portal))
            *others, recorded = _in_turns(SIZES[-1], direct, by_nginx, bare, portal, recording)
            yield from _latency(SIZES[-1], *others)
            yield from _spent(*others, recorded)
            yield from _offered(portal)
            yield from _poured(by_nginx, portal)
        with portal_before(port, keep="0") as portal:
            yield from _held(portal)


def _in_turns(size: int, *ways: Way) -> list[Turns]:
    taken = [[paced(way, size) for way in ways] for _ in range(TURNS)]
    return [Turns(turns) for turns in zip(*taken, strict=True)]


def paced(way: Way, size: int, rate: int = RATE) -> Taken:
    """Streams of one length that are started in turn; looked at is the time in which all of them run."""
    def spending() -> float:
        return sum(map(spent_by, way.pids))

    seen = _run(lambda: see(way.kind, way.where, f"{rate * SECONDS}:{rate}", size, over=2.5, spending=spending))
    return Taken(seen, math.nan if seen.early else seen.spent / max(1, len(seen.delays)) * 1e6)


def _latency(size: int, direct: Turns, by_nginx: Turns, bare: Turns, portal: Turns) -> Iterator[Figure]:
    """What the least in Python adds in the same minutes, and half as much again, is allowed where this machine is too slow for what is aimed at."""
    for share, name, aimed_at in ((0.5, f"a record later than directly, median of {size} streams", {50: 0.5, 200: 0.25, 500: 0.5}[size]),
                                  (0.99, f"the same, 99 of 100, {size} streams", {50: 1.0, 200: 1.0, 500: 5.0}[size])):  # fmt: skip
        later, least = portal.at(share) - direct.at(share), bare.at(share) - direct.at(share)
        yield Figure(name, later, max(aimed_at, _BESIDE_BARE * least), "ms",
                     f"aimed at {aimed_at:g}; a bare relay in Python {least:.2f}, nginx {by_nginx.at(share) - direct.at(share):.2f}")  # fmt: skip


def _spent(direct: Turns, by_nginx: Turns, bare: Turns, portal: Turns, recorded: Turns) -> Iterator[Figure]:
    yield Figure("from asking to the first record, 99 of 100", portal.first(0.99), 150, "ms",
                 f"{SIZES[-1]} streams started over 2.5 s; a bare relay {bare.first(0.99):.0f} ms, with the log recorded {recorded.first(0.99):.0f} ms")  # fmt: skip
    yield Figure("CPU a record, times that of a bare relay in Python", portal.cpu / bare.cpu, _BESIDE_BARE, "times",
                 f"{portal.cpu:.0f} µs against {bare.cpu:.0f} µs, and nginx's {by_nginx.cpu:.0f} µs: {portal.cpu / by_nginx.cpu:.2f} times "
                 f"that, a bare relay {bare.cpu / by_nginx.cpu:.2f} times")  # fmt: skip
    yield Figure("CPU a record with the log recorded, times that without", recorded.cpu / portal.cpu, _RECORDED, "times",
                 f"{recorded.cpu:.0f} µs, {recorded.cpu / by_nginx.cpu:.2f} times nginx's; 99 of 100 records {recorded.at(0.99) - direct.at(0.99):.1f} ms later")  # fmt: skip


def _offered(portal: Way) -> Iterator[Figure]:
    """More than it may be able to carry: what does not come in time has to come later, and nothing may be lost."""
    rate = 100
    taken = paced(portal, SIZES[-1], rate)
    missing = 1 - taken.seen.records / (SIZES[-1] * rate * SECONDS)
    yield Figure("missing of 50,000 records/s that were offered", missing * 100, 1.0, "%",
                 f"{len(taken.seen.firsts)} of {SIZES[-1]} streams began, {taken.seen.ended} ended; 99 of 100 records {taken.at(0.99):.0f} ms late")  # fmt: skip


def _poured(by_nginx: Way, portal: Way) -> Iterator[Figure]:
    def rate(way: Way) -> float:
        seen = _run(lambda: see(way.kind, way.where, f"{EACH}:0", POURED, over=0.2))
        return float(seen.records / seen.seconds)

    nginxs, ours = map(median, zip(*((rate(by_nginx), rate(portal)) for _ in range(TURNS)), strict=True))
    yield Figure("records/s of nginx, times the portal's, as fast as they go", nginxs / ours, 4.0, "times",
                 f"{nginxs:,.0f} against {ours:,.0f}, {POURED} streams")  # fmt: skip


def _held(portal: Way) -> Iterator[Figure]:
    """Memory of streams that have begun, and of sockets that only stand open; then both at once, with streams that run."""
    _run(lambda: see(portal.kind, portal.where, "2:30", 50, over=0.2))  # what is made once is made

    async def hold() -> tuple[float, float, Seen]:
        at_rest = memory_of(portal.pids)
        held = await open_streams(SocketStream, portal.where, "held:1", SIZES[-1], over=2.5)
        for stream in held:
            await stream.begun
        streaming = memory_of(portal.pids)
        for stream in held:
            stream.transport.abort()
        before = memory_of(portal.pids)
        idle = await open_streams(SocketStream, portal.where, "", IDLE, over=4)
        idling = memory_of(portal.pids)
        seen = await see(SocketStream, portal.where, f"{RATE * SECONDS}:{RATE}", SIZES[-1], over=2.5)
        for stream in idle:
            stream.transport.abort()
        return (streaming - at_rest) / SIZES[-1], (idling - before) / IDLE, seen

    stream, socket, seen = _run(hold)
    yield Figure("memory of a stream", stream / 1024, 45, "KB", f"of {SIZES[-1]}; of an idle socket {socket / 1024:.1f} KB")
    missing = SIZES[-1] * RATE * SECONDS - seen.records
    yield Figure(f"a record late with {SIZES[-1]} streams beside {IDLE} idle sockets, 99 of 100", percentile(seen.delays, 0.99), 10, "ms",
                 f"{missing} records missing")  # fmt: skip


def _run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    time.sleep(0.5)  # what the last one left is cleared away
    return uvloop.run(work())


def memory_of(pids: Iterable[int]) -> int:
    """The resident bytes of these processes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in pids)


@contextmanager
def portal_before(port: int, *, keep: str) -> Iterator[Way]:
    """A portal before the far end on that port, which keeps records for so many days."""
    with PortalServer(OLLAMA_HOST=f"127.0.0.1:{port}", PORTAL_KEEP_RUNS=keep, **MANY) as portal:
        time.sleep(3)  # indexing and the graph of links are over
        yield Way("portal", SocketStream, portal.origin, portal.process.pid)


@contextmanager
def _bare(port: int) -> Iterator[Way]:
    """The least that can be had in Python: what a promise beside nginx costs at least."""
    with _served_by("bench.bare_relay", str(port)) as (own, pid):
        yield Way("bare", SocketStream, f"http://127.0.0.1:{own}", pid)


@contextmanager
def far_end() -> Iterator[int]:
    """A far end of `bench.far_streams`: its port."""
    with _served_by("bench.far_streams") as (port, _):
        yield port


@contextmanager
def _served_by(*module: str) -> Iterator[tuple[int, int]]:
    """A server in a process of its own that prints its port: the port, and the process's id."""
    process = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
