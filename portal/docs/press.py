"""Documents drawn in processes of their own: the server goes on meanwhile, and one that takes too long is ended."""

from __future__ import annotations

import logging
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TypeVar, cast

from portal.docs.jobs import Job

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# Seconds of a processor for one document. The largest of a real set takes one, a generated one of 5 MB five.
PATIENCE = 20.0
_SITE = Path(__file__).parents[2]
_LENGTH = struct.Struct(">Q")


class NotDrawn(Exception):
    """A document took too long, or ended the process that drew it; the message says so, of the document: “takes more than …”."""


class Press:
    """Draws the documents under `root` in up to `most` processes, each started when it is first needed."""

    def __init__(self, root: Path, *, source_url: str = "", most: int = 2, patience: float = PATIENCE) -> None:
        self.root, self.source_url, self.patience = root, source_url, patience
        self._idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(most):
            self._idle.put(None)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._open = False

    @property
    def is_open(self) -> bool:
        """Whether there is a press to draw with; a command draws for itself."""
        return self._open

    def start(self) -> None:
        """Open the press, with the first process started so that the first reader need not wait for it."""
        self._open = True
        self._idle.put(self._idle.get() or self._launch())

    def stop(self) -> None:
        """End every process; what they were drawing is not drawn."""
        self._open = False
        with self._lock:
            running = list(self._running)
        for process in running:
            process.kill()
            _close(process)

    def do(self, job: Job[Result]) -> Result:
        """What comes of the job. Waits; raises `NotDrawn`."""
        process = self._idle.get()
        try:
            process = process or self._launch()
            return _ask(process, job)
        except (OSError, EOFError):
            code, process = self._bury(process), None
            raise NotDrawn(_explain(code, self.patience)) from None
        finally:
            self._idle.put(process)

    def _launch(self) -> subprocess.Popen[bytes]:
        # It ends when its standard input does, so not even a killed server leaves it behind.
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.docs.pressing", str(self.root), self.source_url, str(self.patience)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_SITE,
        )  # fmt: skip
        with self._lock:
            self._running.add(process)
        return process

    def _bury(self, process: subprocess.Popen[bytes] | None) -> int:
        if process is None:
            return 0
        with self._lock:
            self._running.discard(process)
        code = _close(process)
        if self._open:
            logger.warning("a process that draws documents ended (exit code %s)", code)
        return code


def _ask(process: subprocess.Popen[bytes], job: Job[Result]) -> Result:
    assert process.stdin is not None
    assert process.stdout is not None
    write_message(process.stdin, job)
    return cast(Result, read_message(process.stdout))


def _close(process: subprocess.Popen[bytes]) -> int:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue
    return process.wait()


def _explain(code: int, patience: float) -> str:
    if code == -signal.SIGPROF:
        return f"takes more than {patience:g} seconds to draw"
    return "could not be drawn"


def write_message(pipe: IO[bytes], message: object) -> None:
    """Send a message whole. Raises `OSError` when the other side is gone."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> object:
    """The next message. Raises `EOFError` when the other side is gone."""
    head = pipe.read(_LENGTH.size)
    content = pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if not content:
        raise EOFError
    # Both ends are this program's own.
    return pickle.loads(content)  # noqa: S301
