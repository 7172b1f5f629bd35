"""A log hands every frame to every watcher once and in order, also to those who can take one at once."""

from __future__ import annotations

import asyncio

import pytest

from portal.runs.log import RunLog

pytestmark = pytest.mark.anyio


async def test_what_a_watcher_takes_at_once_and_what_it_is_handed_are_every_frame_once_and_in_order() -> None:
    log = RunLog("run")
    got: list[str] = []
    has_room = True

    def take(text: str) -> bool:
        if has_room:
            got.append(text)
        return has_room

    async def watch() -> None:
        async for batch in log.follow(0, take):
            got.extend(batch)

    log.append('"type":"data","text":"0"')
    watching = asyncio.create_task(watch())
    for number in range(1, 30):
        has_room = number % 7 != 0
        log.append(f'"type":"data","text":"{number}"')
        if number % 3:
            await asyncio.sleep(0)
    log.append('"type":"end"', last=True)
    await watching
    assert got == log.after(0, 100)


async def test_a_watcher_who_has_left_is_given_nothing_more() -> None:
    log = RunLog("run")
    got: list[str] = []

    def take(text: str) -> bool:
        got.append(text)
        return True

    async def watch() -> None:
        async for _ in log.follow(0, take):
            pass

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    log.append('"type":"data","text":"1"')
    watching.cancel()
    log.append('"type":"data","text":"2"')
    await asyncio.wait([watching])
    log.append('"type":"data","text":"3"')
    assert got == log.after(0, 1)
