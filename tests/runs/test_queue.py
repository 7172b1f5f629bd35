"""What an upstream is sent at once, who waits for it in which order, and what happens while it cannot answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from portal.ollama.errors import Unreachable
from portal.ollama.upstreams import BadUpstream, Upstream, read_numbers, read_stand_ins
from portal.runs.breakers import FAILURES, Breaker
from portal.runs.orders import Order, Rejected, read_order
from portal.runs.registry import Registry
from portal.runs.roads import Bounds, Roads
from portal.runs.shared.breakers import SharedBreaker
from portal.runs.shared.lanes import SharedLane
from portal.runs.shared.link import Link
from portal.runs.watching import Watchable
from tests.farend import FarEnd, Held, chat, stream, whole
from tests.redis import RedisServer

pytestmark = pytest.mark.anyio


def order(far_end: FarEnd, said: str = "", path: str = "/api/chat", name: str = "local") -> Order:
    body = {"model": "far:1b"} | ({"messages": [{"role": "user", "content": said}]} if path == "/api/chat" else {})
    upstreams = {name: Upstream(name, far_end.origin)}
    return read_order({"request": {"upstream": name, "method": "POST", "path": path, "body": body}}, upstreams)


RegistryWith = Callable[..., AbstractAsyncContextManager[Registry]]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


@pytest.fixture(params=["of this process", "of several workers"])
def registry_with(request: pytest.FixtureRequest) -> RegistryWith:
    """A registry whose lanes and breakers are of the one kind or the other; all that is said of them holds for both."""
    if request.param == "of this process":
        return partial(_registry_with, None)
    redis = request.getfixturevalue("redis")
    redis.ask("FLUSHALL")
    return partial(_registry_with, redis)


@asynccontextmanager
async def _registry_with(
    redis: RedisServer | None, *, at_once: int = 1, longest: int = 10, spare: FarEnd | None = None
) -> AsyncIterator[Registry]:
    upstreams = {"spare": Upstream("spare", spare.origin)} if spare else {}
    bounds, stand_ins = Bounds({"": at_once}, longest), {"local": ["spare"]}
    if redis is None:
        registry = Registry(roads=Roads(upstreams, bounds, stand_ins))
        try:
            yield registry
        finally:
            await registry.aclose()
        return
    async with linked(redis) as link:
        registry = Registry(roads=Roads(
            upstreams, bounds, stand_ins, make_lane=partial(SharedLane, link), make_breaker=partial(SharedBreaker, link)
        ))  # fmt: skip
        try:
            yield registry
        finally:
            await registry.aclose()


@asynccontextmanager
async def linked(redis: RedisServer) -> AsyncIterator[Link]:
    link = Link(redis.url)
    await link.open()
    try:
        yield link
    finally:
        await link.aclose()


async def frames_of(run: Watchable, until: Callable[[dict[str, Any]], bool] = lambda frame: False) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        async for batch in run.follow(0):
            for frame in map(json.loads, batch):
                seen.append(frame)
                if until(frame):
                    return seen
    return seen


def places(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["position"] for frame in frames if frame.get("state") == "queued"]


def said_to(far_end: FarEnd) -> list[str]:
    return [asked.json["messages"][0]["content"] for asked in far_end.requests_for("/api/chat")]


def gone() -> FarEnd:
    """A far end that is there no more."""
    with FarEnd() as left:
        return left


def is_streaming(frame: dict[str, Any]) -> bool:
    return frame["type"] == "data"


async def test_who_waits_is_told_the_place_and_goes_when_one_has_ended(far_end: FarEnd, registry_with: RegistryWith) -> None:
    far_end.script = held = Held(chat(["a"])[:1], chat([]))
    async with registry_with() as registry:
        first, second, third = [await registry.start(order(far_end, f"{n}"), owner="me", ref=f"ref-000{n}") for n in range(3)]
        await frames_of(first, until=is_streaming)
        assert places(await frames_of(third, until=lambda frame: frame.get("position") == 2)) == [2]
        assert said_to(far_end) == ["0"]
        held.go(20)
        ended = [await frames_of(run) for run in (first, second, third)]
    assert [places(frames) for frames in ended] == [[], [1], [2, 1]]
    assert [frames[-1]["outcome"] for frames in ended] == ["done"] * 3
    states = [frame["state"] for frame in ended[2] if frame["type"] == "state"]
    assert states == ["queued", "queued", "connecting", "waiting", "streaming"]


async def test_the_row_is_fair_between_people(far_end: FarEnd, registry_with: RegistryWith) -> None:
    far_end.script = held = Held(chat(["a"])[:1], chat([]))
    async with registry_with() as registry:
        runs = [await registry.start(order(far_end, f"mine {n}"), owner="me", ref=f"ref-000{n}") for n in range(4)]
        await frames_of(runs[0], until=is_streaming)
        yours = [await registry.start(order(far_end, f"yours {n}"), owner="you", ref=f"ref-000{n}") for n in range(2)]
        held.go(20)
        for run in (*runs, *yours):
            assert (await frames_of(run))[-1]["outcome"] == "done"
    assert said_to(far_end) == ["mine 0", "mine 1", "yours 0", "mine 2", "yours 1", "mine 3"]


async def test_cancel_leaves_the_row_and_nothing_is_sent(far_end: FarEnd, registry_with: RegistryWith) -> None:
    far_end.script = held = Held(chat(["a"])[:1], chat([]))
    async with registry_with() as registry:
        first, second, third = [await registry.start(order(far_end, f"{n}"), owner="me", ref=f"ref-000{n}") for n in range(3)]
        await frames_of(third, until=lambda frame: frame.get("position") == 2)
        second.cancel()
        assert (await frames_of(second))[-1]["outcome"] == "cancelled"
        await frames_of(third, until=lambda frame: frame.get("position") == 1)
        held.go(20)
        assert [(await frames_of(run))[-1]["outcome"] for run in (first, third)] == ["done", "done"]
    assert said_to(far_end) == ["0", "2"]


async def test_the_row_is_bounded_and_quick_questions_do_not_stand_in_it(far_end: FarEnd, registry_with: RegistryWith) -> None:
    far_end.script = Held(chat(["a"])[:1], chat([]))
    far_end.routes["/api/show"] = whole({"details": {}})
    async with registry_with(longest=1) as registry:
        for number in range(2):
            await frames_of(
                await registry.start(order(far_end), owner="me", ref=f"ref-000{number}"),
                until=lambda frame: is_streaming(frame) or frame.get("position") == 1,
            )
        with pytest.raises(Rejected) as refusal:
            await registry.start(order(far_end), owner="me", ref="ref-0009")
        quick = await registry.start(order(far_end, path="/api/show"), owner="me", ref="ref-0010")
        assert (await frames_of(quick))[-1]["outcome"] == "done"
    assert refusal.value.code == "busy"


async def test_an_upstream_that_is_overloaded_gets_a_pause_that_all_share(far_end: FarEnd, registry_with: RegistryWith) -> None:
    async def overloaded(line: Any, asked: Any) -> None:
        await line.head("503 Service Unavailable", Retry_After="1", Content_Length="2")
        await line.send(b"{}")

    far_end.script = overloaded
    async with registry_with(at_once=4) as registry:
        assert (await frames_of(await registry.start(order(far_end), owner="me", ref="ref-0001")))[-1]["outcome"] == "failed"
        far_end.script = stream(chat(["a"]))
        frames = await frames_of(await registry.start(order(far_end), owner="you", ref="ref-0002"))
    assert (places(frames), frames[-1]["outcome"]) == ([1], "done")


async def test_a_dead_upstream_is_not_asked_for_every_run(registry_with: RegistryWith) -> None:
    dead = gone()
    async with registry_with() as registry:
        ends = [
            (await frames_of(await registry.start(order(dead), owner="me", ref=f"ref-000{n}")))[-1] for n in range(FAILURES + 1)
        ]
    assert [end["error"]["code"] for end in ends] == ["unreachable"] * (FAILURES + 1)
    assert "nothing was sent" in ends[-1]["error"]["message"]
    assert "nothing was sent" not in ends[-2]["error"]["message"]


def test_a_breaker_lets_one_try_at_a_time_ever_more_rarely_and_closes_at_an_answer() -> None:
    now = 0.0
    breaker, upstream = Breaker(lambda: now), Upstream("local", "http://x")
    pauses = []
    for _ in range(FAILURES + 6):
        breaker.check(upstream)
        breaker.note_failure()
        pauses.append(breaker.pause)
        now += breaker.pause
    assert pauses == [0, 0, 1, 2, 4, 8, 16, 30, 30]
    breaker.check(upstream)
    with pytest.raises(Unreachable):
        breaker.check(upstream)
    breaker.note_answer()
    breaker.check(upstream)
    breaker.check(upstream)


@pytest.mark.parametrize("trouble", ["refused", "overloaded", "cut before the head"])
async def test_another_upstream_answers_when_one_cannot_take_the_request(far_end: FarEnd, trouble: str, registry_with: RegistryWith) -> None:
    far_end.script = stream(chat(["spare"]))
    overloaded = whole({}, "503 Service Unavailable")
    with FarEnd(overloaded if trouble == "overloaded" else lambda line, asked: line.send(b"")) as first:
        async with registry_with(spare=far_end) as registry:
            placed = order(first) if trouble != "refused" else order(gone())
            frames = await frames_of(await registry.start(placed, owner="me", ref="ref-0001"))
    assert frames[-1]["outcome"] == "done"
    assert [frame["upstream"] for frame in frames if "upstream" in frame] == ["spare"]
    assert [frame["type"] for frame in frames].count("head") == 1


async def test_nobody_stands_in_once_a_byte_has_come_or_where_a_server_is_changed(far_end: FarEnd, registry_with: RegistryWith) -> None:
    with FarEnd(stream(chat(["a"])[:1], finish=False)) as first:
        async with registry_with(spare=far_end) as registry:
            cut = await frames_of(await registry.start(order(first), owner="me", ref="ref-0001"))
            first.script = lambda line, asked: line.send(b"")
            pull = await frames_of(await registry.start(order(first, path="/api/pull"), owner="me", ref="ref-0002"))
    assert [frames[-1]["outcome"] for frames in (cut, pull)] == ["interrupted", "interrupted"]
    assert far_end.asked == []


UPSTREAMS = {name: Upstream(name, f"http://{name}") for name in ("local", "gpu", "spare")}


def test_bounds_and_stand_ins_are_read_as_they_are_written() -> None:
    assert read_numbers("4, gpu=16", UPSTREAMS) == {"": 4, "gpu": 16}
    assert read_stand_ins("local=gpu,local=spare", UPSTREAMS) == {"local": ["gpu", "spare"]}


@pytest.mark.parametrize("text", ["0", "-1", "many", "cloud=4", "gpu=", "=4", "99999"])
def test_a_bound_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(BadUpstream, match="PORTAL_RUNS_AT_ONCE holds"):
        read_numbers(text, UPSTREAMS)


@pytest.mark.parametrize("text", ["local", "local=cloud", "local=local", "=gpu"])
def test_a_stand_in_that_is_no_upstream_is_refused(text: str) -> None:
    with pytest.raises(BadUpstream, match="PORTAL_STAND_INS holds"):
        read_stand_ins(text, UPSTREAMS)
