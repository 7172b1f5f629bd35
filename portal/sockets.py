"""The websocket protocol of the server: a reader who takes nothing, or is no longer there, is let go of in good time.

uvicorn stops sending to a socket whose buffer is full, so a slow reader holds up nobody but itself. It would hold that buffer
for as long as the connection lasts, though, and a close that has to go out behind what is buffered never does.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from portal.stalls import Stalling

logger = logging.getLogger(__name__)

# Together they are 45 seconds, after which nobody who is not there is waited for.
PING_EVERY, PONG_WITHIN, CLOSE_WITHIN = 20.0, 20.0, 5.0
STALLED = 4408
# The name in a scope's `extensions` of what sends a text that need not wait: it takes it and says so, or takes nothing.
AT_ONCE = "portal.at_once"

# How a text begins: that it is one and whole, and its length.
_TEXT = 0x81
_MEDIUM, _LONG = struct.Struct("!BBH").pack, struct.Struct("!BBQ").pack


@dataclass(slots=True)
class Tally:
    """The sockets of this process: how many are open, and how many readers were cut for taking nothing, or saying nothing."""

    open: int = 0
    slow: int = 0
    silent: int = 0


tally = Tally()


def text_frame(text: bytes) -> bytes:
    """A text message as a server sends it (RFC 6455, 5.2): whole, not masked, not compressed.

    The way of every record of every stream; by `websockets`, which knows every other kind of frame, it costs four times as much.
    """
    size = len(text)
    if size < 126:
        return bytes((_TEXT, size)) + text
    if size < 1 << 16:
        return _MEDIUM(_TEXT, 126, size) + text
    return _LONG(_TEXT, 127, size) + text


class PatientSocket(Stalling, WebSocketsSansIOProtocol):
    """One websocket. What it holds for a reader is one frame and the buffer of its connection, 64 KiB."""

    _cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """It is there."""
        tally.open += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        if self._cut is not None:
            self._cut.cancel()
        tally.open -= 1
        super().connection_lost(exc)

    async def run_asgi(self) -> None:
        """Serve the connection."""
        extensions: Any = self.scope["extensions"]
        extensions[AT_ONCE] = self.send_at_once
        await super().run_asgi()

    def send_at_once(self, text: str) -> bool:
        """Send a text if that can be done without waiting, and say whether it was."""
        if self._is_open and self._cut is None and self.writable.is_set():
            self.transport.write(text_frame(text.encode()))
            return True
        return False

    async def send(self, message: Any) -> None:
        """Send when there is room. Raises `ClientDisconnected`, an OSError, on a socket that was closed from here."""
        if not self.writable.is_set():
            await self.writable.wait()
        if self._cut is not None:
            raise ClientDisconnected
        if message.get("text") is not None and self._is_open:
            self.transport.write(text_frame(message["text"].encode()))
        else:
            await super().send(message)
            if message["type"] == "websocket.accept":
                # Nobody asks for the handshake again; it is a fifteenth of what an open socket holds.
                del self.request, self.response

    @property
    def _is_open(self) -> bool:
        return self.handshake_complete and not self.disconnected and not self.close_sent and self.conn.state is OPEN

    def keepalive_timeout(self) -> None:
        """Nobody answers: close, and do not wait for what is buffered to be taken."""
        super().keepalive_timeout()
        tally.silent += 1
        self._abort_soon()

    def cut(self) -> None:
        """Say why, which is seldom taken either, and close."""
        tally.slow += 1
        logger.info("a reader took nothing for %g seconds, so its socket was closed", self.longest_stall())
        if not self.close_sent:
            self.stop_keepalive()
            self.conn.send_close(STALLED, "nothing was taken for too long")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": STALLED})
        self._abort_soon()

    def _abort_soon(self) -> None:
        if self._cut is None:
            self._cut = self.loop.call_later(CLOSE_WITHIN, self.transport.abort)
