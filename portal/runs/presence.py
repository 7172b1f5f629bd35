"""Which servers of this machine live: each holds a lock on a file that bears its name, and the system lets go of it."""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path
from typing import IO


class Presence:
    """This server's name, and the lock that shows it lives for as long as the process does, however that ends."""

    def __init__(self, folder: Path) -> None:
        self.name = secrets.token_hex(12)
        self.folder = folder
        self._file: IO[bytes] | None = None

    def enter(self) -> None:
        """Take the lock. Without a folder to write in, others judge this server by its lease alone."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = (self.folder / self.name).open("ab")
            # Of the process, not of the file: children that are started do not inherit it.
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file = None

    def leave(self) -> None:
        """Let go of the lock and take the file away."""
        if self._file is not None:
            (self.folder / self.name).unlink(missing_ok=True)
            self._file.close()

    def is_gone(self, server: str) -> bool:
        """Whether that server is known to have ended: its file is here, and nobody holds it."""
        if server == self.name:
            return False
        try:
            with (self.folder / server).open("r+b") as file:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def clear(self) -> None:
        """Take away what servers that have ended left."""
        for file in self.folder.glob("*"):
            if self.is_gone(file.name):
                file.unlink(missing_ok=True)
