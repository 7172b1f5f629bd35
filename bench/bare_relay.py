"""The least a relay in Python does: what one read of aiohttp brings goes into one message of uvicorn's websocket. A process of its own.

    python -m bench.bare_relay <port of the far end>

prints its port. It keeps, counts, quotes, bounds and resumes nothing: what the portal spends beyond it is what those cost.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import aiohttp
import uvicorn


class BareRelay:
    """An ASGI application: each `start` that comes over a websocket is sent on, and its answer comes back as it arrives."""

    def __init__(self, far_end: str) -> None:
        self._far_end = far_end
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one websocket, of one stream."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True), timeout=aiohttp.ClientTimeout())
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        request = json.loads(message["text"])["request"]
        async with self._session.post(self._far_end + request["path"], json=request["body"]) as answer:
            while piece := await answer.content.readany():
                await send({"type": "websocket.send", "text": piece.decode()})
        await receive()


def main() -> None:
    """Serve until ended."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        print(listening.getsockname()[1], flush=True)
        application = BareRelay(f"http://127.0.0.1:{sys.argv[1]}")
        config = uvicorn.Config(application, ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off",
                                log_level="error", access_log=False)  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
