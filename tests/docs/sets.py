"""Doc sets for tests: written out as a mapping of file names to text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from portal.docs.catalogue import Catalogue


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files, folders included; a file that was there gets a new time, as if edited a moment later."""
    for name, text in files.items():
        file = root / name
        before = file.stat().st_mtime_ns if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if before is not None and file.stat().st_mtime_ns <= before:
            os.utime(file, ns=(before + 1_000_000, before + 1_000_000))
    return root


def catalogue_of(root: Path, files: Mapping[str, str]) -> Catalogue:
    """The catalogue of the set that has these files."""
    return Catalogue(write(root, files))
