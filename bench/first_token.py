"""What the portal adds before the first token, beside asking the embedded engine directly, in turns."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from bench.report import Figure
from tests.engine import running_engine
from tests.portal_server import PortalServer

TURNS = 40
BODY = {
    "model": "smollm2:135m",
    "messages": [{"role": "user", "content": "Say hello."}],
    "options": {"num_predict": 4, "seed": 1},
}


def measure() -> Iterator[Figure]:
    """Median time from asking to the first byte of the answer, through the portal minus directly."""
    with (
        tempfile.TemporaryDirectory() as store,
        running_engine(Path(store)) as engine,
        PortalServer(OLLAMA_HOST=engine.url) as portal,connect(portal.socket_url, origin=portal.origin, proxy=None) as socket
    ):  # type: ignore[arg-type]
        _ask_directly(engine.url)
        pairs = [(_ask_directly(engine.url), _ask_through(socket)) for _ in range(TURNS)]
    direct, through = (median(times) * 1000 for times in zip(*pairs, strict=True))
    yield Figure("first token through the portal, more than directly", through - direct, 30.0, "ms",
                 f"medians of {TURNS}: {through:.1f} ms against {direct:.1f} ms")  # fmt: skip


def _ask_directly(url: str) -> float:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    started = time.perf_counter()
    connection.request("POST", "/api/chat", json.dumps(BODY), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read(1)
    taken = time.perf_counter() - started
    answer.read()
    connection.close()
    return taken


def _ask_through(socket: ClientConnection) -> float:
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": BODY}
    started = time.perf_counter()
    socket.send(json.dumps({"type": "start", "ref": str(uuid.uuid4()), "request": request}))
    taken = 0.0
    frame: dict[str, Any] = {}
    while frame.get("type") != "end":
        frame = json.loads(socket.recv())
        if frame.get("type") == "data" and not taken:
            taken = time.perf_counter() - started
    return taken
