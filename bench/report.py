"""How a benchmark says what it saw."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass

# What cannot be nothing, or less: a time, a ratio, a size. One that is was not measured.
_POSITIVE = ("ms", "s", "CPU s", "times", "KB", "bytes", "bytes a byte")
_ROUNDS = 1_000_000


@dataclass(frozen=True)
class Figure:
    """One measured number beside the most it may be; `detail` says what it was taken from."""

    name: str
    seen: float
    at_most: float
    unit: str
    detail: str = ""


def report(figure: Figure) -> bool:
    """Print the figure on a line; returns whether the promise was kept."""
    measured = math.isfinite(figure.seen) and (figure.seen > 0 or figure.unit not in _POSITIVE)
    kept = measured and figure.seen <= figure.at_most
    print(
        f"{'kept' if kept else 'not kept' if measured else 'not measured':12}  {figure.name}: {figure.seen:.4g} {figure.unit}"
        f" (at most {figure.at_most:g} {figure.unit})"
        + (f"; {figure.detail}" if figure.detail else ""),
        flush=True,
    )
    return kept


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def pace_of_machine() -> str:
    """How fast this machine is just now, and how busy: the same work takes twice as long on it at another hour."""
    began, total = time.perf_counter(), 0
    for number in range(_ROUNDS):
        total += number
    return f"a million additions in {(time.perf_counter() - began) * 1000:.0f} ms, load {os.getloadavg()[0]:.1f}"
