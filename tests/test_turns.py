"""The line that others are measured against: what everybody would have waited where no place is ever left free."""

from __future__ import annotations

from bench.turns import Turn, ideal_waits, most_passed_by


def test_whoever_comes_while_a_place_is_free_waits_for_nothing_and_the_others_for_the_first_to_leave() -> None:
    turns = [Turn(0, 9, 2), Turn(0, 9, 3), Turn(1, 9, 1), Turn(1.5, 9, 1), Turn(7, 9, 1)]
    assert ideal_waits(turns, 2) == [0, 0, 1, 1.5, 0]


def test_how_long_somebody_really_waited_changes_nothing() -> None:
    asked = [(0, 2), (0, 2), (0, 2)]
    assert ideal_waits([Turn(at, 50, took) for at, took in asked], 1) == ideal_waits([Turn(at, 0, took) for at, took in asked], 1) == [0, 2, 4]


def test_somebody_is_passed_by_as_often_as_another_asks_later_and_goes_sooner() -> None:
    waits = Turn(0, 10, 1, "ada")
    before, beside = Turn(-1, 2, 1, "bob"), Turn(11, 0, 1, "bob")
    assert most_passed_by([waits, before, beside]) == 0
    assert most_passed_by([waits, before, beside, Turn(2, 1, 1, "bob"), Turn(5, 1, 1, "bob"), Turn(5, 1, 1, "eve")]) == 2
    assert most_passed_by([waits, Turn(2, 1, 1, "ada"), Turn(5, 1, 1, "ada")]) == 0
