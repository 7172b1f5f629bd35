"""The ordered log of one run: frames numbered from 1 with no gap, the same for every watcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from portal.runs.frames import frame

# How much one round of `follow` hands out: enough to catch up quickly, little enough that a watcher who reads slowly
# does not hold a second copy of the log.
_BATCH = 64


class RunLog:
    """Frames in memory. One writer appends; any number of watchers follow from wherever they like."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.size = 0
        self.ended = False
        self._frames: list[str] = []
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def head(self) -> int:
        """The number of the last frame; 0 while there is none."""
        return len(self._frames)

    def append(self, fields: str, *, last: bool = False) -> int:
        """Add a frame, wake whoever waits, and return its number. Nothing can follow a frame appended as `last`."""
        if self.ended:
            raise ValueError(f"run {self.run} has ended; its log takes no more frames")
        seq = len(self._frames) + 1
        text = frame(self.run, seq, fields)
        self._frames.append(text)
        self.size += len(text)
        self.ended = last
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        return seq

    def after(self, seq: int, at_most: int = _BATCH) -> list[str]:
        """The frames numbered `seq` + 1 and on, as many as `at_most`."""
        return self._frames[seq : seq + at_most]

    async def follow(self, after: int = 0) -> AsyncIterator[list[str]]:
        """Hand out every frame after `after` exactly once, in order and in batches, until the last one."""
        while True:
            batch = self.after(after)
            if batch:
                after += len(batch)
                yield batch
            elif self.ended:
                return
            else:
                await self._grown()

    async def _grown(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future
