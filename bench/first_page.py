"""From the second `make run` to the first page."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.report import Figure

ROOT = Path(__file__).parent.parent


def measure() -> Iterator[Figure]:
    """Start the portal four times with everything installed; the first start of its data folder is not counted."""
    with tempfile.TemporaryDirectory() as data:
        times = [_once(data) for _ in range(4)][1:]
    yield Figure(
        "second `make run` to the first page", median(times), 5.0, "s", f"median of {len(times)}, engine included"
    )


def _once(data: str) -> float:
    environment = os.environ | {
        "PORTAL_DATA": data,
        "PORTAL_BIND": "127.0.0.1:0",
        "PORTAL_EMBEDDED": "always",
        "PYTHONUNBUFFERED": "1",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        ["make", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if " is at http" in line)
        with urllib.request.urlopen(next(word for word in line.split() if word.startswith("http"))) as page:
            page.read()
        return time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        process.stdout.close()
