"""The runs of this process: started once, owned by themselves, watched by anybody who may."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

from portal.ollama.client import Client
from portal.runs.frames import Failure, Outcome
from portal.runs.log import RunLog
from portal.runs.orders import Order, Rejected
from portal.runs.relay import Relay

logger = logging.getLogger(__name__)

GRACE = 60.0
MOST_RUNS_AT_ONCE = 64
# Ended runs are kept, oldest out first, while they fit in both bounds.
MOST_KEPT = 500
MOST_KEPT_CHARACTERS = 128 << 20


class Run:
    """A request on its way, or gone its way: its order, its log, and the task that carries it."""

    def __init__(self, order: Order, owner: str, client: Client) -> None:
        self.id = secrets.token_urlsafe(12)
        self.order, self.owner = order, owner
        self.log = RunLog(self.id)
        self.watchers = 0
        self._relay = Relay(order, self.log, client)
        self._grace: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._relay.run(), name=f"run {self.id}")
        self._task.add_done_callback(self._see_it_ended)

    def cancel(self, outcome: Outcome = "cancelled", failure: Failure | None = None) -> None:
        """Hang up on the upstream, in whatever state the run is; a run that has ended stays as it ended."""
        if not self.log.ended:
            self._relay.stop_reason = (outcome, failure)
            self._task.cancel()

    def _see_it_ended(self, task: asyncio.Task[None]) -> None:
        # A task cancelled before its first step never ran, so could not write the last frame itself; nor could one
        # that met a fault of ours.
        if not self.log.ended:
            fault = None if task.cancelled() else task.exception()
            if fault is not None:
                logger.error("run %s ended by a fault of the portal", self.id, exc_info=fault)
                self._relay.stop_reason = (
                    "failed",
                    Failure("internal", "The portal met a fault of its own.", "Run it again."),
                )
            self._relay.end(*self._relay.stop_reason)

    async def wait(self) -> None:
        """Return when the run has ended."""
        await asyncio.wait([self._task])

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count as a watcher while inside; when the last one leaves, the run has `GRACE` seconds to find another."""
        self.watchers += 1
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        try:
            yield
        finally:
            self.watchers -= 1
            self.leave_if_alone()

    def leave_if_alone(self) -> None:
        """Start the grace period of a run nobody watches."""
        if self.watchers == 0 and not self.log.ended:
            self._grace = asyncio.get_running_loop().call_later(GRACE, self._stop_unwatched)

    def _stop_unwatched(self) -> None:
        if self.watchers == 0:
            self.cancel(
                "limit",
                Failure("unwatched", f"Nobody had watched this run for {GRACE:.0f} seconds, so it was stopped."),
            )

    def check_after(self, after: object) -> int:
        """`after` as a place in this run's log to go on from. Raises `Rejected` when it is none."""
        if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= self.log.head:
            what = f"“after” must be a whole number from 0 to {self.log.head}, the number of the run's last frame."
            raise Rejected("bad_after", what, "after")
        return after

    async def follow(self, after: int) -> AsyncGenerator[list[str], None]:
        """Watch the log from the frame after `after`, which `check_after` has seen."""
        with self.watched():
            async for batch in self.log.follow(after):
                yield batch


class Registry:
    """Every run this process knows, by id and by the ref its owner gave it."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._by_ref: dict[tuple[str, str], Run] = {}
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The connections all runs share; made at first use, in the event loop that uses it."""
        if self._client is None:
            self._client = Client()
        return self._client

    def start(self, order: Order, *, owner: str, ref: str) -> Run:
        """Start the run, or return the one this owner has started under the same `ref`. Raises `Rejected`."""
        known = self._by_ref.get((owner, ref))
        if known is not None:
            return known
        if sum(not run.log.ended for run in self._runs.values()) >= MOST_RUNS_AT_ONCE:
            raise Rejected(
                "busy",
                f"{MOST_RUNS_AT_ONCE} runs are under way on this portal, the most at once; try again in a moment.",
            )
        self._forget_oldest()
        run = Run(order, owner, self.client)
        self._runs[run.id] = self._by_ref[owner, ref] = run
        run.leave_if_alone()
        return run

    def find(self, run_id: object, *, reader: str) -> Run:
        """The run of that id. Raises the same `Rejected` when it does not exist and when `reader` may not read it."""
        run = self._runs.get(run_id) if isinstance(run_id, str) else None
        if run is None or run.owner != reader:
            raise Rejected("no_such_run", "There is no such run here; it may have been deleted since.", "run")
        return run

    async def aclose(self) -> None:
        """End every run as interrupted and close the connections."""
        running = [run for run in self._runs.values() if not run.log.ended]
        for run in running:
            run.cancel(
                "interrupted",
                Failure("shutdown", "The portal was stopped while this run was under way.", "Run it again."),
            )
        for run in running:
            await run.wait()
        if self._client is not None:
            await self._client.aclose()

    def _forget_oldest(self) -> None:
        kept = sum(run.log.size for run in self._runs.values())
        for run_id, run in list(self._runs.items()):
            if len(self._runs) < MOST_KEPT and kept <= MOST_KEPT_CHARACTERS:
                return
            if run.log.ended and run.watchers == 0:
                kept -= run.log.size
                del self._runs[run_id]
        self._by_ref = {key: run for key, run in self._by_ref.items() if run.id in self._runs}
