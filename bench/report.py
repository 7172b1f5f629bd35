"""How a benchmark says what it saw."""

from __future__ import annotations

from dataclasses import dataclass


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
    kept = figure.seen <= figure.at_most
    print(
        f"{'kept    ' if kept else 'not kept'}  {figure.name}: {figure.seen:.4g} {figure.unit}"
        f" (at most {figure.at_most:g} {figure.unit})"
        + (f"; {figure.detail}" if figure.detail else ""),
        flush=True,
    )
    return kept


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
