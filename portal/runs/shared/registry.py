"""The runs of several workers as each of them sees them: its own in memory, the others' through Redis and the records."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from portal.desk import Desk
from portal.runs.archive import Archive, Recorded, Told
from portal.runs.keeper import Keeper
from portal.runs.orders import Facts, Order, Rejected
from portal.runs.presence import Presence
from portal.runs.registry import TAKEN_OVER, Registry, Run, UnderWay, could_be_an_id, new_facts
from portal.runs.roads import Roads
from portal.runs.shared import scripts
from portal.runs.shared.claims import Claims
from portal.runs.shared.facts import told
from portal.runs.shared.link import Away, Link
from portal.runs.shared.mirrors import Mirrors
from portal.runs.shared.ownership import Ownership
from portal.runs.shared.post import Post, Silent
from portal.runs.shared.publisher import Publisher
from portal.runs.shared.remote import Afar, Remote
from portal.runs.shared.tail import Tail
from portal.runs.shared.takeover import Takeover
from portal.runs.watching import Watchable

logger = logging.getLogger(__name__)

# Seconds. How long a run that was taken over waits for the end that its new worker writes.
_PATIENCE = 10.0
# And how long after Redis was away each worker has told it again, for certain, which runs are under way there.
_FOUND_BACK = 5.0


class SharedRegistry(Registry):
    """A registry beside others. What is asked of it is answered the same on every one of them."""

    def __init__(self, link: Link, presence: Presence, keeper: Keeper | None, archive: Archive | None, roads: Roads) -> None:
        super().__init__(keeper, archive, roads)
        self.is_shared = True
        name = presence.name
        self._link, self._name = link, name
        self._desk = None if keeper is None else Desk("owners")
        self._publisher = Publisher(link, name, records_are_kept=keeper is not None)
        self._claims = Claims(link, name, keeper)
        self._ownership = Ownership(link, name, self._publisher, self._desk)
        self._takeover = Takeover(link, presence, self._desk)
        tail = Tail(link, archive)
        self._tail = tail
        self._afar = Afar(link, tail, Mirrors(link, tail), Post(link, name), archive)
        self._starting: dict[tuple[str, str], asyncio.Task[Watchable]] = {}
        self._giving_up: set[asyncio.Task[None]] = set()
        self._elsewhere = Watchers(self._ownership, link)
        self._tie()

    @property
    def trouble(self) -> str:
        """Why Redis cannot be used just now; nothing while it can."""
        return self._link.trouble or self._ownership.trouble or self._publisher.trouble

    def _tie(self) -> None:
        self._publisher.on_lost = self._ownership.on_lost = self._give_up
        self._publisher.on_stop = self._stop_if_here
        self._ownership.on_renewed = self._look_after
        self._ownership.on_away = self._takeover.forget
        self._afar.post.on_asked = self._do_for_another

    async def open(self, trouble: str = "") -> None:
        """Connect to Redis too, and take a part in ending what workers that are gone left."""
        self._takeover.on_ended = self.on_taken_over
        await self._link.open()
        await self._afar.post.open()
        await super().open(trouble)
        self._publisher.start()
        await self._ownership.start()
        self._takeover.start()

    async def aclose(self) -> None:
        """End every run as interrupted, say so to the others, and close the connections."""
        await self._takeover.aclose()
        await super().aclose()
        await self._publisher.aclose()
        await self._afar.mirrors.aclose()
        await self._ownership.aclose()
        await self._claims.aclose()
        if self._desk is not None:
            await self._desk.aclose(1.0)
        await self._link.aclose()

    async def drain(self, within: float) -> None:
        """Let what is watched here end as well, whichever worker carries it: they are often told to stop together."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await super().drain(within)
                await self._afar.mirrors.settle()

    async def start(self, order: Order, *, owner: str, ref: str) -> Watchable:
        """Start the run, or return the one this owner has started under the same `ref` on any worker. Raises `Rejected`."""
        if (known := self._by_ref.get((owner, ref))) is not None:
            return known
        starting = self._starting.get((owner, ref))
        if starting is None:
            starting = self._starting[owner, ref] = asyncio.create_task(self._start(new_facts(order, owner, ref)))
            starting.add_done_callback(lambda _: self._starting.pop((owner, ref)))
        return await asyncio.shield(starting)

    async def _start(self, facts: Facts) -> Watchable:
        try:
            await self._check_it_may_begin(facts.order)
        except Rejected:
            known = await self._claims.claimed(facts.owner, facts.ref)
            if known is not None:
                return await self.find(known, reader=facts.owner)
            if (recorded := await self._recorded_under(facts.ref, facts.owner)) is not None:
                return recorded
            raise
        winner = await self._claims.claim(facts)
        if winner != facts.run:
            return await self.find(winner, reader=facts.owner)
        run = self._begin(facts)
        with suppress(Away):  # it is told once it is back
            await self._publisher.seed(run.id)
        return run

    async def find(self, run_id: object, *, reader: str) -> Watchable:
        """The run of that id, wherever it is. Raises `Rejected`."""
        if isinstance(run_id, str) and run_id not in self._runs and could_be_an_id(run_id):
            remote = await self._find_live(run_id)
            if remote is not None and remote.owner == reader:
                return remote
        try:
            found = await super().find(run_id, reader=reader)
        except Rejected as problem:
            raise self._not_found(problem) from None
        if isinstance(found, Recorded) and not found.ended:
            return Remote(found.record, found.head, ended=False, afar=self._afar)
        return found

    def _not_found(self, problem: Rejected) -> Rejected:
        """Where nothing is recorded, Redis alone can tell that there is no such run; just back, it may not know all of them yet."""
        is_sure = self._archive is not None or (self._link.is_up and time.monotonic() - self._link.back_since >= _FOUND_BACK)
        if is_sure or problem.code != "no_such_run":
            return problem
        why = "has been back for a moment only" if self._link.is_up else "does not answer just now"
        return Rejected("unreadable", f"Redis {why}, so it cannot be told whether there is such a run; try again.", "run")

    async def under_way_elsewhere(self, owner: str) -> list[UnderWay]:
        """That owner's runs which other workers carry; none while Redis cannot say."""
        try:
            found = await self._link.run(scripts.UNDER_WAY, owner)
        except Away:
            return []
        runs = [UnderWay(told(facts, ""), int(size), last) for facts, size, last in found]
        return [run for run in runs if run.record.id not in self._runs]

    async def _find_live(self, run_id: str) -> Remote | None:
        try:
            worker, facts, head, ended = await self._link.run(scripts.LOOK, run_id)
        except Away:
            return None
        return None if facts is None else Remote(told(facts, worker), int(head), ended=bool(ended), afar=self._afar)

    async def delete(self, run_id: object, *, reader: str) -> None:
        """Delete the run and its record, on whichever worker it is. Raises `Rejected`."""
        found = await self.find(run_id, reader=reader)
        if isinstance(found, Told):
            await self._have_deleted(found)
        await self._delete_here(found)

    async def _delete_here(self, found: Watchable) -> None:
        if isinstance(found, Run):
            found.cancel()
            await found.wait()
        await self._delete_record(found.id)
        self._publisher.let_go(found.id)
        with suppress(Away):  # it expires
            await self._link.run(scripts.DROP, found.id)
        super()._forget([found.id])

    async def _have_deleted(self, found: Told) -> None:
        """Have the worker that carries the run, or still remembers it, forget it."""
        try:
            await self._afar.post.ask(found.record.server, "delete", found.id)
        except (Away, Silent):
            if not found.ended:
                why = "The worker that carries the run does not answer, so it was not deleted; try again in a moment."
                raise Rejected("not_stopped", why, "run") from None

    async def _do_for_another(self, what: str, run_id: str) -> None:
        run = self._runs.get(run_id)
        if run is None:
            return
        if what == "stop":
            run.cancel()
            await run.wait()
        elif what == "delete":
            await self._delete_here(run)

    def _stop_if_here(self, run_id: str) -> None:
        if (run := self._runs.get(run_id)) is not None:
            run.cancel()

    def _begin(self, facts: Facts) -> Run:
        run = super()._begin(facts)
        self._publisher.take(facts, run.log)
        return run

    async def _look_after(self, deserted: dict[str, str]) -> None:
        self._takeover.note({run: worker for run, worker in deserted.items() if run not in self._runs})

    def _forget(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            run = self._runs.get(run_id)
            if run is not None and not run.ended:
                self._give_up(run_id)
        super()._forget(run_ids)

    def _give_up(self, run_id: str) -> None:
        """Another worker has the run: hang up, and let whoever watches here see how it ends there."""
        self._publisher.let_go(run_id)
        run = self._runs.get(run_id)
        if run is None or run.ended:
            return
        logger.warning("run %s was taken over by another worker while this one was silent; it is given up here", run_id)
        run.give_up()
        super()._forget([run_id])
        task = asyncio.create_task(self._see_the_rest(run), name=f"give up {run_id}")
        self._giving_up.add(task)
        task.add_done_callback(self._giving_up.discard)

    async def _see_the_rest(self, run: Run) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                while not run.ended:
                    frames = await self._tail.read(run.id, run.head)
                    run.log.copy(frames)
                    if not frames:
                        await asyncio.sleep(0.1)
        except TimeoutError:
            run.end("interrupted", TAKEN_OVER)
        except Exception:
            logger.exception("reading the end of run %s met a fault of the portal", run.id, extra={"run": run.id})
            run.end("interrupted", TAKEN_OVER)
        run.on_end(run)


class Watchers:
    """What the other workers know of this one's runs: whether they are its own, and whether somebody there watches."""

    def __init__(self, ownership: Ownership, link: Link) -> None:
        self._ownership, self._link = ownership, link

    @property
    def is_sure(self) -> bool:
        """Whether this worker's runs are its own, as far as a moment ago."""
        return self._ownership.is_sure

    async def make_sure(self) -> None:
        """Return when that is known again."""
        await self._ownership.make_sure()

    async def grace_left(self, run: str) -> float:
        """Seconds for which the run is to be kept although nobody watches it here."""
        try:
            left = await self._link.do(lambda redis: redis.pttl(f"portal:watched:{run}"))
        except Away:
            # Nobody can say; it is asked again.
            return 5.0
        return max(int(left), 0) / 1000
