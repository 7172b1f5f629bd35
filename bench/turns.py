"""Whose turn it was when, and how long everybody would have waited in a line that loses no time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of somebody, in seconds: when it was asked for, how long it waited, how long it then took."""

    asked: float
    waited: float
    took: float
    whose: str = ""

    @property
    def began(self) -> float:
        """When its turn came."""
        return self.asked + self.waited


def ideal_waits(turns: Iterable[Turn], places: int) -> list[float]:
    """What each would have waited had every place, once free, gone at once to whoever had waited longest.

    Of people who each run one thing at a time that is a fair line; when they asked, and how long each run took, is as it was.
    """
    free, waits = [0.0] * places, []
    for turn in sorted(turns, key=lambda turn: turn.asked):
        began = max(turn.asked, free[0])
        heapq.heapreplace(free, began + turn.took)
        waits.append(began - turn.asked)
    return waits


def most_passed_by(turns: Iterable[Turn]) -> int:
    """How many turns one person got while another waited for one, at the most."""
    turns = list(turns)
    most = 0
    for turn in turns:
        others = Counter(one.whose for one in turns if one.whose != turn.whose and turn.asked < one.asked and one.began < turn.began)
        most = max(most, *others.values(), 0)
    return most
