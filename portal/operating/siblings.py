"""The other workers of this server: each tells its figures at a door of its own, a socket only this user can open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

# Seconds. A worker that is held up is left out of one reading; whoever reads waits for ten, as a rule.
_PATIENCE = 5.0
_LARGEST = 8 << 20


class Siblings:
    """`doors` are the paths of all workers' doors, this one's among them at `number`; none where there is one worker only."""

    def __init__(self, number: int = 0, doors: Sequence[str] = ()) -> None:
        self.number, self.count = number, max(len(doors), 1)
        self.tell: Callable[[], bytes] = bytes
        self._doors = doors
        self._server: asyncio.Server | None = None

    async def open(self, door: int | None) -> None:
        """Answer at this worker's own door, a listening socket by its number."""
        if door is not None:
            self._server = await asyncio.start_unix_server(self._answer, sock=socket.socket(fileno=door))

    async def aclose(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()

    async def ask(self) -> dict[int, bytes]:
        """What each of the others tells, by its number; those that do not answer in time are not in it."""
        others = [number for number in range(len(self._doors)) if number != self.number]
        answers = await asyncio.gather(*(self._ask(number) for number in others))
        return {number: text for number, text in zip(others, answers, strict=True) if text}

    async def _ask(self, number: int) -> bytes:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                reader, writer = await asyncio.open_unix_connection(self._doors[number], limit=_LARGEST)
                try:
                    return await reader.read(-1)
                finally:
                    writer.close()
        return b""

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(self.tell())
            await writer.drain()
        writer.close()
