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


def read_progress(folder: Path) -> Progress:
    """The last word left there; nothing done when there is none."""
    try:
        found = json.loads((folder / _NAME).read_bytes())
        return Progress(int(found["done"]), int(found["of"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Progress()
