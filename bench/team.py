"""A team at work on three workers with PostgreSQL and Redis: some stream, the others read; how quick the pages stay, and who waits how long."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop

from bench.load import children_of, length_of, spent_by
from bench.people import sign_in
from bench.relay import far_end, memory_of
from bench.report import Figure, percentile
from bench.streams import Seen
from bench.turns import Turn, ideal_waits, most_passed_by
from bench.watchers import Watcher
from tests.portal_server import PortalServer
from tests.postgres import PostgreSQL
from tests.runs.stores import Stores, stores

SECONDS = 60.0
STREAMING, READING, PLACES = 50, 150, 25
RECORDS, RATE = 60, 30
# Seconds between two pages, all the time: people who click rather than read.
_LOOKS = (1.0, 3.0)
# How many times what they would wait at the least somebody may have to wait.
_FAIR = 1.5
# Turns that somebody may get while another waits: whoever has had fewer goes first, so one to come even and one of their own round.
_PASSED = 2
_PAGES = ("/", "/docs/", "/docs/portal/running/", "/playground/", "/runs/")


@dataclass
class Day:
    """What the team met with, pages in milliseconds, and what it cost: processors that the portal and the load kept busy."""

    pages: list[float] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    frames: int = 0
    broken: int = 0
    memory: list[int] = field(default_factory=list)
    transactions: float = 0.0
    to_open: float = 0.0
    portal: float = 0.0
    load: float = 0.0


def measure(seconds: float = SECONDS) -> Iterator[Figure]:
    """Everybody at once for so many seconds."""
    with stores() as both, far_end() as port, PortalServer(workers=3, **_environment(both, port)) as portal:
        tokens = sign_in(STREAMING + READING, **_environment(both, port))
        time.sleep(3)  # indexing and the graph of links are over
        day = uvloop.run(_spend(portal, both.postgres, tokens, seconds))
    waits, ideal = [turn.waited for turn in day.turns], ideal_waits(day.turns, PLACES)
    said = (f"{READING} people reading, each a page every {sum(_LOOKS) / 2:g} s, {STREAMING} streaming, {seconds:.0f} s; of {os.cpu_count()} processors "
            f"the portal kept {day.portal:.2f} busy, the load {day.load:.2f} (load average {os.getloadavg()[0]:.1f})")  # fmt: skip
    yield Figure("a page, 95 of 100", percentile(day.pages, 0.95), 150, "ms", f"{len(day.pages):,} pages; median {percentile(day.pages, 0.5):.1f} ms; {said}")
    yield Figure("the longest wait for a turn, beside a line that loses no time", max(waits) / max(ideal), _FAIR, "times",
                 f"{max(waits):.1f} s against {max(ideal):.1f} s, median {percentile(waits, 0.5):.1f} s against {percentile(ideal, 0.5):.1f} s; {len(waits):,} runs "
                 f"of {RECORDS / RATE:g} s that took {percentile([turn.took for turn in day.turns], 0.5):.1f} s, {PLACES} at once")  # fmt: skip
    yield Figure("turns that one person got while another waited", most_passed_by(day.turns), _PASSED, "turns")
    yield Figure("runs that lost, doubled or disordered a frame", day.broken, 0, "runs")
    yield Figure("database queries to open a socket", day.to_open, 3, "queries", f"each of {len(tokens)} people's first, beside what goes on anyway")
    yield Figure("transactions of the database a run", day.transactions / len(waits), 25, "transactions",
                 f"of {day.frames / len(waits):.0f} frames; all that was done meanwhile is in it")  # fmt: skip
    third = len(day.memory) // 3
    early, late = (sum(part) / len(part) for part in (day.memory[third : 2 * third], day.memory[2 * third :]))
    yield Figure("growth of memory from the middle third to the last", (late / early - 1) * 100, 5, "%",
                 f"{early / 2**20:.0f} MB to {late / 2**20:.0f} MB, the server and its workers")  # fmt: skip


def _environment(both: Stores, port: int) -> dict[str, Any]:
    return {"OLLAMA_HOST": f"127.0.0.1:{port}", "DATABASE_URL": both.postgres.url, "REDIS_URL": both.redis.url, "PORTAL_ACCESS": "team",
            "PORTAL_RUNS_AT_ONCE": str(PLACES), "PORTAL_LONGEST_QUEUE": "200"}  # fmt: skip


async def _spend(portal: PortalServer, postgres: PostgreSQL, tokens: list[str], seconds: float) -> Day:
    day, pids = Day(), (portal.process.pid, *children_of(portal.process.pid))
    await _open_all(portal, postgres, tokens, day)
    until = time.monotonic() + seconds
    transactions = await _transactions(postgres)
    people = [asyncio.create_task(_stream(portal, token, day, until)) for token in tokens[:STREAMING]]
    people += [asyncio.create_task(_read(portal, token, day, until)) for token in tokens[STREAMING:]]
    began, portal_before, load_before = time.monotonic(), sum(map(spent_by, pids)), time.process_time()
    while time.monotonic() < until:
        await asyncio.sleep(1)
        day.memory.append(memory_of(pids))
    taken = time.monotonic() - began
    day.portal, day.load = (sum(map(spent_by, pids)) - portal_before) / taken, (time.process_time() - load_before) / taken
    await asyncio.gather(*people)
    day.transactions = await _transactions(postgres) - transactions
    return day


async def _open_all(portal: PortalServer, postgres: PostgreSQL, tokens: list[str], day: Day) -> None:
    """Everybody's first socket, in turn, beside the same time without."""
    before = await _transactions(postgres)
    began = time.monotonic()
    opened = [await _open(portal, token, b"") for token in tokens]
    for one in opened:
        await one.begun
    taken = time.monotonic() - began
    between = await _transactions(postgres)
    await asyncio.sleep(max(taken, 2))
    idle = (await _transactions(postgres) - between) * taken / max(taken, 2)
    day.to_open = max(0.0, between - before - idle) / len(tokens)
    for one in opened:
        one.transport.abort()


async def _transactions(postgres: PostgreSQL) -> int:
    await asyncio.sleep(1.5)  # PostgreSQL counts a moment later
    asked = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'"
    return int(await asyncio.to_thread(postgres.ask, asked))


async def _open(portal: PortalServer, token: str, body: bytes) -> Watcher:
    def one() -> Watcher:
        made = Watcher(Seen(), portal.origin, body)
        made.cookie = token
        return made

    host, port = _address(portal)
    _, watcher = await asyncio.get_running_loop().create_connection(one, host, port)
    return watcher


async def _stream(portal: PortalServer, token: str, day: Day, until: float) -> None:
    """One run after the other."""
    body = json.dumps({"model": f"{RECORDS}:{RATE}", "messages": []}).encode()
    while time.monotonic() < until:
        one = await _open(portal, token, body)
        await one.over
        waited = one.seen.firsts[0] / 1000 if one.seen.firsts else time.monotonic() - one.asked / 1e9
        day.turns.append(Turn(one.asked / 1e9, waited, time.monotonic() - one.asked / 1e9 - waited, token))
        day.frames += len(one.numbers)
        day.broken += one.numbers != list(range(1, len(one.numbers) + 1)) or not one.seen.ended
        one.transport.abort()


async def _read(portal: PortalServer, token: str, day: Day, until: float) -> None:
    """One page after the other, with a moment to look at each."""
    host, port = _address(portal)
    await asyncio.sleep(random.random() * _LOOKS[1])
    while time.monotonic() < until:
        path = random.choice(_PAGES)
        asked = time.monotonic()
        # The server has closed the line to somebody who looked at a page for more than 5 s.
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: portal-sign-in={token}\r\nAccept: text/html\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), (path, head)
        await reader.readexactly(length_of(head))
        day.pages.append((time.monotonic() - asked) * 1000)
        writer.close()
        await asyncio.sleep(random.uniform(*_LOOKS))


def _address(portal: PortalServer) -> tuple[str, int]:
    place = urlsplit(portal.origin)
    return str(place.hostname), int(place.port or 80)
