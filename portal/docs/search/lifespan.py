"""Indexing begins when the server starts and ends when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portal.docs.search.upkeep import Upkeep

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class WithIndexing:
    """A lifespan application that keeps `upkeep` going around another."""

    def __init__(self, upkeep: Upkeep, inner: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.upkeep, self.inner = upkeep, inner

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Start indexing at `startup`, beside whatever `inner` does then; end it after `shutdown`."""

        async def receive_and_start() -> Message:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.to_thread(self.upkeep.start)
            return message

        try:
            await self.inner(scope, receive_and_start, send)
        finally:
            await asyncio.to_thread(self.upkeep.stop)
