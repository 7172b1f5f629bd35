"""A Redis of the test's own: Debian's server on a free port, which can be killed, paused, flushed and filled."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, cast

import redis

from tests.strict import leave_out


class RedisServer:
    """A server that keeps everything in memory. Use it as a context manager; `url` is where it is."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            leave_out("no Redis on this machine (Debian: apt-get install redis-server), so its tests were left out")
        self._program = program
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> RedisServer:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on()
        self.kill()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start the server, empty, and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as a crash would; what it held is gone."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Stop it from answering, connections left open."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *command: object) -> Any:
        """The answer to one command."""
        with redis.Redis(port=self.port, decode_responses=True, socket_timeout=5) as client:
            return client.execute_command(*cast(tuple[Any, ...], command))

    def fill(self) -> None:
        """Leave no memory to write anything into."""
        self.ask("CONFIG", "SET", "maxmemory", "1mb")

    def empty(self) -> None:
        """Give the memory back."""
        self.ask("CONFIG", "SET", "maxmemory", "0")

    def _answers(self) -> bool:
        try:
            return bool(self.ask("PING"))
        except redis.RedisError:
            return False
