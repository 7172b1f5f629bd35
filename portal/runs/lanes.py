"""The lane before an upstream: so many runs at once, the others in a row that is fair between people."""

from __future__ import annotations

import asyncio
import math
from bisect import insort
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from portal.runs.orders import Rejected

Tell = Callable[[int], None]


class Lane(Protocol):
    """What a run needs to know of the row it stands in."""

    async def check_room(self) -> None:
        """Raises `Rejected` (`busy`) when as many wait as may."""

    def turn(self, run: str, owner: str, tell: Tell) -> AbstractAsyncContextManager[None]:
        """Wait for a place among those that are sent, and hold it while inside.

        `tell` is called with the place in the row, from 1, whenever that changes. Being cancelled leaves the row.
        """

    def hold(self, seconds: float) -> None:
        """Let nobody go for that long: the upstream asked for a pause."""


@dataclass(slots=True, order=True)
class _Waiting:
    """One that waits. Who has the smallest tag goes next."""

    tag: float
    number: int
    tell: Tell = field(compare=False)
    go: asyncio.Future[None] = field(compare=False)
    told: int = field(default=0, compare=False)


class LaneInMemory:
    """A lane of this process alone: `at_once` runs under way and at most `longest` waiting.

    Fair by start tags (start-time fair queuing): the n-th wish of one person stands behind the first of every other,
    and somebody who was away has saved nothing up.
    """

    def __init__(self, at_once: int, longest: int) -> None:
        self.at_once, self.longest = at_once, longest
        self.under_way = 0
        self._row: list[_Waiting] = []
        self._tags: dict[str, float] = {}
        self._now = 0.0
        self._number = 0
        self._held_until = -math.inf

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._row)

    async def check_room(self) -> None:
        """Raises `Rejected` (`busy`) when as many wait as may."""
        if len(self._row) >= self.longest and not self._is_free:
            raise full(self.longest)

    @asynccontextmanager
    async def turn(self, run: str, owner: str, tell: Tell) -> AsyncIterator[None]:
        """Wait for a place among those that are sent, and hold it while inside."""
        if self._is_free and not self._row:
            self.under_way += 1
        else:
            await self._wait(owner, tell)
        try:
            yield
        finally:
            self.under_way -= 1
            self._advance()

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Count a run that was let go otherwise as under way while inside."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self._advance()

    def hold(self, seconds: float) -> None:
        """Let nobody go for that long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if until > self._held_until:
            self._held_until = until
            # A hair later, so that the clock has passed the moment when it is looked at.
            loop.call_at(until + 0.001, self._advance)

    @property
    def _is_free(self) -> bool:
        return self.under_way < self.at_once and asyncio.get_running_loop().time() >= self._held_until

    async def _wait(self, owner: str, tell: Tell) -> None:
        if len(self._row) >= self.longest:
            raise full(self.longest)
        self._number += 1
        tag = self._tags[owner] = max(self._now, self._tags.get(owner, 0.0)) + 1
        me = _Waiting(tag, self._number, tell, asyncio.get_running_loop().create_future())
        insort(self._row, me)
        self._say_places()
        try:
            await me.go
        except asyncio.CancelledError:
            if me.go.done() and not me.go.cancelled():
                # It was let go and cancelled in the same moment: the place goes to the next.
                self.under_way -= 1
            else:
                self._row.remove(me)
            self._advance()
            self._say_places()
            raise

    def _advance(self) -> None:
        while self._row and self._is_free:
            first = self._row.pop(0)
            self._now = first.tag
            self.under_way += 1
            first.go.set_result(None)
        self._tags = {owner: tag for owner, tag in self._tags.items() if tag > self._now} if self._row else {}
        self._say_places()

    def _say_places(self) -> None:
        for place, one in enumerate(self._row, 1):
            if one.told != place:
                one.told = place
                one.tell(place)


def full(longest: int) -> Rejected:
    """The row is as long as it may be."""
    return Rejected("busy", f"{longest} runs are waiting for this upstream already, the most that may; try again in a moment.")
