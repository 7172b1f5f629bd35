"""What a benchmark says of a promise."""

from __future__ import annotations

import math

import pytest

from bench.report import Figure, report


@pytest.mark.parametrize(
    ("seen", "unit", "said"),
    [(1.0, "ms", "kept "), (3.0, "ms", "not kept "), (0.0, "clients", "kept "), (0.0, "times", "not measured "), (-1.0, "ms", "not measured "),
     (math.nan, "times", "not measured "), (math.inf, "%", "not measured ")],
)  # fmt: skip
def test_a_figure_that_cannot_be_was_not_measured_and_is_no_promise_kept(seen: float, unit: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(Figure("something", seen, 2, unit)) is (said == "kept ")
    assert capsys.readouterr().out.startswith(said)
