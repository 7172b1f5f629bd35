"""The ordered log of one run: frames numbered from 1 with no gap, the same for every watcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from portal.runs.frames import frame, is_end

# How much one round of `follow` hands out: enough to catch up quickly, little enough that a watcher who reads slowly
# does not hold a second copy of the log.
_BATCH = 64


class RunLog:
    """Frames in memory. One writer appends; any number of watchers follow from wherever they like.

    The first frame in it is number `base` + 1. `on_growth` is called with the run's id after each that is added.
    """

    def __init__(self, run: str, base: int = 0) -> None:
        self.run, self.base = run, base
        self.size = 0
        self.ended = False
        self.on_growth: Callable[[str], None] | None = None
        self._frames: list[str] = []
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def head(self) -> int:
        """The number of the last frame; 0 while there is none."""
        return self.base + len(self._frames)

    def append(self, fields: str, *, last: bool = False) -> int:
        """Add a frame, wake whoever waits, and return its number. Nothing can follow a frame appended as `last`."""
        if self.ended:
            raise ValueError(f"run {self.run} has ended; its log takes no more frames")
        seq = self.head + 1
        self._frames.append(text := frame(self.run, seq, fields))
        self.size += len(text)
        self.ended = last
        self._wake()
        return seq

    def copy(self, frames: Iterable[str]) -> None:
        """Add frames of this run that another log has, which follow on the last one here."""
        for text in frames:
            self._frames.append(text)
            self.size += len(text)
            self.ended = is_end(text)
        self._wake()

    def close(self) -> None:
        """Nothing more will come: the run was deleted. Whoever follows is let go."""
        self.ended = True
        self._wake()

    def after(self, seq: int, at_most: int = _BATCH) -> list[str]:
        """The frames numbered `seq` + 1 and on, as many as `at_most`."""
        return self._frames[seq - self.base : seq - self.base + at_most]

    def start_of_last(self, characters: int) -> int:
        """The number of the frame after which at most so many characters follow; the last frame is always among them."""
        seq, room = self.head, characters
        while seq > self.base and (room := room - len(self._frames[seq - self.base - 1])) >= 0:
            seq -= 1
        return min(seq, max(self.head - 1, self.base))

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

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        if self.on_growth is not None:
            self.on_growth(self.run)

    async def _grown(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future
