"""A small load generator, and what a server spends on the load: the time of its processes, not the clock's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit


async def ask_often(url: str, requests: int, *, connections: int = 32, headers: str = "", status: int = 200) -> None:
    """Send `requests` GETs over as many kept-alive connections. Raises `AssertionError` for an answer of another status."""
    where = urlsplit(url)
    head = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n{headers}\r\n".encode()
    each = requests // connections

    async def one() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for _ in range(each):
            writer.write(head)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(f"HTTP/1.1 {status}".encode()), answer
            await reader.readexactly(length_of(answer))
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))


def length_of(head: bytes) -> int:
    """The bytes of the body that follows this head of an answer."""
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.index(b"\r\n", at)]) if at >= 0 else 0


def cost_of(pids: Iterable[int], work: Callable[[], object]) -> float:
    """Processor seconds that the processes spend while `work` is done."""
    pids = list(pids)
    before = sum(map(spent_by, pids))
    work()
    return sum(map(spent_by, pids)) - before


def spent_by(pid: int) -> float:
    """Processor seconds of a process so far, of the threads that have ended too."""
    return time.clock_gettime((~pid << 3) | 2)  # the process's CPU clock, as clock_getcpuclockid(3) numbers it


def children_of(pid: int) -> list[int]:
    """The processes started by a process."""
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]

