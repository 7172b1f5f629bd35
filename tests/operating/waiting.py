"""Waiting for what comes by itself, for as long as a busy machine may take."""

from __future__ import annotations

import time
from collections.abc import Callable

_PATIENCE = 120


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
