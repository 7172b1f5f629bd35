"""What the tests of records say to a portal, and how they end it."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from websockets.sync.client import ClientConnection, connect

from tests.farend import FarEnd
from tests.portal_server import PortalServer

Frames = list[dict[str, Any]]


def server(upstream: FarEnd, data: Path, *under: str, **environment: str) -> PortalServer:
    return PortalServer(data=data, under=under, OLLAMA_HOST=upstream.origin, **environment)


@contextmanager
def socket(portal: PortalServer) -> Iterator[ClientConnection]:
    with connect(portal.socket_url, origin=portal.origin, proxy=None, ping_interval=None) as opened:  # type: ignore[arg-type]
        yield opened


def start(opened: ClientConnection, ref: str | None = None) -> str:
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    message = {"type": "start", "ref": ref or str(uuid.uuid4()), "request": request,
               "source": {"page": "api/chat", "example": "run-1"}}  # fmt: skip
    opened.send(json.dumps(message))
    answer = json.loads(opened.recv(timeout=60))
    assert answer["type"] == "accepted", answer
    return str(answer["run"])


def attach(opened: ClientConnection, run: str, after: int) -> Frames:
    opened.send(json.dumps({"type": "attach", "run": run, "after": after}))
    return to_the_end(opened)


def to_the_end(opened: ClientConnection) -> Frames:
    frames: Frames = []
    while not frames or frames[-1]["type"] not in ("end", "error"):
        frames.append(json.loads(opened.recv(timeout=60)))
    return frames


def wait_until(is_so: Callable[[], bool], why: Callable[[], object] = lambda: "it never came to be so") -> None:
    """Return once it is so. However busy the machine, it has two minutes."""
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)


def log(portal: PortalServer, run: str, after: int = 0) -> Frames:
    answer = httpx.get(f"{portal.url}runs/{run}/log", params={"after": after}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["frames"])


def text_of(frames: Frames) -> str:
    return "".join(frame.get("text", "") for frame in frames)


def crash(portal: PortalServer) -> None:
    portal.process.send_signal(signal.SIGKILL)
    portal.process.wait()


def rows(data: Path, what: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "portal.sqlite3")) as database:
        return database.execute(what).fetchall()


def count_of_records(portal: PortalServer) -> int:
    """Runs in the portal's database, whichever it has."""
    url = portal.environment.get("DATABASE_URL")
    if url is None:
        return int(rows(portal.data, "select count(*) from runs_record")[0][0])
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from runs_record").fetchone()
    assert row is not None
    return int(row[0])
