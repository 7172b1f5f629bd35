"""The indexing process as the server keeps it: started beside it, started again when it dies, ended with it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

from portal.docs.search.index import condemn

logger = logging.getLogger(__name__)

# Seconds. An index that is damaged again at once is not mended by making it anew.
_BETWEEN_REBUILDS = 60.0
_SITE = Path(__file__).parents[3]


class Upkeep:
    """Keeps the index in `folder` in step with the documents under `root`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._rebuilt = float("-inf")
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        """Start the process, unless that was done."""
        with self._lock:
            if self._watcher is None:
                self._stopping.clear()
                self._process = self._launch()
                self._watcher = threading.Thread(target=self._watch, name="search-upkeep", daemon=True)
                self._watcher.start()

    def stop(self) -> None:
        """End the process. What it had committed stays."""
        with self._lock:
            self._stopping.set()
            watcher, self._watcher = self._watcher, None
            if self._process is not None:
                self._process.kill()
        if watcher is not None:
            watcher.join(5)

    def rebuild(self) -> None:
        """The index cannot be read: have it made anew."""
        with self._lock:
            if self._process is not None and time.monotonic() - self._rebuilt > _BETWEEN_REBUILDS:
                self._rebuilt = time.monotonic()
                condemn(self.folder)
                self._process.kill()

    def _launch(self) -> subprocess.Popen[bytes]:
        # It ends when its standard input does, so not even a killed server leaves it behind.
        return subprocess.Popen(
            [sys.executable, "-m", "portal.docs.search.indexing", str(self.root), str(self.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=_SITE,
            start_new_session=True,  # Ctrl-C in a terminal reaches a whole group; this one is ended by its server
        )  # fmt: skip

    def _watch(self) -> None:
        pause = 0.5
        while True:
            process = self._process
            assert process is not None
            started = time.monotonic()
            code = process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if self._stopping.is_set():
                return
            pause = 0.5 if time.monotonic() - started > 60 else min(pause * 2, 30)
            logger.warning("indexing for search ended (exit code %s); it is started again in %.0f s", code, pause)
            if self._stopping.wait(pause):
                return
            with self._lock:
                if self._stopping.is_set():
                    return
                # A machine without room for another process may have some later: the one that ended is looked at once more.
                try:
                    self._process = self._launch()
                except OSError as problem:
                    logger.warning("indexing for search cannot be started (%s)", problem)
