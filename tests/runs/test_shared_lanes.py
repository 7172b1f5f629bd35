"""One row before an upstream for all workers: each worker here has its own way to one real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from portal.ollama.errors import Unreachable
from portal.ollama.upstreams import Upstream
from portal.runs.breakers import FAILURES
from portal.runs.orders import Rejected
from portal.runs.shared import lanes
from portal.runs.shared.breakers import SharedBreaker
from portal.runs.shared.lanes import SharedLane
from portal.runs.shared.link import Away, Hearer, Link
from tests.redis import RedisServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture(autouse=True)
def empty(redis: RedisServer) -> None:
    redis.ask("FLUSHALL")


@asynccontextmanager
async def workers(redis: RedisServer) -> AsyncIterator[tuple[Link, Link]]:
    links = Link(redis.url), Link(redis.url)
    for link in links:
        await link.open()
    try:
        yield links
    finally:
        for link in links:
            await link.aclose()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


class Wish:
    """A run that wants a turn, and keeps it until it is told to end."""

    def __init__(self, lane: SharedLane, run: str, owner: str = "me") -> None:
        self.places: list[int] = []
        self.goes, self._end = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._take(lane, run, owner))

    async def _take(self, lane: SharedLane, run: str, owner: str) -> None:
        async with lane.turn(run, owner, self.places.append):
            self.goes.set()
            await self._end.wait()

    async def went(self) -> None:
        async with asyncio.timeout(30):
            await self.goes.wait()

    async def stands(self, place: int) -> None:
        await until(lambda: self.places[-1:] == [place])

    async def end(self) -> None:
        self._end.set()
        await self.task


async def test_the_bound_and_the_order_hold_over_all_workers(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 1, 3) for link in links]
        first = Wish(one, "1", "me")
        await first.went()
        second = Wish(two, "2", "me")
        await second.stands(1)
        third = Wish(one, "3", "me")
        await third.stands(2)
        yours = Wish(two, "4", "you")
        await yours.stands(2)
        await third.stands(3)
        with pytest.raises(Rejected):
            await two.check_room()
        with pytest.raises(Rejected):
            await Wish(one, "5").task
        await first.end()
        went = []
        for wish, name in ((second, "second"), (yours, "yours"), (third, "third")):
            await wish.went()
            went.append(name)
            assert sum(one.goes.is_set() for one in (second, yours, third)) == len(went)
            await wish.end()
        await one.check_room()
    assert (second.places, yours.places, third.places) == ([1], [2, 1], [2, 3, 2, 1])


async def test_cancelling_leaves_the_row_on_every_worker(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 1, 3) for link in links]
        first = Wish(one, "1")
        await first.went()
        second = Wish(one, "2")
        await second.stands(1)
        third = Wish(two, "3")
        await third.stands(2)
        second.task.cancel()
        await third.stands(1)
        await first.end()
        await third.went()
        await third.end()


async def test_the_places_of_a_worker_that_is_gone_are_given_back(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 1, 3) for link in links]
        first = Wish(one, "1")
        await first.went()
        ahead = Wish(one, "2")
        await ahead.stands(1)
        mine = Wish(two, "3")
        await mine.stands(2)
        await links[0].aclose()  # nobody asks about its places any more, and their time runs out
        redis.ask("ZADD", "portal:lane:local:kept", 0, "1", 0, "2")
        await mine.went()
        await mine.end()
        for wish in (first, ahead):
            wish.task.cancel()
            await asyncio.wait([wish.task])


async def test_who_comes_while_a_lane_stops_listening_is_seen_to(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 1, 3) for link in links]
        stops, may_stop, unhear = asyncio.Event(), asyncio.Event(), links[0].unhear

        async def unhear_slowly(channel: str, hearer: Hearer) -> None:
            stops.set()
            await may_stop.wait()
            await unhear(channel, hearer)

        monkeypatch.setattr(links[0], "unhear", unhear_slowly)
        await Wish(one, "1").end()
        await stops.wait()
        first = Wish(two, "2")
        await first.went()
        second = Wish(one, "3")
        await second.stands(1)
        may_stop.set()
        await first.end()
        await second.went()
        await second.end()


async def test_who_waits_goes_also_after_a_look_at_the_row_that_met_a_fault(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workers(redis) as links:
        lane = SharedLane(links[0], "local", 1, 3)
        first = Wish(lane, "1")
        await first.went()
        second = Wish(lane, "2")
        await second.stands(1)
        failed, run = asyncio.Event(), links[0].run

        async def fail_once(script: str, *arguments: str | int | float) -> object:
            if script == lanes._SEE and not failed.is_set():
                failed.set()
                raise KeyError("nobody thought of it")
            return await run(script, *arguments)

        monkeypatch.setattr(links[0], "run", fail_once)
        lane._wake("")
        await failed.wait()
        await first.end()
        await second.went()
        await second.end()


async def test_who_is_forgotten_and_finds_the_row_full_is_refused(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 1, 1) for link in links]
        first = Wish(one, "1")
        await first.went()
        second = Wish(one, "2")
        await second.stands(1)
        async with one._door:
            redis.ask("FLUSHALL")
            others = [Wish(two, "3"), Wish(two, "4")]
            await others[0].went()
            await others[1].stands(1)
        with pytest.raises(Rejected, match="1 runs are waiting"):
            await second.task
        await first.end()
        for other in others:
            await other.went()
            await other.end()


async def test_without_redis_each_worker_goes_on_with_its_share(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 4, 9) for link in links]
        held = [Wish(lane, run) for lane, run in ((one, "1"), (two, "2"), (one, "3"), (two, "4"))]
        for wish in held:
            await wish.went()
        waiting = Wish(two, "waits")
        await waiting.stands(1)
        for link in links:
            await link.look()
        assert links[1].workers == 2
        redis.kill()
        for link in links:
            with pytest.raises(Away):
                await link.look()
        await until(lambda: waiting.places == [1, 1])
        next_one = Wish(two, "comes later")
        await next_one.stands(2)
        await held[1].end()
        await waiting.went()
        await next_one.stands(1)
        await held[3].end()
        await next_one.went()
        redis.start()
        for link in links:
            await link.look()
        # What goes on is counted again, on whichever worker.
        await until(lambda: redis.ask("SCARD", "portal:lane:local:held") == 4)
        for wish in (held[0], held[2], waiting, next_one):
            await wish.end()


async def test_a_pause_is_shared(redis: RedisServer) -> None:
    async with workers(redis) as links:
        one, two = [SharedLane(link, "local", 2, 3) for link in links]
        one.hold(0.2)
        await until(lambda: redis.ask("HGET", "portal:lane:local", "until") is not None)
        waits = Wish(two, "1")
        await waits.went()
        await waits.end()


async def test_a_breaker_knows_what_other_workers_met(redis: RedisServer) -> None:
    upstream = Upstream("local", "http://127.0.0.1:1")
    async with workers(redis) as links:
        one, two = [SharedBreaker(link, "local") for link in links]
        two.check(upstream)
        await until(lambda: redis.ask("PUBSUB", "NUMSUB", "portal:breaker:local")[1] == 1)
        for _ in range(FAILURES):
            one.note_failure()
        await until(lambda: two.pause > 0)
        with pytest.raises(Unreachable):
            two.check(upstream)
        one.note_answer()
        await until(lambda: two.pause == 0)
        two.check(upstream)
