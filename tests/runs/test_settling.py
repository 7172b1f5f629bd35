"""Whoever asks for their runs waits until those are recorded, and for nobody else's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from portal.runs.keeper import Keeper
from portal.runs.log import RunLog
from portal.runs.orders import Facts
from portal.runs.presence import Presence

pytestmark = pytest.mark.anyio


async def test_somebody_who_lists_their_runs_does_not_wait_for_the_streams_of_others(tmp_path: Path) -> None:
    keeper = Keeper(Presence(tmp_path), 30)  # never started, so nothing is written
    log = RunLog("run")
    log.append('"type":"data","text":"1"')
    keeper.take(Facts("run", "ada", "ref", cast(Any, None), datetime.now(UTC)), log)
    async with asyncio.timeout(20):
        await keeper.settle_of("bob", within=60)
    ada = asyncio.create_task(keeper.settle_of("ada", within=60))
    await asyncio.sleep(0.05)
    assert not ada.done()
    ada.cancel()
    await asyncio.wait([ada])
