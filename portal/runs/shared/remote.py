"""A run that another worker carries, as its watchers here know it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from portal.runs.archive import Archive, Told
from portal.runs.frames import is_end
from portal.runs.log import AtOnce
from portal.runs.models import Record
from portal.runs.orders import Rejected
from portal.runs.shared import scripts
from portal.runs.shared.link import Away, Link
from portal.runs.shared.mirrors import Mirrors
from portal.runs.shared.post import Post, Silent
from portal.runs.shared.tail import Tail

# Frames are on their way for some milliseconds; whoever comes from the worker that carries the run may be ahead of them.
_PATIENCE = 1.0


class Afar:
    """What a run elsewhere is reached with."""

    def __init__(self, link: Link, tail: Tail, mirrors: Mirrors, post: Post, archive: Archive | None) -> None:
        self.link, self.tail, self.mirrors, self.post, self.archive = link, tail, mirrors, post, archive


class Remote(Told):
    """Read from Redis while it is live there, else from its record."""

    def __init__(self, record: Record, head: int, *, ended: bool, afar: Afar) -> None:
        super().__init__(record, head, ended=ended)
        self._afar = afar

    async def stop(self) -> None:
        """Have its worker hang up. Raises `Rejected` when that worker does not say that it has."""
        try:
            worker = await self._afar.link.run(scripts.ASK_TO_STOP, self.id)
            await self._afar.post.ask(worker or self.record.server, "stop", self.id)
        except Away as problem:
            why = f"Redis is away ({problem})"
        except Silent:
            why = "it does not answer"
        else:
            return
        raise Rejected(
            "not_stopped",
            f"The run is carried by another worker and {why}, so it could not be told to stop. "
            "If that worker is gone, its runs are ended within 15 seconds; else try again.",
            "run",
        )

    async def reach(self, after: int) -> None:
        """Wait a moment until the log is as far as its watcher has seen it on the run's own worker."""
        try:
            async with asyncio.timeout(_PATIENCE):
                async with aclosing(self.follow(self.head)) as batches:
                    async for _ in batches:
                        if self.head >= after:
                            return
        except TimeoutError:
            return

    async def follow(self, after: int, _at_once: AtOnce | None = None) -> AsyncGenerator[list[str], None]:
        """Every frame after `after`, until the last one."""
        async for batch in self._afar.mirrors.follow(self.id, after):
            after += len(batch)
            self._note(after, batch)
            yield batch

    async def written(self, after: int) -> list[str]:
        """The frames there are after `after`."""
        found: list[str] = []
        while frames := await self._afar.tail.read(self.id, after + len(found)):
            found += frames
        self._note(after + len(found), found)
        return found

    def _note(self, head: int, frames: list[str]) -> None:
        self.head = max(self.head, head)
        self.ended = self.ended or bool(frames and is_end(frames[-1]))
