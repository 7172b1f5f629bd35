"""The runs of this process: started once, owned by themselves, watched by anybody who may."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from django.db import Error

from portal.ollama.client import Client
from portal.ollama.upstreams import Upstream
from portal.runs.archive import Archive, Recorded
from portal.runs.frames import Failure, Outcome
from portal.runs.keeper import Keeper
from portal.runs.log import AtOnce, RunLog
from portal.runs.models import Record
from portal.runs.orders import Facts, Order, Rejected
from portal.runs.relay import Ownership, Relay
from portal.runs.roads import Roads
from portal.runs.tables import first_line
from portal.runs.watching import Watchable

logger = logging.getLogger(__name__)

GRACE = 60.0
# Ended runs are kept, oldest out first, while they fit in both bounds.
MOST_KEPT = 500
MOST_KEPT_CHARACTERS = 128 << 20
_ADDED_UP_EVERY = 0.25
TAKEN_OVER = Failure(
    "taken_over", "This server fell silent for too long, so another one closed the run's record.", "Run it again."
)


class Elsewhere(Ownership, Protocol):
    """What the other workers know of this one's runs."""

    async def grace_left(self, run: str) -> float:
        """Seconds until nobody elsewhere will have watched the run for `GRACE` seconds; 0 when that is so now."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A run that another worker carries: what was asked, the characters of its log, and how its last frame begins."""

    record: Record
    size: int
    last: str


class Run:
    """A request on its way, or gone its way: its order, its log, and the task that carries it.

    `elsewhere` is what other workers know of it, where there are any.
    """

    def __init__(self, facts: Facts, client: Client, roads: Roads, elsewhere: Elsewhere | None = None) -> None:
        self.id, self.order, self.owner, self.facts = facts.run, facts.order, facts.owner, facts
        self.log = RunLog(self.id)
        self.watchers = 0
        self.on_end: Callable[[Run], None] = lambda run: None
        self._elsewhere = elsewhere
        self._relay = Relay(
            self.order, self.log, client, owner=self.owner, roads=roads.of(self.order), ownership=elsewhere
        )
        self._grace: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._relay.run(), name=f"run {self.id}")
        self._task.add_done_callback(self._see_it_ended)

    @property
    def head(self) -> int:
        """The number of its last frame; 0 while there is none."""
        return self.log.head

    @property
    def ended(self) -> bool:
        """Whether that frame is its end."""
        return self.log.ended

    @property
    def state(self) -> str:
        """Where it stands, in the word of its latest `state` frame."""
        return self._relay.state or "connecting"

    def phases(self) -> list[tuple[str, float]]:
        """When it was sent, and the first and the last byte of its answer came: seconds after it was started."""
        meter = self._relay.meter
        moments = (("sent", meter.sent or None), ("first byte", meter.first), ("last byte", meter.last))
        return [(name, moment - meter.started) for name, moment in moments if moment is not None]

    @property
    def upstream(self) -> Upstream:
        """Where it was sent: its own upstream, or the one that stands in."""
        return self._relay.order.upstream

    def cancel(self, outcome: Outcome = "cancelled", failure: Failure | None = None) -> None:
        """Hang up on the upstream, in whatever state the run is; a run that has ended stays as it ended."""
        if not self.log.ended:
            self._relay.stop_reason = (outcome, failure)
            self._task.cancel()

    async def stop(self) -> None:
        """The same, for whoever watches."""
        self.cancel()

    async def reach(self, after: int) -> None:
        """Nothing: its log is here."""

    def give_up(self) -> None:
        """Hang up and write nothing more: the run's log is another worker's to end."""
        self._relay.log = RunLog(self.id)
        self._task.cancel()

    def end(self, outcome: Outcome, failure: Failure) -> None:
        """Write the last frame of a run that was given up, where nobody else has."""
        self._relay.log = self.log
        self._relay.end(outcome, failure)

    def _see_it_ended(self, task: asyncio.Task[None]) -> None:
        # A task cancelled before its first step never ran, so could not write the last frame itself; nor could one
        # that met a fault of ours.
        if not self._relay.log.ended:
            fault = None if task.cancelled() else task.exception()
            if fault is not None:
                logger.error("run %s ended by a fault of the portal", self.id, exc_info=fault, extra={"run": self.id})
                self._relay.stop_reason = (
                    "failed",
                    Failure("internal", "The portal met a fault of its own.", "Run it again."),
                )
            self._relay.end(*self._relay.stop_reason)
        # The end of one that was given up is still to come, from the worker that has it.
        if self._relay.log is self.log:
            self.on_end(self)

    async def wait(self) -> None:
        """Return when the run has ended."""
        await asyncio.wait([self._task])

    def leave_if_alone(self, grace: float = GRACE) -> None:
        """Start the grace period of a run nobody watches."""
        if self.watchers == 0 and not self.log.ended:
            self._grace = asyncio.get_running_loop().call_later(grace, self._look_for_watchers)

    def _look_for_watchers(self) -> None:
        if self._elsewhere is None:
            self._stop_unwatched()
        elif self.watchers == 0:
            self._looking = asyncio.create_task(self._look_elsewhere(self._elsewhere))

    async def _look_elsewhere(self, elsewhere: Elsewhere) -> None:
        if left := await elsewhere.grace_left(self.id):
            self.leave_if_alone(left)
        else:
            self._stop_unwatched()

    def _stop_unwatched(self) -> None:
        if self.watchers == 0:
            self.cancel(
                "limit",
                Failure("unwatched", f"Nobody had watched this run for {GRACE:.0f} seconds, so it was stopped."),
            )

    async def follow(self, after: int, at_once: AtOnce | None = None) -> AsyncGenerator[list[str], None]:
        """Watch the log from the frame after `after`, which `check_after` has seen.

        When the last one who watches leaves, the run has `GRACE` seconds to find another.
        """
        self.watchers += 1
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        try:
            async for batch in self.log.follow(after, at_once):
                yield batch
        finally:
            self.watchers -= 1
            self.leave_if_alone()

    async def written(self, after: int) -> list[str]:
        """The frames there are after `after`."""
        return self.log.after(after, self.log.head)


class Registry:
    """Every run this process knows, by id and by the ref its owner gave it; earlier ones from the `archive`.

    Without a `keeper` runs live in memory only. `roads` say what each upstream takes at once.
    """

    def __init__(
        self, keeper: Keeper | None = None, archive: Archive | None = None, roads: Roads | None = None
    ) -> None:
        self._runs: dict[str, Run] = {}
        self._by_ref: dict[tuple[str, str], Run] = {}
        self._client: Client | None = None
        self.is_draining = False
        self._added_up = float("-inf")
        # Whether other workers have runs too.
        self.is_shared = False
        self._elsewhere: Elsewhere | None = None
        # Called with every run that has ended, and with what is known of one that was ended for a worker that is gone.
        self.on_end: Callable[[Run], None] = lambda run: None
        self.on_taken_over: Callable[[Record, Sequence[str]], None] | None = None
        self._keeper, self._archive, self._roads = keeper, archive, roads or Roads()
        if keeper is not None:
            keeper.on_gone = self._forget

    @property
    def trouble(self) -> str:
        """What an operator has to know of that does not keep runs from being served; nothing as a rule."""
        return ""

    @property
    def client(self) -> Client:
        """The connections all runs share; made at first use, in the event loop that uses it."""
        if self._client is None:
            self._client = Client()
        return self._client

    async def start(self, order: Order, *, owner: str, ref: str) -> Watchable:
        """Start the run, or return the one this owner has started under the same `ref`. Raises `Rejected`."""
        known = self._by_ref.get((owner, ref)) or await self._recorded_under(ref, owner)
        if known is None:
            await self._check_it_may_begin(order)
        # While all this was asked, another message may have started it.
        return known or self._by_ref.get((owner, ref)) or self._begin(new_facts(order, owner, ref))

    async def find(self, run_id: object, *, reader: str) -> Watchable:
        """The run of that id. Raises the same `Rejected` when it does not exist and when `reader` may not read it."""
        run = self._runs.get(run_id) if isinstance(run_id, str) else None
        if run is not None and run.owner == reader:
            return run
        recorded = None
        # Another's run is looked for as well, so that it cannot be told from one that does not exist by the time that takes.
        if self._archive is not None and isinstance(run_id, str) and could_be_an_id(run_id):
            recorded = await self._archive.find(run_id, owner=reader)
        if recorded is None:
            raise Rejected("no_such_run", "There is no such run here; it may have been deleted since.", "run")
        return recorded

    async def delete(self, run_id: object, *, reader: str) -> None:
        """Delete the run and its record; one that is under way is stopped first. Raises `Rejected`."""
        found = await self.find(run_id, reader=reader)
        if isinstance(found, Run):
            found.cancel()
            await found.wait()
        await self._delete_record(found.id)
        self._forget([found.id])

    def under_way(self) -> list[Run]:
        """The runs that have not ended."""
        return [run for run in self._runs.values() if not run.ended]

    def of(self, owner: str) -> list[Run]:
        """That owner's runs in memory, newest first."""
        return [run for run in reversed(self._runs.values()) if run.owner == owner]

    async def under_way_elsewhere(self, owner: str) -> list[UnderWay]:
        """That owner's runs which other workers carry."""
        return []

    async def open(self, trouble: str = "") -> None:
        """Connect, and begin to keep records. `trouble` is why the database cannot be used yet, where it cannot."""
        _ = self.client
        if self._keeper is not None:
            await self._keeper.start(trouble)

    async def drain(self, within: float) -> None:
        """Take no new runs, and return when those under way have ended, or after `within` seconds."""
        self.is_draining = True
        running = [asyncio.ensure_future(run.wait()) for run in self._runs.values() if not run.log.ended]
        if running:
            await asyncio.wait(running, timeout=within)

    async def aclose(self) -> None:
        """End every run as interrupted, record what is not yet, and close the connections."""
        running = [run for run in self._runs.values() if not run.log.ended]
        for run in running:
            run.cancel(
                "interrupted",
                Failure("shutdown", "The portal was stopped while this run was under way.", "Run it again."),
            )
        for run in running:
            await run.wait()
        if self._keeper is not None:
            await self._keeper.aclose()
        if self._archive is not None:
            await self._archive.aclose()
        if self._client is not None:
            await self._client.aclose()

    async def _delete_record(self, run_id: str) -> None:
        if self._keeper is not None:
            try:
                await self._keeper.delete(run_id)
            except Error as problem:
                raise Rejected(
                    "unreadable", f"The run could not be deleted ({first_line(problem)}); it is still here. Try again."
                ) from None

    async def _check_it_may_begin(self, order: Order) -> None:
        if self.is_draining:
            raise Rejected(
                "draining", "This server is about to stop and takes no new runs, so nothing was sent; try again in a moment."
            )
        await self._roads.of(order)[0].lane.check_room()

    async def _recorded_under(self, ref: str, owner: str) -> Recorded | None:
        try:
            return await self._archive.find_ref(ref, owner=owner) if self._archive is not None else None
        except Rejected:
            # A database that does not answer keeps nobody from running.
            return None

    def _begin(self, facts: Facts) -> Run:
        self._make_room()
        run = Run(facts, self.client, self._roads, self._elsewhere)
        run.on_end = self.on_end
        self._runs[run.id] = self._by_ref[facts.owner, facts.ref] = run
        if self._keeper is not None:
            self._keeper.take(run.facts, run.log)
        run.leave_if_alone()
        return run

    def _make_room(self) -> None:
        kept = self._characters_kept()
        # What is not recorded yet stays; but where nothing can be recorded, memory has its bound all the same.
        for must_be_recorded in (True, False):
            for run_id, run in list(self._runs.items()):
                if len(self._runs) < MOST_KEPT and kept <= MOST_KEPT_CHARACTERS:
                    return
                waits = self._keeper is not None and self._keeper.holds(run_id)
                if run.log.ended and run.watchers == 0 and not (must_be_recorded and waits):
                    kept -= run.log.size
                    self._forget([run_id])

    def _characters_kept(self) -> int:
        """Of all logs, or 0 where that was looked at a moment ago: adding them up takes as long as starting a run may."""
        now = time.monotonic()
        if now - self._added_up < _ADDED_UP_EVERY:
            return 0
        self._added_up = now
        return sum(run.log.size for run in self._runs.values())

    def _forget(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            run = self._runs.pop(run_id, None)
            if self._keeper is not None:
                self._keeper.let_go(run_id)
            if run is not None:
                self._by_ref.pop((run.owner, run.facts.ref), None)
                run.cancel("interrupted", TAKEN_OVER)


def new_facts(order: Order, owner: str, ref: str) -> Facts:
    """The facts of a run that begins now, with an id of its own."""
    return Facts(secrets.token_urlsafe(12), owner, ref, order, datetime.now(UTC))


def could_be_an_id(text: str) -> bool:
    """Whether it is worth looking for a run of that id."""
    return len(text) <= 32 and text.isascii() and text.isprintable()
