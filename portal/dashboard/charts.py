"""Tokens and latency over time, laid out for an SVG the server draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from portal.dashboard.words import time_text
from portal.runs.activity import Point

WIDTH, HEIGHT = 600, 100
_GAP = 2


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time up to now, in `count` periods of `step`; `beginning` is what its left end is called."""

    name: str
    step: timedelta
    count: int
    beginning: str

    @property
    def span(self) -> timedelta:
        """Its whole length."""
        return self.step * self.count


WINDOWS = {
    "hour": Window("hour", timedelta(minutes=2), 30, "1 hour ago"),
    "day": Window("day", timedelta(minutes=30), 48, "24 hours ago"),
    "month": Window("month", timedelta(days=1), 30, "30 days ago"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """The tokens of a period and where its bar stands."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """A bar a period; `most` is at the top of the scale, `total` the sum of all."""

    bars: Sequence[Bar]
    most: int
    total: int
    runs: int


@dataclass(frozen=True, slots=True)
class Latency:
    """A dot a run on a logarithmic scale with `marks` at its lines, from the top; `line` joins the periods' medians."""

    dots: Sequence[tuple[float, float]]
    line: str
    marks: Sequence[str]
    rows: Sequence[tuple[str, int, str]]
    median: str
    p95: str


def draw_tokens(points: Sequence[Point], window: Window, now: datetime) -> Tokens | None:
    """The tokens of the answers, period by period; None where there are none."""
    sums = [0] * window.count
    for point in points:
        if (at := _period(point, window, now)) is not None:
            sums[at] += point.output_tokens or 0
    most = max(sums)
    if not most:
        return None
    top = _rounded_up(most)
    width = WIDTH / window.count
    bars = []
    for at, value in enumerate(sums):
        height = max(HEIGHT * value / top, 1.5) if value else 0
        bars.append(Bar(_label(at, window, now), value, round(at * width + _GAP / 2, 2), round(HEIGHT - height, 2),
                        round(width - _GAP, 2), round(height, 2)))  # fmt: skip
    return Tokens(bars, top, sum(sums), sum(1 for point in points if point.output_tokens))


def draw_latency(points: Sequence[Point], window: Window, now: datetime) -> Latency | None:
    """The time to first token, run by run; None where no run has one."""
    found = [(at, point.ttft_ms, point) for point in points
             if point.ttft_ms is not None and (at := _period(point, window, now)) is not None]  # fmt: skip
    if not found:
        return None
    values = sorted(max(value, 1.0) for _, value, _ in found)
    low, high = math.floor(math.log10(values[0])), math.ceil(math.log10(values[-1]))
    high = max(high, low + 1)

    def y_of(value: float) -> float:
        return round(HEIGHT * (high - math.log10(max(value, 1.0))) / (high - low), 2)

    dots = [(_x_of(point, window, now), y_of(value)) for _, value, point in found]
    periods: dict[int, list[float]] = {}
    for at, value, _ in found:
        periods.setdefault(at, []).append(value)
    width = WIDTH / window.count
    ordered = sorted(periods)
    line = " ".join(f"{(at + 0.5) * width:.1f},{y_of(median(periods[at])):.1f}" for at in ordered)
    rows = [(_label(at, window, now), len(periods[at]), time_text(median(periods[at]))) for at in ordered]
    marks = [time_text(10.0**power) for power in range(high, low - 1, -1)]
    p95 = values[max(0, math.ceil(0.95 * len(values)) - 1)]
    return Latency(dots, line, marks, rows, time_text(median(values)), time_text(p95))


def _end(window: Window, now: datetime) -> datetime:
    """The end of the period that is under way: periods begin at whole times of the clock, not at the moment of looking."""
    step = window.step.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // step + 1) * step, now.tzinfo)


def _period(point: Point, window: Window, now: datetime) -> int | None:
    at = (point.at - (_end(window, now) - window.span)) // window.step
    return at if 0 <= at < window.count else None


def _x_of(point: Point, window: Window, now: datetime) -> float:
    return round(WIDTH * (1 - (_end(window, now) - point.at) / window.span), 2)


def _label(at: int, window: Window, now: datetime) -> str:
    start = _end(window, now) - window.step * (window.count - at)
    if window.step >= timedelta(days=1):
        return f"{start.day} {start:%b}"
    return f"{start:%H:%M} to {start + window.step:%H:%M}"


def _rounded_up(value: int) -> int:
    """The next number that reads well at the top of a scale."""
    power = int(10 ** (len(str(value)) - 1))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)
