"""What happens when the server starts and stops: each part of the site is made ready, and brought to an end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Part = Callable[[], AbstractAsyncContextManager[None]]


class Lifespan:
    """The ASGI lifespan application: enters every part at startup, and leaves them in the opposite order."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Serve the lifespan protocol. A server that is stopped while it starts cancels this; that is an end like any other."""
        try:
            async with AsyncExitStack() as open_parts:
                await receive()
                for part in self.parts:
                    await open_parts.enter_async_context(part())
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await send({"type": "lifespan.shutdown.complete"})
        except asyncio.CancelledError:
            logger.info("stopped while starting")
