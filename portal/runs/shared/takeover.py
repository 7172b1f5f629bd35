"""Ending the runs of workers that are gone: their text kept, one last frame, and nothing of theirs after it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from django.db import Error

from portal.desk import Desk
from portal.runs import records
from portal.runs.archive import frames_of
from portal.runs.frames import Stats, end_fields, frame, is_end
from portal.runs.models import Record
from portal.runs.presence import Presence
from portal.runs.shared import scripts
from portal.runs.shared.facts import told
from portal.runs.shared.link import Away, Link
from portal.runs.tables import first_line

logger = logging.getLogger(__name__)

# Seconds. A worker is given up once its lease has run out and it was not seen for a while on top of that: after Redis was
# away for longer than a lease, all seem gone until they have found back.
_MISSED = 4.0
_SWEEP_EVERY = 3.0
# For as long must the database have answered before leases in it tell anything: while it was away nobody could renew one.
_WELL = 12.0
_KEPT, _LIVE = 600, 256 << 20


class Takeover:
    """Looks for runs whose worker is gone and ends them. Without a `desk` no records are kept.

    `on_ended` is called with the facts and all frames of each that it ended.
    """

    def __init__(self, link: Link, presence: Presence, desk: Desk | None) -> None:
        self._link, self._presence, self._desk = link, presence, desk
        self.on_ended: Callable[[Record, Sequence[str]], None] | None = None
        self._missing: dict[str, float] = {}
        self._deserted: dict[str, str] = {}
        self._work = asyncio.Event()
        self._well_since = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look."""
        self._tasks = [asyncio.create_task(self._take(), name="take over")]
        if self._desk is not None:
            self._tasks.append(asyncio.create_task(self._sweep(self._desk), name="sweep records"))

    async def aclose(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def forget(self) -> None:
        """Redis is away: who was missing may only have been unable to say so."""
        self._missing.clear()

    def note(self, deserted: dict[str, str]) -> None:
        """Take note of runs whose worker's lease has run out; end those whose worker was not seen for long enough."""
        now = time.monotonic()
        self._missing = {worker: self._missing.get(worker, now) for worker in deserted.values()}
        for run, worker in deserted.items():
            if self._presence.is_gone(worker) or now - self._missing[worker] >= _MISSED:
                self._deserted[run] = worker
                self._work.set()

    async def _take(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            for run, worker in list(self._deserted.items()):
                try:
                    await self._take_over(run, worker)
                    del self._deserted[run]
                except (Away, Error, OSError) as problem:
                    logger.warning("the run of a worker that is gone cannot be ended yet (%s)", first_line(problem))
                    await asyncio.sleep(1)
                    self._work.set()
                except Exception:
                    logger.exception("ending run %s of a worker that is gone met a fault of the portal", run, extra={"run": run})
                    del self._deserted[run]

    async def _take_over(self, run: str, worker: str) -> None:
        found = await self._link.run(scripts.TAKE, run, worker, self._presence.name)
        if found is None:
            return
        record, head = told(found[0], worker), int(found[1])
        frames = await self._live(run)
        rest = await self._end(record, frames, head)
        if rest is None:
            await self._link.run(scripts.DROP, run)
            return
        text, last = "\n".join(rest), head + len(rest)
        await self._link.run(scripts.APPEND, self._presence.name, _LIVE, _KEPT, run, head + 1, last, "1", text)
        logger.warning("run %s was ended, because the worker that carried it is gone", run, extra={"run": run})
        if self.on_ended is not None:
            self.on_ended(record, await self._whole(run, [*frames, *rest]))

    async def _whole(self, run: str, frames: list[str]) -> list[str]:
        """All frames of a run that was just ended: from its record, or else those of its live log."""
        if self._desk is None:
            return frames
        found: list[str] = []
        while more := await self._desk.do(frames_of, run, len(found)):
            found += more
        return found

    async def _end(self, record: Record, frames: list[str], head: int) -> list[str] | None:
        if self._desk is not None:
            return await self._desk.do(records.end_with, record, frames, head)
        # What the last frame can tell without its record is the bytes and when they came; nobody reads more of it.
        return [frame(record.id, head + 1, end_fields("interrupted", records.CRASHED, Stats(model=record.model or None)))]

    async def _live(self, run: str) -> list[str]:
        return [line for _, lines in await self._link.entries(run, 0) for line in lines]

    async def _sweep(self, desk: Desk) -> None:
        while True:
            await asyncio.sleep(_SWEEP_EVERY)
            try:
                await self._sweep_once(desk)
            except (Error, OSError):
                self._well_since = time.monotonic() + _SWEEP_EVERY
            except Exception:
                logger.exception("looking for deserted runs met a fault of the portal")

    async def _sweep_once(self, desk: Desk) -> None:
        """Runs in the database whose worker is gone and that Redis cannot tell of: lost there, or ended there only."""
        name, is_gone = self._presence.name, self._presence.is_gone
        deserted = await desk.do(records.deserted, name, is_gone)
        await desk.do(self._presence.clear)
        if time.monotonic() - self._well_since < _WELL:
            deserted = [(run, worker) for run, worker in deserted if is_gone(worker)]
        for run, worker in deserted:
            with suppress(Away):
                if await self._link.has(f"portal:worker:{worker}"):
                    continue
                _, facts, head, ended = await self._link.run(scripts.LOOK, run)
                if facts and not ended:
                    continue  # whoever looks through the runs under way in Redis ends it, with what is there
                if facts:
                    frames = await self._live(run)
                    if frames and is_end(frames[-1]):
                        await desk.do(records.end_with, told(facts, worker), frames, int(head))
                        continue
            await desk.do(records.interrupt, run, worker, is_gone)
