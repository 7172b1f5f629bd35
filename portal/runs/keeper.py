"""Write-behind: what runs log goes into their records a moment later, off their way, and catches up after a fault."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import Error, InterfaceError, OperationalError

from portal.desk import Desk
from portal.runs import records
from portal.runs.log import RunLog
from portal.runs.orders import Facts
from portal.runs.presence import Presence
from portal.runs.records import Portion
from portal.runs.tables import bring_up_to_date, first_line

logger = logging.getLogger(__name__)

# Together with the time a transaction takes, this is how far a record is behind its run.
BEHIND = 0.15
# The first run after a rest is recorded sooner, so that hardly any crash finds a run without a record.
_AT_FIRST = 0.01
_RENEW_EVERY, _SWEEP_EVERY, _TRIM_EVERY = 3.0, 5.0, 600.0
_SLOWEST_RETRY = 3.0
_PATIENCE = 3.0
_MOST_FRAMES, _MOST_CHARACTERS = 4000, 2 << 20


@dataclass(slots=True)
class _Open:
    """A run whose record is not complete yet; `saved` is the number of the last frame in it."""

    facts: Facts
    log: RunLog
    saved: int = 0

    @property
    def is_behind(self) -> bool:
        return self.saved < self.log.head

    @property
    def is_missed(self) -> bool:
        """Whether a list of runs made of records would lack it, or show it as under way when it has ended."""
        return self.is_behind and (not self.saved or self.log.ended)


class Keeper:
    """Owns every write to the records of one server's runs. `days` is how long a record is kept.

    Unless it `ends_deserted` runs of servers that are gone, somebody else has to.

    `on_gone` is called with the ids of runs whose record was deleted for its age, or taken over by another server.
    """

    def __init__(self, presence: Presence, days: int, *, ends_deserted: bool = True) -> None:
        self.on_gone: Callable[[Sequence[str]], None] = lambda ids: None
        self.trouble = ""
        self._presence, self._days, self._ends_deserted = presence, days, ends_deserted
        self._open: dict[str, _Open] = {}
        self._desk = Desk("records")
        self._work = asyncio.Event()
        self._turn = asyncio.Event()
        self._renewed = 0.0
        self._has_tables = self._is_sure = True
        self._has_more = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, trouble: str = "") -> None:
        """Begin keeping, after what servers before this one left open was ended. `trouble`: there are no tables yet."""
        self.trouble, self._has_tables = trouble, not trouble
        self._presence.enter()
        if not trouble:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._attempt(self._sweep), _PATIENCE)
        self._tasks = [
            asyncio.create_task(self._keep(), name="keep records"),
            asyncio.create_task(self._every(_SWEEP_EVERY, self._sweep), name="sweep records"),
            asyncio.create_task(self._every(_TRIM_EVERY, self._trim), name="trim records"),
        ]

    def take(self, facts: Facts, log: RunLog) -> None:
        """Keep this run from now on, to its last frame."""
        self._open[facts.run] = _Open(facts, log)
        self._work.set()

    def holds(self, run: str) -> bool:
        """Whether frames of this run are still to be written."""
        return run in self._open

    def let_go(self, run: str) -> None:
        """Write no more of this run."""
        self._open.pop(run, None)

    async def delete(self, run: str) -> None:
        """Delete a run's record. Raises `django.db.Error`; then it is still there."""
        taken = self._open.pop(run, None)
        try:
            await self._desk.do(records.delete, [run])
        except Error:
            if taken is not None:
                self._open[run] = taken
            raise

    async def settle(self, within: float) -> None:
        """Return when every frame of every run has been written, or after `within` seconds."""
        await self._until(lambda: not any(kept.is_behind for kept in self._open.values()), within)

    async def settle_of(self, owner: str, within: float) -> None:
        """Return when the records have each run of this owner, and whole if it has ended; or after `within` seconds."""
        await self._until(lambda: not any(kept.facts.owner == owner and kept.is_missed for kept in self._open.values()), within)

    async def _until(self, is_so: Callable[[], bool], within: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not is_so():
                    await self._turn.wait()

    async def aclose(self) -> None:
        """Write what is left, for at most a few seconds, and end."""
        await self.settle(_PATIENCE)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if lost := sum(kept.is_behind for kept in self._open.values()):
            logger.warning("the portal ends before %d runs were recorded whole: %s", lost, self.trouble or "no time was left")
        await self._desk.aclose(_PATIENCE)
        self._presence.leave()

    async def _keep(self) -> None:
        pause = BEHIND
        while True:
            if not self._work.is_set():
                await self._work.wait()
                pause = _AT_FIRST
            await asyncio.sleep(pause)
            if await self._attempt(self._write):
                pause = 0.0 if self._has_more else BEHIND
            else:
                pause = min(max(pause, BEHIND) * 2, _SLOWEST_RETRY)
            if not self._open:
                self._work.clear()
            turn, self._turn = self._turn, asyncio.Event()
            turn.set()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._attempt(work)
            await asyncio.sleep(seconds)

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do it, and say once when the database begins to fail and once when it is back."""
        try:
            if not self._has_tables:
                await self._desk.do(bring_up_to_date)
                self._has_tables = True
            await work()
        except (Error, OSError) as problem:
            if not self.trouble:
                logger.warning(
                    "the database cannot be written (%s), so runs are kept in memory only until it can; streams go on",
                    first_line(problem),
                )
            self.trouble = first_line(problem)
            return False
        except Exception:
            logger.exception("keeping records met a fault of the portal")
            return False
        return True

    async def _write(self) -> None:
        if not self._is_sure:
            await self._ask_how_far()
        portions = list(self._portions())
        renewed = self._due_for_renewal()
        if not portions and not renewed:
            return
        try:
            await self._commit(portions, renewed)
        except (OperationalError, InterfaceError, OSError):
            self._is_sure = False  # it may have been committed all the same
            raise
        except Exception:
            # Something in one of them cannot be stored; the others must not suffer for it.
            for portion in portions:
                await self._commit_or_give_up(portion)
        if self.trouble:
            logger.warning("the database can be written again; the records catch up")
            self.trouble = ""

    async def _commit(self, portions: Sequence[Portion], renewed: Sequence[str]) -> None:
        ours = await self._desk.do(records.write, portions, self._presence.name, renewed)
        for portion in portions:
            run = portion.facts.run
            kept = self._open.get(run)
            if kept is None:
                continue
            kept.saved = portion.head
            if run not in ours or portion.ended:
                del self._open[run]
        if gone := [portion.facts.run for portion in portions if portion.facts.run not in ours]:
            self.on_gone(gone)

    async def _commit_or_give_up(self, portion: Portion) -> None:
        try:
            await self._commit([portion], ())
        except (OperationalError, InterfaceError, OSError):
            self._is_sure = False
            raise
        except Exception:
            run = portion.facts.run
            logger.exception("run %s cannot be recorded; it is kept in memory only", run, extra={"run": run})
            self.let_go(run)

    async def _ask_how_far(self) -> None:
        found = await self._desk.do(records.written, list(self._open))
        for run, kept in list(self._open.items()):
            kept.saved = found.get(run, 0)
            if kept.log.ended and not kept.is_behind:
                del self._open[run]
        self._is_sure = True

    def _portions(self) -> Iterator[Portion]:
        room = _MOST_CHARACTERS
        for kept in self._open.values():
            if kept.is_behind and room > 0:
                log = kept.log
                frames: list[str] = []
                for line in log.after(kept.saved, _MOST_FRAMES):
                    frames.append(line)
                    room -= len(line)
                    if room <= 0:
                        break
                whole = log.ended and kept.saved + len(frames) == log.head
                yield Portion(kept.facts, kept.saved, frames, whole, log.size)
        self._has_more = room <= 0

    def _due_for_renewal(self) -> list[str]:
        if time.monotonic() - self._renewed < _RENEW_EVERY:
            return []
        self._renewed = time.monotonic()
        return list(self._open)

    async def _sweep(self) -> None:
        if self._ends_deserted:
            await self._desk.do(records.end_deserted, self._presence.name, self._presence.is_gone)
            await self._desk.do(self._presence.clear)

    async def _trim(self) -> None:
        while ids := await self._desk.do(records.trim, self._days):
            self.on_gone(ids)
