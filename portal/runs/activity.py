"""What a reader runs and has run lately: under way now, the newest, and the figures of all since a time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.runs.archive import Archive
from portal.runs.listing import Row, row_of_record, row_of_run
from portal.runs.models import Record
from portal.runs.orders import Rejected
from portal.runs.registry import Registry, Run, UnderWay

# A page with many figures on it does not wait for a database that is slow; it says so and shows what is in memory.
_PATIENCE = 0.5
_MOST_POINTS = 2000
_STATE = re.compile(r',"type":"state","state":"(\w+)","at":[\d.]+(?:,"position":(\d+))?')


@dataclass(frozen=True, slots=True)
class Live:
    """A run under way: where it stands, its place where it waits in the queue, and how many characters of its log there are."""

    row: Row
    state: str
    position: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a run that has ended, None where they are not known."""

    id: str
    at: datetime
    outcome: str
    output_tokens: int | None
    ttft_ms: float | None


@dataclass(frozen=True, slots=True)
class Activity:
    """`recent` is the newest first, `points` in any order; `problem` says why earlier runs are missing."""

    live: Sequence[Live]
    recent: Sequence[Row]
    points: Sequence[Point]
    problem: str = ""


async def read_activity(
    owner: str, since: datetime, *, registry: Registry, archive: Archive | None, most: int
) -> Activity:
    """From memory and, where there are any, from the records."""
    runs = registry.of(owner)
    live = [_live(run) for run in runs if not run.ended]
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            live += [_live_elsewhere(run) for run in await registry.under_way_elsewhere(owner)]
    live.sort(key=lambda one: one.row.created, reverse=True)
    rows = [row_of_run(run) for run in runs if run.ended]
    points = [_point(row.id, row.created, row.outcome, row.stats) for row in rows]
    recorded: tuple[list[Row], list[Point]] = ([], [])
    problem = ""
    if archive is not None:
        try:
            async with asyncio.timeout(_PATIENCE):
                recorded = await archive.read(_recorded, owner, since, most)
        except (Rejected, TimeoutError):
            problem = "The database cannot be read just now, so this shows the runs since the server started."
    known = {row.id for row in rows} | {one.row.id for one in live}
    recent = sorted([*rows, *(row for row in recorded[0] if row.id not in known)], key=lambda row: row.created, reverse=True)
    later = [*(point for point in points if point.at >= since), *(point for point in recorded[1] if point.id not in known)]
    return Activity(live, recent[:most], later, problem)


def _recorded(owner: str, since: datetime, most: int) -> tuple[list[Row], list[Point]]:
    ended = Record.objects.filter(owner=owner).exclude(outcome="").order_by("-created")
    rows = [row_of_record(record) for record in ended.defer("body", "error")[:most]]
    if len(rows) < most:  # these are all there are
        return rows, [_point(row.id, row.created, row.outcome, row.stats) for row in rows if row.created >= since]
    fields = ended.filter(created__gte=since).values_list("id", "created", "outcome", "stats")[:_MOST_POINTS]
    return rows, [_point(*found) for found in fields]


def _point(run: str, at: datetime, outcome: str, stats: dict[str, Any] | None) -> Point:
    stats = stats or {}
    return Point(run, at, outcome, stats.get("output_tokens"), stats.get("ttft_ms"))


def _live(run: Run) -> Live:
    last = run.log.after(max(run.head - 1, 0))
    return Live(row_of_run(run), *_standing(last[0] if last else ""), run.log.size)


def _live_elsewhere(run: UnderWay) -> Live:
    return Live(row_of_record(run.record), *_standing(run.last), run.size)


def _standing(last: str) -> tuple[str, int | None]:
    """The state of a run, and its place where it waits, by the beginning of its last frame."""
    if not last:
        return "starting", None
    fields = last.index(',"type":', 8)
    told = _STATE.match(last, fields)
    if told is not None:
        return told[1], int(told[2]) if told[2] else None
    # A head comes when the answer begins, and its bytes at once or soon.
    return "streaming" if last.startswith(',"type":"data"', fields) else "waiting", None
