"""Whether this worker's runs are still its own: its lease, and what it asks after it may have slept past it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from django.db import Error

from portal.desk import Desk
from portal.runs import records
from portal.runs.shared import scripts
from portal.runs.shared.link import Away, Link
from portal.runs.shared.publisher import Publisher

logger = logging.getLogger(__name__)

# Seconds of the lease, and between two renewals.
LEASE, _EVERY = 5, 1.0
# A loop that did not turn for this long may have been stopped for any time.
_NAP, _TICK = 2.5, 0.5
_CHECK_EVERY = 5.0


class Ownership:
    """Keeps this worker's lease; `trouble` says why it cannot be renewed. `on_lost` is called for a run that is another's by now.

    `on_renewed` is called after each renewal with the runs whose worker's lease has run out, `on_away` when there was none.
    """

    def __init__(self, link: Link, worker: str, publisher: Publisher, desk: Desk | None) -> None:
        self.on_lost: Callable[[str], None] = lambda run: None
        self.on_renewed: Callable[[dict[str, str]], Awaitable[None]] | None = None
        self.on_away: Callable[[], None] = lambda: None
        self._link, self._worker, self._publisher, self._desk = link, worker, publisher, desk
        self.trouble = "not connected yet"
        self._ticked = time.monotonic()
        self._may_have_slept = False
        self._hurry, self._sure = asyncio.Event(), asyncio.Event()
        self._checked = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_sure(self) -> bool:
        """Whether this worker cannot have been taken for dead since it last looked."""
        return not self._may_have_slept and time.monotonic() - self._ticked < _NAP

    async def make_sure(self) -> None:
        """Return when that has been looked at; runs that are another's by then have been given up."""
        if not self.is_sure:
            self._suspect()
            await self._sure.wait()

    async def start(self) -> None:
        """Take the lease, and keep it."""
        self._ticked = time.monotonic()
        await self._renew()
        self._tasks = [
            asyncio.create_task(self._tick(), name="tell sleep"),
            asyncio.create_task(self._keep(), name="keep the lease"),
        ]

    async def aclose(self) -> None:
        """Let go of the lease."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        with suppress(Away):
            await self._link.do(lambda redis: redis.delete(f"portal:worker:{self._worker}"))

    def _suspect(self) -> None:
        self._may_have_slept = True
        self._sure.clear()
        self._hurry.set()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            if time.monotonic() - self._ticked >= _NAP:
                self._suspect()
            self._ticked = time.monotonic()

    async def _keep(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await self._hurry.wait()
            self._hurry.clear()
            try:
                await self._renew()
                if self._may_have_slept or time.monotonic() - self._checked >= _CHECK_EVERY:
                    await self._check()
            except Exception:
                logger.exception("keeping the lease met a fault of the portal")
            if not self._hurry.is_set():
                self._may_have_slept = False
                self._sure.set()

    async def _renew(self) -> None:
        was_up = self._link.is_up
        try:
            await self._link.look()
            found = await self._link.run(scripts.RENEW, self._worker, LEASE)
            if self.on_renewed is not None:
                await self.on_renewed(dict(zip(found[::2], found[1::2], strict=True)))
            self.trouble = ""
        except Away as problem:
            self.trouble = str(problem)
            self.on_away()
            return
        if not was_up:
            self._checked = 0.0

    async def _check(self) -> None:
        """Ask whether this worker's runs are its own still: of Redis, and of the database for those Redis does not know."""
        self._checked = time.monotonic()
        runs = self._publisher.open_runs
        if not runs:
            return
        unknown = runs
        with suppress(Away):
            workers = await self._link.run(scripts.WORKERS, *runs)
            unknown = [run for run, worker in zip(runs, workers, strict=True) if not worker]
            for run, worker in zip(runs, workers, strict=True):
                if worker not in ("", self._worker):
                    self.on_lost(run)
        # One that has ended here is closed in the database by this worker itself.
        lost = await self._lost_in_database([run for run in unknown if not self._publisher.has_ended(run)])
        for run in unknown:
            if run in lost:
                self.on_lost(run)
            else:
                with suppress(Away):
                    await self._publisher.seed(run)

    async def _lost_in_database(self, runs: Sequence[str]) -> set[str]:
        if self._desk is None or not runs:
            return set()
        with suppress(Error, OSError, TimeoutError):
            async with asyncio.timeout(_NAP):
                return await self._desk.do(records.lost, runs, self._worker)
        return set()
