"""The server of one process: what uvicorn is told, and how it drains."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from django.conf import settings

from portal import sockets
from portal.kept_first import kept_first
from portal.sockets import PatientSocket

_MOST_OPEN = 65_536


class Server(uvicorn.Server):
    """On SIGTERM it finishes the runs it has before it stops; Ctrl-C, or a second SIGTERM, stops it at once."""

    _draining: asyncio.Task[None] | None = None
    on_started: Callable[[], None] | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so to whoever waits for it."""
        await super().startup(sockets)
        if self.started and self.on_started is not None:
            self.on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """What a signal does."""
        if sig == signal.SIGTERM and self.started and self._draining is None and settings.PORTAL_DRAIN:
            self._loop.call_soon_threadsafe(self._begin_to_drain)
        else:
            super().handle_exit(sig, frame)

    def _begin_to_drain(self) -> None:
        if self._draining is None:
            self._draining = self._loop.create_task(self._drain(), name="drain")

    async def _drain(self) -> None:
        from portal.runs.here import registry  # it reads settings that are still being made when this module is loaded

        try:
            await registry.drain(settings.PORTAL_DRAIN)
        finally:
            self.should_exit = True


def load_server() -> Server:
    """The server with the site loaded into it, so that nothing is announced that cannot start."""
    from portal.asgi import application, first  # loads the site: everything that can be wrong with it shows here

    config = uvicorn.Config(
        application,
        http=kept_first(first),
        ws=PatientSocket,
        ws_per_message_deflate=False,
        ws_max_size=1 << 20,
        ws_ping_interval=sockets.PING_EVERY,
        ws_ping_timeout=sockets.PONG_WITHIN,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    config.load()
    return Server(config)


def run(server: uvicorn.Server, listening: socket.socket) -> None:
    """Serve until told to stop."""
    _open_as_many_as_allowed()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Until uvicorn takes the signals over, and again when it repeats them at its end.
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    server.run(sockets=[listening])
    if not server.started and not server.should_exit:
        sys.exit("The portal could not start; the lines above say why.")


def _open_as_many_as_allowed() -> None:
    """Every reader and every run is a connection or two; the 1,024 that a shell begins with are soon used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
