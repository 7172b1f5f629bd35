"""Copies of the live logs of other workers' runs, one for each run that somebody watches here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from portal.runs.log import RunLog
from portal.runs.registry import GRACE
from portal.runs.shared.link import Away, Link
from portal.runs.shared.tail import Tail

logger = logging.getLogger(__name__)

# Seconds. A word that a log has grown may be lost; and while Redis is away there is none.
_LOOK_EVERY, _LOOK_WHILE_AWAY = 1.0, 0.25
_SAY_WATCHED_EVERY = 5.0
# Looks in a row that must find nothing of a run before it counts as deleted.
_LOOKS = 10


class Mirrors:
    """Every log that is copied here. A copy begins where its first watcher does, and ends with its last."""

    def __init__(self, link: Link, tail: Tail) -> None:
        self._link, self._tail = link, tail
        self._mirrors: dict[str, Mirror] = {}

    async def follow(self, run: str, after: int) -> AsyncIterator[list[str]]:
        """Every frame after `after` exactly once, in order and in batches, until the last one."""
        mirror = self._mirrors.get(run)
        if mirror is None:
            mirror = self._mirrors[run] = Mirror(run, after, self._link, self._tail)
        mirror.watchers += 1
        try:
            while after < mirror.log.base:
                frames = (await self._tail.read(run, after))[: mirror.log.base - after]
                after += len(frames)
                if frames:
                    yield frames
                elif mirror.log.ended and await self._tail.is_gone(run):
                    return
                else:
                    await asyncio.sleep(_LOOK_WHILE_AWAY)
            async for batch in mirror.log.follow(after):
                yield batch
        finally:
            mirror.watchers -= 1
            if not mirror.watchers:
                if self._mirrors.get(run) is mirror:
                    del self._mirrors[run]
                mirror.stop()

    async def settle(self) -> None:
        """Return when every run that is watched here now has ended."""
        for mirror in list(self._mirrors.values()):
            async for _ in mirror.log.follow(mirror.log.head):
                pass

    async def aclose(self) -> None:
        """Copy no more."""
        tasks = [mirror.stop() for mirror in self._mirrors.values()]
        if tasks:
            await asyncio.wait(tasks)


class Mirror:
    """The log of one run, copied from the frame after `after` on."""

    def __init__(self, run: str, after: int, link: Link, tail: Tail) -> None:
        self.log = RunLog(run, after)
        self.watchers = 0
        self._link, self._tail = link, tail
        self._woken = asyncio.Event()
        self._said_watched = float("-inf")
        self._empty = 0
        # Redis, which answers, does not take what is written: what others write is not to be had there either.
        self._is_refused = False
        self._task = asyncio.create_task(self._copy(), name=f"copy {run}")

    def stop(self) -> asyncio.Task[None]:
        """Copy no more; the task that did. Nobody watches, and who waits for the end does so no longer."""
        self._task.cancel()
        self.log.close()
        return self._task

    async def _copy(self) -> None:
        channel = f"portal:grown:{self.log.run}"
        try:
            await self._link.hear(channel, self._wake)
            while not self.log.ended:
                try:
                    await self._look()
                except Exception:
                    # Whoever watches must not wait for ever: the next look may be better.
                    run = self.log.run
                    logger.exception("copying the log of run %s met a fault of the portal", run, extra={"run": run})
                    await asyncio.sleep(_LOOK_EVERY)
        finally:
            await self._link.unhear(channel, self._wake)

    async def _look(self) -> None:
        self._woken.clear()
        await self._say_watched()
        if frames := await self._tail.read(self.log.run, self.log.head, may_lag=self._is_refused):
            self._empty = 0
            self.log.copy(frames)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY if self._link.is_up else _LOOK_WHILE_AWAY):
                await self._woken.wait()
            return
        self._empty = self._empty + 1 if await self._tail.is_gone(self.log.run) else 0
        if self._empty >= _LOOKS:
            self.log.close()

    def _wake(self, text: str) -> None:
        if text == "0":
            # What a worker says last of a run that is deleted.
            self.log.close()
        self._woken.set()

    async def _say_watched(self) -> None:
        if time.monotonic() - self._said_watched >= _SAY_WATCHED_EVERY:
            try:
                await self._link.do(lambda redis: redis.set(f"portal:watched:{self.log.run}", 1, ex=int(GRACE)))
            except Away:
                self._is_refused = self._link.is_up
            else:
                self._said_watched, self._is_refused = time.monotonic(), False
