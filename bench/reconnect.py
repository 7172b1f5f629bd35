"""What a crowd that has lost its connections all at once waits for: to be back, each with what it had not seen."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.relay import far_end, portal_before
from bench.report import Figure, percentile
from bench.streams import Seen, open_streams
from bench.watchers import Returning, Watcher

CLIENTS = 1000
# Seconds: the longest first wait of a page whose connection was lost, as static/js/lib/connection.js has it.
_FIRST_RETRY = 0.4
_SEEN = 2
_PATIENCE = 60


def measure() -> Iterator[Figure]:
    """A thousand watchers of as many runs under way, cut in one moment: back at once, and as the browser comes back."""
    with far_end() as port, portal_before(port, keep="30") as portal:
        for how, jitter in (("as pages do, within 0.4 s", _FIRST_RETRY), ("all in one moment", 0.0)):
            waits, wrong = uvloop.run(_lose_and_return(portal.where, jitter))
            yield Figure(f"until the last of {CLIENTS:,} clients is back, {how}", max(waits), 10, "s",
                         f"median {percentile(waits, 0.5):.2f} s, 99 of 100 {percentile(waits, 0.99):.2f} s; each with a run of its own")  # fmt: skip
            yield Figure(f"clients with frames lost, doubled or out of order, {how}", wrong, 0, "clients")


async def _lose_and_return(where: str, jitter: float) -> tuple[list[float], int]:
    watchers = cast(list[Watcher], await open_streams(Watcher, where, "held:1", CLIENTS, over=10))
    await asyncio.wait([watcher.begun for watcher in watchers], timeout=_PATIENCE)
    await asyncio.sleep(1)
    for watcher in watchers:
        watcher.transport.abort()
    cut = time.monotonic()
    back = await asyncio.gather(*(_return(where, watcher, jitter * random.random()) for watcher in watchers))
    waits = [(one.begun_at or cut + _PATIENCE) - cut for one in back]
    wrong = sum(one.numbers != was.numbers[_SEEN:] for one, was in zip(back, watchers, strict=True))
    for one in back:
        one.transport.abort()
    return waits, wrong


class _Back(Returning):
    """Notes when it has what it lacked."""

    begun_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Take the time of the first record."""
        super().data_received(data)
        if self.begun.done() and not self.begun_at:
            self.begun_at = time.monotonic()


async def _return(where: str, was: Watcher, wait: float) -> _Back:
    await asyncio.sleep(wait)
    place = urlsplit(where)

    def again() -> _Back:
        one = _Back(Seen(), where, b"")
        one.run, one.after = was.run, _SEEN
        return one

    _, one = await asyncio.get_running_loop().create_connection(again, str(place.hostname), int(place.port or 80))
    await asyncio.wait([one.begun], timeout=_PATIENCE)
    return one
