"""A connection whose reader takes nothing at all for long is let go of, whatever is spoken on it."""

from __future__ import annotations

import asyncio

# Seconds for which a reader may take nothing of what is buffered for it.
LONGEST_STALL = 20.0


class Stalling(asyncio.Protocol):
    """Mixed into a protocol of uvicorn's, before it. `cut` is called when the reader's time is over."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    _stall: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The buffer is full: the reader has some time to take of it."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It has."""
        self._let_be()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._let_be()
        super().connection_lost(exc)

    def longest_stall(self) -> float:
        """The seconds it has."""
        return LONGEST_STALL

    def cut(self) -> None:
        """End the connection."""
        raise NotImplementedError

    def _watch(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stall = self.loop.call_later(self.longest_stall(), self._look, left)

    def _let_be(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _look(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._watch()
        else:
            self._stall = None
            self.cut()
