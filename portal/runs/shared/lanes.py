"""The lane before an upstream as several workers share it: one bound and one row for all, turns of dead workers given back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from portal.runs.lanes import LaneInMemory, Tell, full
from portal.runs.orders import Rejected
from portal.runs.shared.link import Away, Link

logger = logging.getLogger(__name__)

# Seconds for which a place is kept that its worker does not ask about, and between two times it does.
_LEASE, _EVERY = 10, 1.0

# What every script of a lane begins with. Keys: `portal:lane:<name>` with the tag of the one that went last (`now`), a counter
# and the end of a pause (`until`, in ms); its `:row` by tag and counter, its `:held`, its `:tags` by person, and until when
# each run's place is kept (`:kept`). A tag is a whole number; the counter breaks ties in the order of asking.
_COMMON = """
local lane, at_once = 'portal:lane:' .. ARGV[1], tonumber(ARGV[2])
local row, held, tags, kept = lane .. ':row', lane .. ':held', lane .. ':tags', lane .. ':kept'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = false
local function keep(run) redis.call('ZADD', kept, now + LEASE, run) end
local function remove(run)
  local there = redis.call('ZREM', row, run) + redis.call('SREM', held, run)
  redis.call('ZREM', kept, run)
  if there > 0 then changed = true end
end
for _, run in ipairs(redis.call('ZRANGEBYSCORE', kept, '-inf', now)) do remove(run) end
local function is_free()
  return redis.call('SCARD', held) < at_once and now >= tonumber(redis.call('HGET', lane, 'until') or 0)
end
local function advance()
  while redis.call('ZCARD', row) > 0 and is_free() do
    local first = redis.call('ZPOPMIN', row)
    redis.call('SADD', held, first[1])
    redis.call('HSET', lane, 'now', math.floor(first[2] / 1000000))
    changed = true
  end
  if redis.call('ZCARD', row) == 0 then
    redis.call('DEL', tags)
    redis.call('HDEL', lane, 'now', 'number')
  end
  if changed then redis.call('PUBLISH', lane, '') end
end
local function place(run)
  if redis.call('SISMEMBER', held, run) == 1 then return 0 end
  local rank = redis.call('ZRANK', row, run)
  return rank and rank + 1 or -1
end
""".replace("LEASE", str(_LEASE * 1000))

# lane, at once, longest row, run, person -> its place: 0 when it may go, -1 when the row is full.
_ENTER = (
    _COMMON
    + """
local longest, run, owner = tonumber(ARGV[3]), ARGV[4], ARGV[5]
advance()
if place(run) < 0 then
  if is_free() and redis.call('ZCARD', row) == 0 then
    redis.call('SADD', held, run)
  elseif redis.call('ZCARD', row) >= longest then
    return -1
  else
    local last = tonumber(redis.call('HGET', lane, 'now') or 0)
    local tag = math.max(last, tonumber(redis.call('HGET', tags, owner) or 0)) + 1
    redis.call('HSET', tags, owner, tag)
    redis.call('ZADD', row, tag * 1000000 + redis.call('HINCRBY', lane, 'number', 1), run)
    changed = true
  end
end
keep(run)
advance()
return place(run)
"""
)

# lane, at once, longest row -> whether one more may come.
_ROOM = _COMMON + "advance()\nreturn (redis.call('ZCARD', row) < tonumber(ARGV[3]) or is_free()) and 1 or 0"

# lane, at once, how many runs hold a place, those, those that wait -> the place of each that waits; -1 for one that has none.
_SEE = (
    _COMMON
    + """
local places, holding = {}, tonumber(ARGV[3])
for at = 4, #ARGV do
  local run = ARGV[at]
  if at < 4 + holding then
    redis.call('ZREM', row, run)
    redis.call('SADD', held, run)
    keep(run)
  elseif place(run) >= 0 then
    keep(run)
  end
end
advance()
for at = 4 + holding, #ARGV do places[#places + 1] = place(ARGV[at]) end
return places
"""
)

# lane, at once, run -> it is out of the row and holds no place.
_LEAVE = _COMMON + "remove(ARGV[3])\nadvance()"

# lane, at once, ms -> nobody goes for that long.
_HOLD = (
    _COMMON
    + """
local till = math.max(now + tonumber(ARGV[3]), tonumber(redis.call('HGET', lane, 'until') or 0))
redis.call('HSET', lane, 'until', till)
"""
)


@dataclass(slots=True)
class _Waiting:
    """One that waits here. `go` is done when it may go, and fails with `Away` when Redis cannot say."""

    owner: str
    tell: Tell
    go: asyncio.Future[None] = field(compare=False)
    told: int = 0

    def note(self, place: int) -> None:
        """What Redis says of it."""
        if place == 0 and not self.go.done():
            self.go.set_result(None)
        elif place > 0 and place != self.told:
            self.told = place
            self.tell(place)


class SharedLane:
    """A lane of all workers. While Redis is away each worker lets its share of the bound go, from a row of its own."""

    def __init__(self, link: Link, name: str, at_once: int, longest: int) -> None:
        self.at_once, self.longest = at_once, longest
        self._link, self._name = link, name
        self._own = LaneInMemory(at_once, longest)
        self._waiting: dict[str, _Waiting] = {}
        self._holding: set[str] = set()
        self._woken, self._door = asyncio.Event(), asyncio.Lock()
        self._tending: asyncio.Task[None] | None = None

    async def check_room(self) -> None:
        """Raises `Rejected` (`busy`) when as many wait as may."""
        try:
            has_room = await self._link.run(_ROOM, self._name, self.at_once, self.longest)
        except Away:
            await self._own.check_room()
        else:
            if not has_room:
                raise full(self.longest)

    @asynccontextmanager
    async def turn(self, run: str, owner: str, tell: Tell) -> AsyncIterator[None]:
        """Wait for a place among those that are sent, and hold it while inside."""
        try:
            await self._wait(run, owner, tell)
        except Away:
            self._own.at_once = max(self.at_once // max(self._link.workers, 1), 1)
            async with self._own.turn(run, owner, tell):
                with self._held(run):
                    yield
        else:
            with self._own.occupied(), self._held(run):
                yield

    def hold(self, seconds: float) -> None:
        """Let nobody go for that long."""
        self._own.hold(seconds)
        self._link.soon(self._hold(seconds))

    async def _wait(self, run: str, owner: str, tell: Tell) -> None:
        me = self._waiting[run] = _Waiting(owner, tell, asyncio.get_running_loop().create_future())
        self._tend()
        try:
            await self._enter(run, me)
            await me.go
        except BaseException:
            self._link.soon(self._leave(run))
            raise
        finally:
            del self._waiting[run]
            if me.go.done() and not me.go.cancelled():
                me.go.exception()  # it was said twice that Redis is away

    async def _enter(self, run: str, me: _Waiting) -> None:
        # One after the other, so that they stand in the row as they came.
        async with self._door:
            place = await self._link.run(_ENTER, self._name, self.at_once, self.longest, run, me.owner)
        if place < 0:
            raise full(self.longest)
        me.note(place)

    async def _enter_again(self, run: str, me: _Waiting) -> None:
        """To the end of the row, since Redis has forgotten it; who finds no room there any more is refused."""
        try:
            await self._enter(run, me)
        except Rejected as refusal:
            if not me.go.done():
                me.go.set_exception(refusal)

    @contextmanager
    def _held(self, run: str) -> Iterator[None]:
        """Hold a place while inside; it is given back without waiting for Redis."""
        self._holding.add(run)
        self._tend()
        try:
            yield
        finally:
            self._holding.discard(run)
            self._link.soon(self._leave(run))

    def _tend(self) -> None:
        if self._tending is None or self._tending.done():
            self._tending = self._link.soon(self._tend_places(), f"lane {self._name}")

    async def _tend_places(self) -> None:
        """Keep the places of this worker, and see who may go, for as long as there are any."""
        channel = f"portal:lane:{self._name}"
        # One may come while this stops listening: it is done only when nobody is there afterwards.
        while self._waiting or self._holding:
            try:
                await self._link.hear(channel, self._wake)
                while self._waiting or self._holding:
                    self._woken.clear()
                    await self._see()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_EVERY):
                            await self._woken.wait()
            finally:
                await self._link.unhear(channel, self._wake)

    async def _see(self) -> None:
        holding, waiting = list(self._holding), list(self._waiting)
        try:
            places = await self._link.run(_SEE, self._name, self.at_once, len(holding), *holding, *waiting)
            for run, place in zip(waiting, places, strict=True):
                if (me := self._waiting.get(run)) is None or me.go.done():
                    continue
                if place < 0 and me.told:
                    await self._enter_again(run, me)
                else:
                    me.note(place)
        except Away as problem:
            for me in self._waiting.values():
                if not me.go.done():
                    me.go.set_exception(problem)
        except Exception:
            # Whoever waits must not do so for ever: the next look may be better.
            logger.exception("the row before %s met a fault of the portal", self._name)

    def _wake(self, _text: str) -> None:
        self._woken.set()

    async def _leave(self, run: str) -> None:
        with suppress(Away):  # its place is given up when it is not asked about any more
            await self._link.run(_LEAVE, self._name, self.at_once, run)

    async def _hold(self, seconds: float) -> None:
        async with self._door:
            with suppress(Away):
                await self._link.run(_HOLD, self._name, self.at_once, int(seconds * 1000))
        await asyncio.sleep(seconds)
        self._wake("")

