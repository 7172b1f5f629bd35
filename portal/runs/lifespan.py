"""What happens when the server starts and stops: connections are made ready, runs are brought to an end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portal.runs.registry import Registry

Message = MutableMapping[str, Any]


class Lifespan:
    """The ASGI lifespan application."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer `startup` once the client of the upstreams is made (it blocks the loop for some 30 ms, so not later)."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _ = self.registry.client
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.registry.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return
