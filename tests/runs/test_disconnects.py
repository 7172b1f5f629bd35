"""Sockets cut at any moment of a stream: whoever comes back has every frame once and in order."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket as sockets
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.farend import Asked, FarEnd, Line, chat
from tests.portal_server import PortalServer
from tests.runs.recording import attach, socket, start, text_of

TIMES = 10_000 if os.environ.get("FAULTS") == "all" else 160
READERS = 4
RECORDS = chat([f"{number} " for number in range(TIMES)])


class Taken:
    """A far end that sends a record for each time a reader was cut."""

    def __init__(self) -> None:
        self.cuts = threading.Semaphore(3)

    async def __call__(self, line: Line, asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        for record in RECORDS:
            while not self.cuts.acquire(blocking=False):
                await asyncio.sleep(0.001)
            await line.chunk(record)
        await line.last_chunk()


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(OLLAMA_HOST=upstream.origin) as portal:
        yield portal


def read_and_be_cut(portal: PortalServer, run: str, seed: int, taken: Taken) -> list[dict[str, Any]]:
    """Follow the run to its end, cut `TIMES / READERS` times, after some frames each time; half of the cuts are resets."""
    chance = random.Random(seed)
    frames: list[dict[str, Any]] = []
    for _ in range(TIMES // READERS):
        with socket(portal) as opened:
            opened.send(json.dumps({"type": "attach", "run": run, "after": frames[-1]["seq"] if frames else 0}))
            for _ in range(chance.randrange(3)):
                if frames and frames[-1]["type"] == "end":
                    break
                frames.append(json.loads(opened.recv(timeout=60)))
            taken.cuts.release()
            if chance.random() < 0.5:
                opened.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
            opened.socket.shutdown(sockets.SHUT_RDWR)
    with socket(portal) as opened:
        taken.cuts.release(len(RECORDS))
        return frames + ([] if frames and frames[-1]["type"] == "end" else attach(opened, run, frames[-1]["seq"] if frames else 0))


def test_no_frame_is_lost_doubled_or_reordered_however_often_a_socket_is_cut(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = taken = Taken()
    with socket(portal) as opened, ThreadPoolExecutor(READERS) as readers:
        run = start(opened)
        seen = [readers.submit(read_and_be_cut, portal, run, seed, taken) for seed in range(READERS)]
        logs = [reader.result() for reader in seen]
    for frames in logs:
        assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
        assert frames[-1]["outcome"] == "done"
        assert text_of(frames).encode() == b"".join(RECORDS)
    assert len(upstream.requests_for("/api/chat")) == 1
    assert "Traceback" not in portal.log
