"""The portal as a person starts it: `manage.py serve` in a process of its own, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tests.prepared import prepare

ROOT = Path(__file__).parent.parent
_AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""

# What servers without a folder of their own keep; a server may be started again on it, so it goes when the tests do.
_FOLDERS = tempfile.TemporaryDirectory(prefix="portal-servers-")


class PortalServer:
    """A running portal. Use it as a context manager; `url` is where it is, `log` what it has said.

    `under` is a command that runs it under conditions of its own, such as `prlimit`; `held` a listening socket that is
    handed to it as systemd does.
    """

    # Whether an empty folder is filled with what a first start takes longest for: in tests (conftest.py), not in benchmarks.
    prepares = False

    def __init__(
        self, *, bind: str = "127.0.0.1:0", data: Path | None = None, under: Sequence[str] = (),
        held: socket.socket | None = None, workers: int = 1, **environment: str,
    ) -> None:  # fmt: skip
        self.bind, self.under, self.workers = bind, under, workers
        self._handed = [] if held is None else [held.fileno()]
        if held is not None:
            self.under = [sys.executable, "-c", _AS_SYSTEMD, str(held.fileno())]
        self.data = data or Path(tempfile.mkdtemp(dir=_FOLDERS.name))
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "OLLAMA_", "DJANGO_", "DATABASE_", "REDIS_"))
        }
        self.environment = (
            kept | {"PYTHON_DOTENV_DISABLED": "1", "PORTAL_DATA": str(self.data), "PYTHONUNBUFFERED": "1", "PORTAL_DRAIN": "0"} | environment
        )
        self.folder = ROOT
        self.url = ""
        self.log = ""

    def __enter__(self) -> PortalServer:
        if self.prepares:
            prepare(self.data)
        self.process = subprocess.Popen(
            [*self.under, sys.executable, "manage.py", "serve", "--bind", self.bind, "--workers", str(self.workers)],
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=self._handed,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log += line
            if " is at http" in line:
                self.url = next(word for word in line.split() if word.startswith("http"))
                break
        else:
            raise AssertionError(f"the portal did not start:\n{self.log}")
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        return self

    def _drain(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log += line

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "ws/runs/"

    @property
    def origin(self) -> str:
        return self.url.rstrip("/")


def run_manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command of manage.py, to its end."""
    server = PortalServer(**environment)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False,
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
