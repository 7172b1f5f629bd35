"""The ordered log of one run: frames numbered from 1 with no gap, the same for every watcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from portal.runs.frames import frame, is_end

# How much one round of `follow` hands out: enough to catch up quickly, little enough that a watcher who reads slowly
# does not hold a second copy of the log.
_BATCH = 64

# Takes a frame at once and says so, or takes nothing.
AtOnce = Callable[[str], bool]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A watcher who has every frame up to `after`, and waits for the next one."""

    after: int
    at_once: AtOnce | None
    grown: asyncio.Future[None]

    def take(self, text: str) -> bool:
        """Give it the frame, if it can be had without waking anybody."""
        if self.at_once is None or self.grown.done() or not self.at_once(text):
            return False
        self.after += 1
        return True

    def wake(self) -> None:
        if not self.grown.done():
            self.grown.set_result(None)


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
        self._waiting: list[_Waiting] = []

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
        # A watcher who has all that came before is given the frame here and now: waking it costs more than all the rest.
        waiting, self._waiting = self._waiting, []
        for watcher in waiting:
            if watcher.take(text) and not last:
                self._waiting.append(watcher)
            else:
                watcher.wake()
        self._say_it_grew()
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

    async def follow(self, after: int = 0, at_once: AtOnce | None = None) -> AsyncIterator[list[str]]:
        """Hand out every frame after `after` exactly once, in order and in batches, until the last one.

        A frame that `at_once` takes as it is written is in no batch.
        """
        while True:
            batch = self.after(after)
            if batch:
                after += len(batch)
                yield batch
            elif self.ended:
                return
            else:
                after = await self._grown(after, at_once)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for watcher in waiting:
            watcher.wake()
        self._say_it_grew()

    def _say_it_grew(self) -> None:
        if self.on_growth is not None:
            self.on_growth(self.run)

    async def _grown(self, after: int, at_once: AtOnce | None) -> int:
        """Wait until there is more than what the watcher has; returns how far it has come."""
        watcher = _Waiting(after, at_once, asyncio.get_running_loop().create_future())
        self._waiting.append(watcher)
        try:
            await watcher.grown
        finally:
            # Whoever has left must be given nothing more.
            if watcher in self._waiting:
                self._waiting.remove(watcher)
        return watcher.after
