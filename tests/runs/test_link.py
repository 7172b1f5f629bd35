"""A worker's way to Redis, on the event loop it is served with: cut at any moment, it is away, and found again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from portal.runs.archive import Told
from portal.runs.consumers import RunsConsumer
from portal.runs.frames import Stats, end_fields, frame
from portal.runs.models import Record
from portal.runs.orders import Rejected
from portal.runs.presence import Presence
from portal.runs.registry import Registry
from portal.runs.roads import Roads
from portal.runs.shared import mirrors
from portal.runs.shared import registry as shared_registry
from portal.runs.shared.link import Away, Link, heeding
from portal.runs.shared.mirrors import Mirrors
from portal.runs.shared.post import Post
from portal.runs.shared.registry import SharedRegistry
from portal.runs.shared.tail import Tail
from tests.redis import RedisServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[("asyncio", {"use_uvloop": True})], ids=["uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> object:
    return request.param


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture
async def link(redis: RedisServer) -> AsyncIterator[Link]:
    link = Link(redis.url)
    await link.open()
    yield link
    await link.aclose()


class Heard:
    """What was heard on a channel."""

    def __init__(self) -> None:
        self.begun, self.word = asyncio.Event(), asyncio.Event()

    def __call__(self, text: str) -> None:
        # Nothing is what is said when listening has begun.
        (self.word if text else self.begun).set()

    async def hears(self, link: Link, channel: str) -> None:
        async with asyncio.timeout(60):
            await self.begun.wait()
            await link.say(channel, "a word")
            await self.word.wait()


async def test_what_is_listened_for_on_a_connection_that_is_just_cut_is_heard_on_the_next(link: Link) -> None:
    before, after = Heard(), Heard()
    await link.hear("before", before)
    await before.hears(link, "before")
    _cut(_ears(link))
    before.begun.clear()
    before.word.clear()
    await link.hear("after", after)
    await after.hears(link, "after")
    await before.hears(link, "before")
    _cut(_ears(link))
    await link.unhear("after", after)
    before.begun.clear()
    before.word.clear()
    await before.hears(link, "before")


async def test_a_connection_cut_under_a_command_means_away_and_not_a_fault(link: Link) -> None:
    async def say_what_is_cut(redis: Redis) -> None:
        connection = redis.connection_pool._available_connections[-1]
        _cut(connection)
        await connection.send_command("PING")

    changes: list[bool] = []
    link.on_change = lambda: changes.append(link.is_up)
    with pytest.raises(Away, match="the connection was cut"):
        await link.do(say_what_is_cut)
    assert (changes, link.trouble) == ([False], "the connection was cut")
    await link.look()
    assert changes == [False, True]


async def test_where_nothing_is_recorded_redis_alone_can_tell_that_there_is_no_such_run(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Link(redis.url)
    registry = SharedRegistry(link, Presence(tmp_path), None, None, Roads())
    await registry.open()
    with pytest.raises(Rejected, match="no such run"):
        await registry.find("none", reader="me")
    await asyncio.to_thread(redis.kill)
    with pytest.raises(Rejected, match="Redis does not answer"):
        await registry.find("none", reader="me")
    await asyncio.to_thread(redis.start)
    monkeypatch.setattr(shared_registry, "_FOUND_BACK", 3600)
    await link.look()
    with pytest.raises(Rejected, match="back for a moment only"):
        await registry.find("none", reader="me")
    monkeypatch.setattr(shared_registry, "_FOUND_BACK", 0)
    with pytest.raises(Rejected, match="no such run"):
        await registry.find("none", reader="me")
    await registry.aclose()


async def test_a_cancellation_that_comes_with_an_answer_is_heeded() -> None:
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(heeding(asyncio.wait_for(answer, 60)))
    await asyncio.sleep(0)
    answer.set_result(1)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_a_fault_of_what_is_done_aside_is_logged(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    task = link.soon(_fail(), "something aside")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert "something aside met a fault of the portal" in caplog.text


async def test_who_asks_another_worker_is_told_of_a_fault_there(link: Link) -> None:
    async def fail(what: str, run: str) -> None:
        await _fail()

    here, there = Post(link, "here"), Post(link, "there")
    there.on_asked = fail
    heard = Heard()
    for post in (here, there):
        await post.open()
    await link.hear("portal:to:there", heard)
    await link.hear("last", heard)
    await heard.hears(link, "last")
    with pytest.raises(Rejected, match="met a fault of its own"):
        await here.ask("there", "stop", "run")


class Failing(Tail):
    """Fails at the first look, and has one frame afterwards, which is the last."""

    def __init__(self, link: Link) -> None:
        super().__init__(link, None)
        self.looks = 0

    async def read(self, run: str, after: int, *, may_lag: bool = False) -> list[str]:
        self.looks += 1
        if self.looks == 1:
            await _fail()
        return [] if after else [frame(run, 1, end_fields("done", None, Stats()))]


async def test_a_copied_log_goes_on_after_a_fault(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "_LOOK_EVERY", 0)
    copies = Mirrors(link, Failing(link))
    async with asyncio.timeout(60):
        assert [len(batch) async for batch in copies.follow("run", 0)] == [1]


class Empty(Tail):
    """Has nothing; whether that is for certain is said by `gone`."""

    gone = False

    async def read(self, run: str, after: int, *, may_lag: bool = False) -> list[str]:
        return []

    async def is_gone(self, run: str) -> bool:
        return self.gone


async def test_a_server_that_stops_does_not_wait_for_runs_whose_last_watcher_has_left(link: Link) -> None:
    copies = Mirrors(link, Empty(link, None))
    watching = asyncio.ensure_future(anext(aiter(copies.follow("run", 0))))
    await asyncio.sleep(0)
    settling = asyncio.create_task(copies.settle())
    await asyncio.sleep(0)
    watching.cancel()
    async with asyncio.timeout(60):
        await settling


async def test_who_wants_the_beginning_of_a_log_that_is_gone_is_let_go(link: Link) -> None:
    tail = Empty(link, None)
    copies = Mirrors(link, tail)
    late = asyncio.create_task(anext(aiter(copies.follow("run", 5)), None))
    await asyncio.sleep(0)
    tail.gone = True
    copies._mirrors["run"].log.close()
    async with asyncio.timeout(60):
        assert [batch async for batch in copies.follow("run", 0)] == []
        assert await late is None


class Broken(Told):
    """A run that cannot be read for a reason nobody thought of."""

    async def follow(self, after: int) -> AsyncGenerator[list[str], None]:
        await _fail()
        yield []


async def test_whoever_watches_is_told_when_watching_meets_a_fault() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(json.loads(message["text"]))

    consumer = RunsConsumer(Registry())
    consumer.base_send = send
    await consumer._pump(Broken(Record(id="run"), 0, ended=False), 0)  # type: ignore[arg-type]
    assert [(one["type"], one["run"], one["code"]) for one in sent] == [("error", "run", "unreadable")]


async def _fail() -> None:
    raise KeyError("nobody thought of it")


def _ears(link: Link) -> object:
    assert link._pubsub is not None
    return link._pubsub.connection


def _cut(connection: Any) -> None:
    """End it in this very moment, before anybody can have noticed."""
    connection._writer.transport.abort()
