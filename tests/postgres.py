"""A PostgreSQL of the test's own: Debian's server on a free port, its cluster in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.strict import leave_out


class PostgreSQL:
    """A cluster that can be started and killed. Use it as a context manager; `url` is where it is."""

    def __init__(self) -> None:
        found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
        if found is None:
            leave_out("no PostgreSQL on this machine (Debian: apt-get install postgresql), so its tests were left out")
        self._programs = Path(found).resolve().parent
        # It refuses to run as root; Debian's package brings the user it runs as.
        self._user = "postgres" if os.geteuid() == 0 else None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"postgres://portal@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> PostgreSQL:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", str(self.folder / "cluster"), "-U", "portal", "--auth=trust", "--no-sync", "-E", "UTF8")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self.folder / "cluster", "-p", str(self.port), "-k", self.folder,
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            user=self._user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._process.send_signal(3)  # SIGQUIT: its children go with it
        self._process.wait()

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the test's own, each statement a transaction."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="portal", dbname="postgres", autocommit=True)

    def ask(self, query: LiteralString, *values: object) -> Any:
        """The first value of the first row."""
        with self.connect() as connection:
            row = connection.execute(query, values or None).fetchone()
        return None if row is None else row[0]

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(
            [self._programs / program, *arguments], check=check, user=self._user, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ).returncode  # fmt: skip
