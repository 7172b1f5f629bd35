"""How often something may be tried: exact, however many try at once on however many servers.

A bucket that fills again steadily (the generic cell rate algorithm): its row holds when it would be full, and one
conditional update takes from it. Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from django.db.models import Case, F, FloatField, Value, When

from portal.team.models import Allowance


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more every `seconds`."""

    at_once: int
    seconds: float


def take(key: str, rate: Rate, now: float | None = None) -> int:
    """Take one; 0 when there was one, else the seconds until there will be."""
    moment = time.time() if now is None else now
    Allowance.objects.bulk_create([Allowance(key=key, until=moment)], ignore_conflicts=True)
    later = Case(When(until__lt=moment, then=Value(moment)), default=F("until"), output_field=FloatField())
    # Full again at `until`; one more is there as long as that is less than all of them away.
    latest = moment + (rate.at_once - 1) * rate.seconds + 1e-6
    if Allowance.objects.filter(key=key, until__lte=latest).update(until=later + rate.seconds):
        return 0
    until = Allowance.objects.filter(key=key).values_list("until", flat=True).first() or latest
    return max(math.ceil(until - latest), 1)


def give_back(key: str, rate: Rate) -> None:
    """Put back one that was taken for what turned out to be fine."""
    Allowance.objects.filter(key=key).update(until=F("until") - rate.seconds)


def clear_full() -> None:
    """Delete the rows that say nothing any more."""
    Allowance.objects.filter(until__lt=time.time()).delete()
