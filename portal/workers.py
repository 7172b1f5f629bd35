"""Several worker processes on one listening socket: started together, started again when one dies, ended together."""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from django.conf import settings

logger = logging.getLogger(__name__)

READY = "serving"
_STEADY, _LONGEST_PAUSE = 60.0, 30.0


class Workers:
    """`count` workers. What this process found out at its start they are told, so that all agree."""

    def __init__(self, count: int, listening: socket.socket) -> None:
        self.count, self._listening = count, listening
        self._processes: dict[int, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._doors: list[socket.socket] = []

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until told to stop; `on_ready` is called once every worker serves."""
        # A worker that is started again answers at the door of the one before it.
        with tempfile.TemporaryDirectory(prefix="portal-") as folder, ExitStack() as stack:
            self._doors = [stack.enter_context(_door(Path(folder) / str(number))) for number in range(self.count)]
            self._run(on_ready)

    def _run(self, on_ready: Callable[[], None]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._pass_on)
        started = [self._launch(number) for number in range(self.count)]
        if all(_is_ready(process) for process in started):
            on_ready()
        elif not self._stopping.is_set():
            self._pass_on(signal.SIGINT, None)
            for process in started:
                process.wait()
            sys.exit("The portal could not start; the lines above say why.")
        threads = [threading.Thread(target=self._keep, args=(number,), name=f"worker {number}") for number in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a signal is seen between two waits only
                thread.join(0.5)

    def _launch(self, number: int) -> subprocess.Popen[str]:
        with self._lock:
            # It drains when its standard input ends, so not even a killed server leaves it behind.
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                cwd=Path(__file__).parent.parent, pass_fds=[self._listening.fileno(), self._doors[number].fileno()],
                start_new_session=True,  # Ctrl-C in a terminal reaches a whole group; a worker is told by this process
            )  # fmt: skip
            self._processes[number] = process
        assert process.stdin is not None
        process.stdin.write(json.dumps(_told(number, self._listening, self._doors)) + "\n")
        process.stdin.flush()
        return process

    def _keep(self, number: int) -> None:
        pause = 0.5
        while True:
            process, started = self._processes[number], time.monotonic()
            code = process.wait()
            _close(process)
            if self._stopping.is_set():
                return
            pause = 0.5 if time.monotonic() - started > _STEADY else min(pause * 2, _LONGEST_PAUSE)
            logger.warning("worker %d ended (exit code %s); it is started again in %.0f s", number, code, pause)
            if self._stopping.wait(pause):
                return
            _is_ready(self._launch(number))

    def _pass_on(self, sent: int, _frame: FrameType | None) -> None:
        self._stopping.set()
        for process in list(self._processes.values()):
            if process.poll() is None:
                process.send_signal(sent)


def _door(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen()
    return door


def _told(number: int, listening: socket.socket, doors: Sequence[socket.socket]) -> dict[str, object]:
    local = settings.PORTAL_UPSTREAMS["local"]
    return {
        "number": number, "doors": [door.getsockname() for door in doors], "door": doors[number].fileno(),
        "listening": listening.fileno(), "indexes": number == 0, "origins": settings.PORTAL_ORIGINS,
        "no_database": settings.PORTAL_NO_DATABASE, "no_engine": settings.PORTAL_NO_ENGINE,
        "local": local.origin, "embedded": local.embedded,
    }  # fmt: skip


def _is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline().strip() == READY


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
