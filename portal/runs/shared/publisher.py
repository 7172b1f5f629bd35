"""Write-behind to Redis: what this worker's runs log is there for the others a moment later, off the runs' way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from portal.runs.frames import is_end
from portal.runs.log import RunLog
from portal.runs.orders import Facts
from portal.runs.shared import scripts
from portal.runs.shared.facts import digest_of, tell
from portal.runs.shared.link import Away, Link

logger = logging.getLogger(__name__)

# Seconds between two writes; what is logged meanwhile goes together.
BEHIND = 0.01
_SLOWEST_RETRY = 1.0
_PATIENCE = 2.0
# Characters: of one batch of a run, of all batches of one write, and of a log's live end where records are kept and where not.
_LARGEST_BATCH, _LARGEST_WRITE = 256 << 10, 1 << 20
_LIVE, _LIVE_UNRECORDED = 4 << 20, 256 << 20
# Seconds for which a log stays in Redis after its end, and a ref while its run is under way.
_KEPT, _KEPT_UNRECORDED, REF_KEPT = 600, 3600, 86_400


@dataclass(slots=True)
class _Open:
    """A run whose log is not whole in Redis yet; `saved` is the number of the last frame that is."""

    facts: Facts
    log: RunLog
    saved: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    """Frames of a run that follow on `after`."""

    run: str
    after: int
    frames: list[str]

    def arguments(self) -> tuple[str, ...]:
        """As the script takes them."""
        ended = "1" if is_end(self.frames[-1]) else ""
        return self.run, str(self.after + 1), str(self.after + len(self.frames)), ended, "\n".join(self.frames)


class Publisher:
    """Owns every write to the live logs of one worker's runs. There is no queue: what is missing is read from the run's own log.

    `on_lost` is called for a run that another worker has taken over, `on_stop` for one that somebody elsewhere wants stopped.
    """

    def __init__(self, link: Link, worker: str, *, records_are_kept: bool) -> None:
        self.on_lost: Callable[[str], None] = lambda run: None
        self.on_stop: Callable[[str], None] = lambda run: None
        self.trouble = ""
        self._link, self._worker = link, worker
        self._live, self._kept = (_LIVE, _KEPT) if records_are_kept else (_LIVE_UNRECORDED, _KEPT_UNRECORDED)
        self._open: dict[str, _Open] = {}
        self._dirty: dict[str, None] = {}
        self._work, self._turn = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def open_runs(self) -> list[str]:
        """The runs whose end is not in Redis yet."""
        return list(self._open)

    def has_ended(self, run: str) -> bool:
        """Whether an open run's own log has its last frame."""
        return (kept := self._open.get(run)) is not None and kept.log.ended

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._publish(), name="publish logs")

    def take(self, facts: Facts, log: RunLog) -> None:
        """Publish this run from now on, to its last frame."""
        self._open[facts.run] = _Open(facts, log)
        log.on_growth = self._note
        if log.head:
            self._note(facts.run)

    def let_go(self, run: str) -> None:
        """Publish no more of this run."""
        if (kept := self._open.pop(run, None)) is not None:
            kept.log.on_growth = None

    async def settle(self, within: float = _PATIENCE) -> None:
        """Return when every frame there is now is in Redis, or after a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._link.is_up and any(kept.saved < kept.log.head for kept in self._open.values()):
                    await self._turn.wait()

    async def aclose(self) -> None:
        """Write what is left, for a moment at most, and end."""
        await self.settle()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def seed(self, run: str) -> None:
        """Make a run known to Redis that it does not know, or no longer. Raises `Away`."""
        if (kept := self._open.get(run)) is None:
            return
        base = kept.log.start_of_last(self._live)
        facts = kept.facts
        worker = await self._link.run(
            scripts.SEED, digest_of(facts.owner, facts.ref), run, self._worker, tell(facts), REF_KEPT, base
        )
        if worker != self._worker:
            self.on_lost(run)
        else:
            kept.saved = base
            self._note(run)

    def _note(self, run: str) -> None:
        self._dirty[run] = None
        self._work.set()

    async def _publish(self) -> None:
        pause = BEHIND
        while True:
            await self._work.wait()
            try:
                await self._write()
                pause = BEHIND
            except Away as problem:
                self._say_trouble(str(problem))
                pause = min(max(pause, 0.05) * 2, _SLOWEST_RETRY)
            except Exception:
                logger.exception("publishing logs met a fault of the portal")
                pause = _SLOWEST_RETRY
            turn, self._turn = self._turn, asyncio.Event()
            turn.set()
            await asyncio.sleep(pause)

    async def _write(self) -> None:
        batches = list(self._batches())
        if not batches:
            self._work.clear()
            return
        arguments = [argument for batch in batches for argument in batch.arguments()]
        answers = await self._link.run(scripts.APPEND, self._worker, self._live, self._kept, *arguments)
        self._say_trouble("")
        for batch, (came_of_it, head) in zip(batches, answers, strict=True):
            await self._note_answer(batch.run, came_of_it, int(head))

    def _batches(self) -> Iterator[_Batch]:
        room = _LARGEST_WRITE
        for run in list(self._dirty):
            kept = self._open.get(run)
            if kept is None or kept.saved >= kept.log.head:
                del self._dirty[run]
            elif room > 0:
                frames, size = [], 0
                for text in kept.log.after(kept.saved, 4096):
                    frames.append(text)
                    size += len(text)
                    if size >= _LARGEST_BATCH:
                        break
                room -= size
                yield _Batch(run, kept.saved, frames)

    async def _note_answer(self, run: str, came_of_it: str, head: int) -> None:
        kept = self._open.get(run)
        if kept is None:
            return
        match came_of_it:
            case "gone":
                await self.seed(run)
            case "lost":
                self.on_lost(run)
            case _:
                # “head”: it has more of it than we knew, or less, as after a restart from an older copy of its memory.
                kept.saved = max(head, kept.log.base)
                if kept.log.ended and kept.saved == kept.log.head:
                    self.let_go(run)
                elif came_of_it == "stop":
                    self.on_stop(run)

    def _say_trouble(self, trouble: str) -> None:
        if trouble and not self.trouble:
            logger.warning(
                "Redis cannot be written (%s): streams go on for whoever is on their worker, others wait until it can", trouble
            )
        elif self.trouble and not trouble:
            logger.warning("Redis can be written again; the logs there catch up")
        self.trouble = trouble
