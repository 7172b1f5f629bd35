"""What a whole team runs at the moment, on every worker: who, which model, where and since when, and nothing of the text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.utils.timezone import now

from portal.desk import Desk
from portal.runs.models import Record
from portal.team.models import Person, Use

MOST = 12
# Seconds for which what was seen is shown: it is the same for everybody, however many look.
_GOOD_FOR = 1.0
_LONGEST_MODEL = 80


@dataclass(frozen=True, slots=True)
class Running:
    """A run of somebody's as their colleagues see it. `page` is where it was started, None where that was on no page.

    `state` is queued, running, or under way where no records are kept that would tell which.
    """

    name: str
    handle: str
    what: str
    model: str
    upstream: str
    page: str | None
    since: datetime
    state: str


@dataclass(frozen=True, slots=True)
class TeamNow:
    """The first of the runs under way, the longest first, and how many there are."""

    runs: Sequence[Running]
    count: int


class Glance:
    """Looks at most once a second, for however many ask."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._look: asyncio.Task[TeamNow | None] | None = None
        self._until = 0.0

    async def look(self) -> TeamNow | None:
        """What runs; None while the database cannot say."""
        moment = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and moment >= self._until):
            self._until = moment + _GOOD_FOR
            self._look = asyncio.create_task(self._read(), name="what the team runs")
        return await asyncio.shield(self._look)

    async def _read(self) -> TeamNow | None:
        try:
            return await self._desk.do(read_now)
        except (Error, OSError):
            return None


def read_now() -> TeamNow:
    """What is counted as under way, by whichever worker runs it. Blocks."""
    uses = Use.objects.filter(ended=None, lease__gt=now())
    first = list(uses.order_by("began", "id")[:MOST])
    names = dict(Person.objects.filter(handle__in={use.handle for use in first}).values_list("handle", "name"))
    found = Record.objects.filter(owner__in={use.owner for use in first}, ref__in=[use.ref for use in first])
    records = {(one.owner, one.ref): one for one in found.only("owner", "ref", "state", "page", "example", "outcome")}
    told = [(use, records.get((use.owner, use.ref))) for use in first]
    # What has ended by its record is only not settled yet.
    runs = [_running(use, names.get(use.handle, use.handle), record) for use, record in told if not (record and record.outcome)]
    return TeamNow(runs, uses.count() if len(first) == MOST else len(runs))


def _running(use: Use, name: str, record: Record | None) -> Running:
    if record is None:
        page, state = use.page or None, "under way"
    else:
        page, state = record.page if record.example else None, "queued" if record.state == "queued" else "running"
    return Running(name, use.handle, use.what, use.model[:_LONGEST_MODEL], use.upstream, page, use.began, state)
