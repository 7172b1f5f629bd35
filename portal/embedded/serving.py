"""Runs the engine's HTTP server until it is told to stop, by a signal or by the end of its parent."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from portal.embedded.app import make_app
from portal.embedded.models.library import BASE_NAME, Library
from portal.embedded.models.weights import Weights
from portal.embedded.running.engine import Engine
from portal.embedded.running.llama import Shape, default_threads
from portal.embedded.running.residence import Residence

CONTEXT = 4096
PORT_TAKEN = 4


class Server(uvicorn.Server):
    """uvicorn's server, which leaves the signals to us: generations have to be ended before connections are."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(weights: Weights, arguments: argparse.Namespace) -> int:
    """Serves until stopped; the exit status."""
    engine = _engine(weights, arguments)
    app = make_app(engine)
    try:
        listener = socket.create_server(("127.0.0.1", arguments.port), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.stderr.write(f"The embedded engine cannot listen on port {arguments.port}: {reason}.\n")
        return PORT_TAKEN
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1,
        # A client keeps its connection for the next request; Ollama never closes one on it.
        timeout_keep_alive=3600,
    )
    server = Server(config)

    def stop() -> None:
        # Half an answer is to look like half an answer, and that is nothing to report.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        server.should_exit = True
        for work in list(app.state.running):
            work.cancel()

    _stop_on_signals(stop)
    if arguments.exit_with_parent:
        _stop_with_parent(stop)
    if arguments.preload:
        await _preload(engine)
    # The socket is open and queues connections, so whoever reads the line may send at once.
    sys.stdout.write(f"listening on http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve([listener])
    engine.residence.close()
    return 0


def _engine(weights: Weights, arguments: argparse.Namespace) -> Engine:
    library = Library(arguments.store, weights)
    library.ensure_base()
    shape = Shape(CONTEXT, max(1, arguments.parallel), arguments.threads or default_threads())
    return Engine(library, Residence(weights.path, shape))


async def _preload(engine: Engine) -> None:
    async with engine.residence.use(engine.library.find(BASE_NAME), context=0, threads=0, stay=None):
        pass


def _stop_on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _stop_with_parent(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="parent", daemon=True).start()
