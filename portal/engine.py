"""The embedded engine as `serve` keeps it: started when no Ollama answers, restarted when it dies, ended with the server."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO
from urllib.error import URLError

logger = logging.getLogger(__name__)

_READY = "listening on "
_PATIENCE = 60.0


class EngineMissing(Exception):
    """The engine cannot run on this machine; the message says why."""


def answers(origin: str, within: float = 1.0) -> bool:
    """Whether an Ollama answers at `origin`."""
    try:
        # No proxy: an upstream is spoken to directly, as the relay does.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{origin}/api/version", timeout=within) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False


class Engine:
    """The engine's process and the thread that watches over it. `origin` stays the same across restarts."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.origin = ""
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the engine and wait until it serves. Raises `EngineMissing`."""
        self.store.mkdir(parents=True, exist_ok=True)
        self.origin = self._launch(port=0)
        threading.Thread(target=self._watch, name="engine", daemon=True).start()

    def stop(self) -> None:
        """End the process."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process)

    def _launch(self, port: int) -> str:
        log = (self.store / "engine.log").open("w")
        with log:
            # The engine ends when its standard input does, so not even a killed server leaves it behind.
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.embedded", "--port", str(port), "--store", str(self.store), "--exit-with-parent"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=Path(__file__).parent.parent,
                start_new_session=True,  # Ctrl-C in a terminal reaches a whole group; the engine is ended by its server
            )  # fmt: skip
        self._process = process
        assert process.stdout is not None
        line = _first_line(process, process.stdout)
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
        process.kill()
        process.wait()
        _close(process)
        said = (self.store / "engine.log").read_text(errors="replace").strip().splitlines()
        raise EngineMissing(said[-1] if said else f"it ended without a word (exit code {process.returncode})")

    def _watch(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            process = self._process
            assert process is not None
            started = time.monotonic()
            code = process.wait()
            if self._stopping.is_set():
                return
            _close(process)
            pause = 1.0 if time.monotonic() - started > 60 else min(pause * 2, 30)
            logger.warning("the embedded engine ended (exit code %s); it is started again in %.0f s", code, pause)
            if self._stopping.wait(pause):
                return
            try:
                self._launch(port=int(self.origin.rpartition(":")[2]))
            except EngineMissing as problem:
                logger.warning("the embedded engine could not be started again: %s", problem)


def _first_line(process: subprocess.Popen[str], stdout: IO[str]) -> str:
    """What the engine says first, or nothing when it takes longer than `_PATIENCE`."""
    timer = threading.Timer(_PATIENCE, process.kill)
    timer.start()
    try:
        return stdout.readline()
    finally:
        timer.cancel()


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
