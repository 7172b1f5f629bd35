"""A fair share for everybody: so many runs at once, so many an hour, so many tokens a day, exact on however many servers.

A run is reserved before it is sent and settled when it has ended. Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import now

from portal.team.models import Person, Use
from portal.team.refusals import Refused
from portal.team.sessions import owner_id

# A server that has not renewed its reservations for this long counts as dead, and they as used.
LEASE = timedelta(seconds=20)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """What one person may have; 0 is without a bound."""

    at_once: int = 0
    hourly: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A run somebody wants to start. `tokens` is how many it may take, as far as that can be told before."""

    handle: str
    owner: str
    ref: str
    upstream: str
    what: str
    model: str
    page: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run that was reserved ended."""

    owner: str
    ref: str
    outcome: str
    tokens: int
    ttft_ms: float | None


@transaction.atomic
def reserve(planned: Planned, share: Share) -> bool:
    """Count a run before it is sent; False when it was counted before. Raises `Refused`, with when to try again."""
    # One at a time for each person: whoever comes next sees what this one counted.
    if not Person.objects.select_for_update().filter(handle=planned.handle, suspended=None).exists():
        raise Refused("You are signed out.", status=401)
    mine = Use.objects.filter(owner=planned.owner)
    if mine.filter(ref=planned.ref).exists():
        return False
    moment = now()
    if share.at_once and mine.filter(ended=None, lease__gt=moment).count() >= share.at_once:
        raise Refused(
            f"{_runs(share.at_once)} of yours at once, the most that may. Try again when one has ended.", status=429, wait=5
        )
    if share.hourly:
        latest = mine.filter(began__gt=moment - _HOUR).order_by("-began").values_list("began", flat=True)
        _check_hour(list(latest[: share.hourly]), share, moment)
    tokens = planned.tokens
    if share.tokens:
        tokens = min(tokens, share.tokens)
        counted = mine.filter(began__gt=moment - _DAY).order_by("began").values_list("began", "tokens")
        _check_day(list(counted), tokens, share, moment)
    Use.objects.create(
        owner=planned.owner, handle=planned.handle, ref=planned.ref, upstream=planned.upstream, what=planned.what,
        model=planned.model, page=planned.page, began=moment, lease=moment + LEASE, tokens=tokens,
    )  # fmt: skip
    return True


def _check_hour(latest: Sequence[datetime], share: Share, moment: datetime) -> None:
    if len(latest) >= share.hourly:
        wait = latest[-1] + _HOUR - moment
        said = f"You have started {_runs(share.hourly)} within an hour, the most that may. {_again(wait)}"
        raise Refused(said, status=429, wait=_seconds(wait))


def _check_day(counted: Sequence[tuple[datetime, int]], tokens: int, share: Share, moment: datetime) -> None:
    taken = sum(count for _, count in counted)
    over = taken + tokens - share.tokens
    if over <= 0:
        return
    wait = _DAY
    for began, count in counted:
        over -= count
        if over <= 0:
            wait = began + _DAY - moment
            break
    left = max(share.tokens - taken, 0)
    said = (
        f"This could take {tokens:,} tokens, and of the {share.tokens:,} you have for a day {left:,} are left. "
        f"Ask for fewer (num_predict, max_tokens), or wait. {_again(wait)}"
    )
    raise Refused(said, status=429, wait=_seconds(wait))


def release(owner: str, ref: str) -> None:
    """Forget a run that was reserved and never sent."""
    Use.objects.filter(owner=owner, ref=ref, ended=None).delete()


@transaction.atomic
def settle(ended: Iterable[Ended]) -> None:
    """Count what runs took, each once, whoever says so first."""
    moment = now()
    for one in ended:
        Use.objects.filter(owner=one.owner, ref=one.ref, ended=None).update(
            ended=moment, tokens=max(one.tokens, 0), outcome=one.outcome, ttft_ms=one.ttft_ms
        )


def renew(refs: Collection[str]) -> None:
    """These runs go on; what nobody renews any more counts as used, with what was reserved for it."""
    moment = now()
    Use.objects.filter(ended=None, ref__in=refs).update(lease=moment + LEASE)
    Use.objects.filter(ended=None, lease__lt=moment).update(ended=moment, outcome="interrupted")


def clear_old(before: datetime) -> None:
    """Delete what is too old to count for anything."""
    Use.objects.filter(ended__lt=before).delete()


def share_lines(handle: str, share: Share) -> list[tuple[str, int, int]]:
    """What somebody has taken of their share: of what, how much, and how much they may, 0 without a bound."""
    person = Person.objects.filter(handle=handle).first()
    mine = Use.objects.filter(owner=owner_id(person.id) if person else "")
    moment = now()
    tokens = mine.filter(began__gt=moment - _DAY).aggregate(sum=Sum("tokens"))["sum"] or 0
    return [
        ("runs now", mine.filter(ended=None, lease__gt=moment).count(), share.at_once),
        ("runs in the last hour", mine.filter(began__gt=moment - _HOUR).count(), share.hourly),
        ("tokens in the last day", tokens, share.tokens),
    ]


def _runs(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"


def _again(wait: timedelta) -> str:
    seconds = _seconds(wait)
    if seconds < 100:
        return f"Try again in {seconds} seconds."
    return f"Try again in {-(-seconds // 60)} minutes." if seconds < 6000 else f"Try again in {-(-seconds // 3600)} hours."


def _seconds(wait: timedelta) -> int:
    return max(math.ceil(wait.total_seconds()), 1)
