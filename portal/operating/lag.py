"""How far the event loop is behind: what everybody waits for at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_EVERY = 0.5


async def watch_lag(note: Callable[[float], None]) -> None:
    """Tell `note`, twice a second for as long as this runs, by how many seconds the loop came round too late."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY
        await asyncio.sleep(_EVERY)
        note(max(loop.time() - due, 0.0))
