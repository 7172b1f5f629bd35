"""Tokens and latency over time are laid out as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.dashboard.charts import HEIGHT, WIDTH, WINDOWS, draw_latency, draw_tokens
from portal.dashboard.words import ago_text, size_text, span_text, stay_text, time_text
from portal.runs.activity import Point

NOW = datetime(2026, 11, 25, 15, 10, tzinfo=UTC)
DAY = WINDOWS["day"]


def point(ago: timedelta, tokens: int | None = None, ttft: float | None = None) -> Point:
    return Point("x", NOW - ago, "done", tokens, ttft)


def test_tokens_are_summed_by_period_and_the_newest_stand_at_the_right() -> None:
    chart = draw_tokens([point(timedelta(0), 30), point(timedelta(minutes=9), 20), point(timedelta(hours=23, minutes=30), 7)], DAY, NOW)
    assert chart is not None
    filled = [(bar.label, bar.value) for bar in chart.bars if bar.value]
    assert filled == [("15:30 to 16:00", 7), ("15:00 to 15:30", 50)]
    assert (chart.most, chart.total, chart.runs, len(chart.bars)) == (50, 57, 3, 48)
    assert chart.bars[-1].x + chart.bars[-1].width <= WIDTH
    assert [(bar.y, bar.height) for bar in chart.bars if bar.value] == [(86.0, 14.0), (0.0, 100.0)]


@pytest.mark.parametrize("points", [[], [point(timedelta(minutes=1))], [point(timedelta(days=3), 5, 5)], [point(timedelta(days=-3), 5, 5)]])
def test_where_nothing_was_measured_nothing_is_drawn(points: list[Point]) -> None:
    assert draw_tokens(points, DAY, NOW) is None
    assert draw_latency(points, DAY, NOW) is None


@pytest.mark.parametrize("name", WINDOWS)
def test_every_window_takes_in_all_of_its_length_and_no_more(name: str) -> None:
    window = WINDOWS[name]
    for ago in (timedelta(0), window.step, window.span - window.step):
        assert draw_tokens([point(ago, 1)], window, NOW) is not None
    assert draw_tokens([point(window.span + window.step, 1)], window, NOW) is None


def test_latency_stands_on_a_scale_of_powers_of_ten_with_the_medians_joined() -> None:
    chart = draw_latency([point(timedelta(minutes=5), None, 100.0), point(timedelta(minutes=6), None, 1000.0), point(timedelta(hours=5), None, 10.0)], DAY, NOW)
    assert chart is not None
    assert chart.marks == ["1 s", "100 ms", "10 ms"]
    assert sorted(y for _, y in chart.dots) == [0, HEIGHT / 2, HEIGHT]
    assert all(0 <= x <= WIDTH for x, _ in chart.dots)
    assert [(count, value) for _, count, value in chart.rows] == [(1, "10 ms"), (2, "550 ms")]
    assert (chart.median, chart.p95) == ("100 ms", "1 s")
    assert len(chart.line.split()) == 2


def test_one_value_alone_has_a_scale_too() -> None:
    for value in (0.0, 0.4, 1.0, 100.0, 600_000.0):
        chart = draw_latency([point(timedelta(minutes=5), None, value)], DAY, NOW)
        assert chart is not None
        assert len(chart.marks) >= 2
        assert all(0 <= y <= HEIGHT for _, y in chart.dots)


def test_times_and_sizes_are_said_in_the_units_people_read() -> None:
    assert [span_text(timedelta(seconds=s)) for s in (-1, 0, 59, 60, 3599, 3600, 86400 * 3)] == ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "3 d"]
    assert (ago_text(NOW, NOW), ago_text(NOW - timedelta(minutes=4), NOW)) == ("just now", "4 min ago")
    assert [stay_text(NOW + span if span else None, NOW) for span in (None, timedelta(minutes=5), timedelta(minutes=-1), timedelta(days=9999))] == ["", "for 5 min", "leaving", "for good"]
    assert [size_text(size) for size in (0, 999, 1000, 274_302_450, 10**15)] == ["0 B", "999 B", "1.0 kB", "274 MB", "1.0 PB"]
    assert [time_text(ms) for ms in (None, 12.4, 1234)] == ["", "12 ms", "1.2 s"]
