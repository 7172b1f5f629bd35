"""How far indexing is, told by the process that indexes to those that answer."""

from __future__ import annotations

import json
import os
from pathlib import Path

from portal.docs.search.values import Progress

_NAME = "progress.json"


def write_progress(folder: Path, progress: Progress) -> None:
    """Leave word beside the index."""
    fresh = folder / f"{_NAME}.{os.getpid()}"
    fresh.write_text(json.dumps({"done": progress.done, "of": progress.of}))
    fresh.replace(folder / _NAME)


class ProgressReader:
    """Knows the last word left in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._stamp = (0, 0)
        self._kept = Progress()

    def read(self) -> Progress | None:
        """How far indexing is; None when no word was left."""
        try:
            stat = self._path.stat()
            if (stamp := (stat.st_mtime_ns, stat.st_ino)) != self._stamp:
                found = json.loads(self._path.read_bytes())
                self._kept, self._stamp = Progress(int(found["done"]), int(found["of"])), stamp
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return self._kept
