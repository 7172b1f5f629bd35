"""What recording costs: the server's CPU for each record it relays, with records and without, in turns."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from websockets.sync.client import connect

from bench.report import Figure
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

TURNS = 3
STREAMS = 30
RECORDS = 150
PAUSE = 1 / 30


def measure() -> Iterator[Figure]:
    """CPU a record of `STREAMS` runs at 30 records a second, recorded against not recorded."""
    with FarEnd(stream(chat(["word " * 10] * RECORDS), pause=PAUSE)) as far_end:
        pairs = [(_cpu_a_record(far_end, "0"), _cpu_a_record(far_end, "30")) for _ in range(TURNS)]
    without, kept = (median(times) * 1e6 for times in zip(*pairs, strict=True))
    yield Figure("CPU a record with the log recorded, times that without", kept / without, 1.35, "times",
                 f"medians of {TURNS}, {STREAMS} streams of 30 records/s: {kept:.0f} µs against {without:.0f} µs")  # fmt: skip


def _cpu_a_record(far_end: FarEnd, keep: str) -> float:
    """Seconds of the server's CPU for each record, from the first start to the last end."""
    with (
        PortalServer(OLLAMA_HOST=far_end.origin, PORTAL_KEEP_RUNS=keep) as portal,
        connect(portal.socket_url, origin=portal.origin, proxy=None, max_size=None) as socket,
    ):  # type: ignore[arg-type]
        time.sleep(3)  # indexing and the graph of links are over
        before = _cpu_of(portal.process.pid)
        body = {"model": "far:1b", "messages": []}
        request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": body}
        for _ in range(STREAMS):
            socket.send(json.dumps({"type": "start", "ref": str(uuid.uuid4()), "request": request}))
        ended = 0
        while ended < STREAMS:
            ended += '"type":"end"' in str(socket.recv())
        time.sleep(0.5)  # the last of it is written
        return (_cpu_of(portal.process.pid) - before) / (STREAMS * RECORDS)


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
