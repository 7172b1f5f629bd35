"""Each upstream is looked at in the background, and since when it is up or down is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from portal.dashboard import health
from portal.dashboard.health import Health, Watch
from portal.ollama.client import Client
from portal.ollama.upstreams import Upstream
from tests.farend import FarEnd, silence, whole

pytestmark = pytest.mark.anyio
LOADED = {"models": [{"name": "far:1b", "size": 10, "size_vram": 5, "context_length": 4096, "expires_at": "2026-11-25T15:00:00.123456789+01:00"}]}


@asynccontextmanager
async def watching(*upstreams: Upstream) -> AsyncIterator[Watch]:
    client = Client()
    watch = Watch(lambda: {one.name: one for one in upstreams}, lambda: client)
    watch.start()
    yield watch
    await watch.aclose()
    await client.aclose()


async def seen(watch: Watch, name: str, is_so: Callable[[Health], bool]) -> Health:
    """How `name` is, once it is as wanted."""
    async with asyncio.timeout(20):
        while True:
            found = next(one for one in watch.of() if one.upstream.name == name)
            if is_so(found):
                return found
            await asyncio.sleep(0.01)


async def test_an_upstream_that_answers_is_up_with_its_version_and_its_models(far_end: FarEnd) -> None:
    far_end.routes["/api/ps"] = whole(LOADED)
    async with watching(Upstream("local", far_end.origin)) as watch:
        assert watch.of()[0].state == "unknown"
        found = await seen(watch, "local", lambda one: one.state == "up")
    assert (found.version, [model.name for model in found.models], found.problem) == ("0.12.0", ["far:1b"], "")
    assert found.since is not None
    assert found.latency_ms is not None
    assert found.loaded is not None
    (loaded,) = found.loaded
    assert (loaded.size, loaded.vram, loaded.context) == (10, 5, 4096)
    assert loaded.until is not None
    assert loaded.until.isoformat() == "2026-11-25T15:00:00.123456+01:00"


async def test_one_that_keeps_silent_or_is_gone_is_down_and_holds_up_none_of_the_others(
    far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    with FarEnd() as gone:
        pass
    with FarEnd() as mute:
        mute.routes["/api/version"] = silence  # type: ignore[assignment]
        upstreams = [Upstream("mute", mute.origin), Upstream("gone", gone.origin), Upstream("well", far_end.origin)]
        async with watching(*upstreams) as watch:
            assert (await seen(watch, "well", lambda one: one.state != "unknown")).state == "up"
            assert (await seen(watch, "gone", lambda one: one.state != "unknown")).problem == "Nothing answers there."
            assert "did not answer within" in (await seen(watch, "mute", lambda one: one.state != "unknown")).problem


async def test_since_when_it_is_so_stays_until_it_changes(far_end: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_ATTENDED", 0.01)
    async with watching(Upstream("local", far_end.origin)) as watch:
        watch.attend()
        up = await seen(watch, "local", lambda one: one.state == "up")
        looks = len(far_end.requests_for("/api/version"))
        await seen(watch, "local", lambda _: len(far_end.requests_for("/api/version")) > looks + 2)
        assert (await seen(watch, "local", lambda one: one.state == "up")).since == up.since
        far_end.routes["/api/version"] = whole({"error": "no"}, "500 Internal Server Error")
        down = await seen(watch, "local", lambda one: one.state == "down")
        assert "status 500: no" in down.problem
        far_end.routes["/api/version"] = whole({"version": "0.13.0"})
        again = await seen(watch, "local", lambda one: one.state == "up")
    assert up.since is not None
    assert down.since is not None
    assert again.since is not None
    assert up.since < down.since < again.since
    assert again.version == "0.13.0"


async def test_what_is_asked_for_in_memory_asks_the_upstream_nothing(far_end: FarEnd) -> None:
    async with watching(Upstream("local", far_end.origin)) as watch:
        await seen(watch, "local", lambda one: one.state == "up")
        before = len(far_end.asked)
        for _ in range(100):
            watch.attend()
            watch.of()
        assert len(far_end.asked) == before


@pytest.mark.parametrize("body", [{"models": "x"}, {"models": [None, {"name": 5}, {"name": "a", "expires_at": "soon", "size": -1}]}, [], b"{"])
async def test_an_upstream_that_talks_nonsense_is_told_of_and_looked_at_again(far_end: FarEnd, body: object) -> None:
    far_end.routes |= {"/api/tags": whole(body), "/api/ps": whole(body)}
    async with watching(Upstream("local", far_end.origin)) as watch:
        found = await seen(watch, "local", lambda one: one.state == "up")
    assert found.version == "0.12.0"
