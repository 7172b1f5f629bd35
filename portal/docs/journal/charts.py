"""Entries over time as bars, for an SVG the server draws."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.docs.journal.entries import Entry

# Enough for three months by day, and for all the centuries a calendar has.
MOST_BARS = 101
HEIGHT = 100
_WIDTH = 10
_GAP = 2
_Start = Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Bar:
    """A period and how many entries it has; `x`, `y`, `width` and `height` in the chart's own units."""

    label: str
    count: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the oldest period to the newest, none left out; `period` their length, `most` the tallest's count."""

    period: str
    bars: tuple[Bar, ...]
    most: int

    @property
    def width(self) -> int:
        """In the units of the bars."""
        return len(self.bars) * _WIDTH

    @property
    def filled(self) -> list[Bar]:
        """The bars of periods that have entries."""
        return [bar for bar in self.bars if bar.count]


def chart_all(entries: Sequence[Entry]) -> Chart | None:
    """The entries by day, week, month, year or longer, as their span asks for; None where there are none."""
    if not entries:
        return None
    days = [entry.when.date() for entry in entries]
    first, last = min(days), max(days)
    for period, start, label in _PERIODS:
        starts = list(_up_to(MOST_BARS + 1, _each(start, first, last)))
        if len(starts) <= MOST_BARS:
            return _draw(period, starts, Counter(map(start, days)), label)
    raise AssertionError("a century fits any calendar into the bars")


def chart_month(entries: Sequence[Entry], year: int, month: int) -> Chart:
    """The entries of one month by day, all its days shown."""
    first = date(year, month, 1)
    days = [first + timedelta(days=number) for number in range(_days_in(first))]
    return _draw("day", days, Counter(entry.when.date() for entry in entries), _day)


def _draw(period: str, starts: Sequence[date], counts: Counter[date], label: Callable[[date], str]) -> Chart:
    most = max(counts.values(), default=0)
    bars = []
    for at, start in enumerate(starts):
        height = round(HEIGHT * counts[start] / most) if most else 0
        height = max(height, 2) if counts[start] else 0
        bars.append(Bar(label(start), counts[start], at * _WIDTH + _GAP // 2, HEIGHT - height, _WIDTH - _GAP, height))
    return Chart(period, tuple(bars), most)


def _each(start: _Start, first: date, last: date) -> Iterator[date]:
    """The beginnings of all periods from the first day's to the last day's."""
    at = start(first)
    while at <= last:
        yield at
        beyond = at
        while start(beyond) == at:
            step = _STEPS[start]
            if beyond.toordinal() + step > date.max.toordinal():
                return
            beyond = date.fromordinal(beyond.toordinal() + step)
        at = start(beyond)


def _up_to(most: int, starts: Iterator[date]) -> Iterator[date]:
    yield from (start for start, _number in zip(starts, range(most), strict=False))


def _days_in(first: date) -> int:
    return monthrange(first.year, first.month)[1]


def _by_day(day: date) -> date:
    return day


def _by_week(day: date) -> date:
    return date.fromordinal(max(1, day.toordinal() - day.weekday()))


def _by_month(day: date) -> date:
    return day.replace(day=1)


def _by_year(day: date) -> date:
    return date(day.year, 1, 1)


def _by_century(day: date) -> date:
    return date(max(1, day.year // 100 * 100), 1, 1)


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


# The finest first: a chart takes the first with which all its entries fit into its bars.
_PERIODS: tuple[tuple[str, _Start, Callable[[date], str]], ...] = (
    ("day", _by_day, _day),
    ("week", _by_week, lambda day: f"week of {_day(day)}"),
    ("month", _by_month, lambda day: f"{day:%B} {day.year}"),
    ("year", _by_year, lambda day: f"{day.year}"),
    ("century", _by_century, lambda day: f"{day.year} to {day.year // 100 * 100 + 99}"),
)
# A step, in days, that never leaps over a period.
_STEPS: dict[_Start, int] = {_by_day: 1, _by_week: 7, _by_month: 28, _by_year: 365, _by_century: 36524}
