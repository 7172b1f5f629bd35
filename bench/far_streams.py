"""A far end that does as little as can be: streams of records that bear the time they were sent. A process of its own.

    python -m bench.far_streams

prints its port. The path asked for says what comes: `/api/chat` is one for all, so the model's name in the body does,
`<records>:<records a second>`; a rate of 0 is as fast as the connection takes them, and after `held:1` nothing more comes.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
_BEFORE = b'{"model":"m","created_at":"@'
_AFTER = b'@","message":{"role":"assistant","content":" abcd"},"done":false}\n'
_LAST = b'{"model":"m","message":{"role":"assistant","content":""},"done":true}\n'
_TOGETHER = 64


def record() -> bytes:
    """A record of some 120 bytes as a chunk of HTTP."""
    text = b"%b%020d%b" % (_BEFORE, time.monotonic_ns(), _AFTER)
    return b"%x\r\n%b\r\n" % (len(text), text)


class Sending(asyncio.Protocol):
    """One request, and the stream that answers it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = cast(asyncio.Transport, transport)
        self.asked = b""
        self.left = 0
        self.is_paused = self.is_gone = False
        self.due = 0.0
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Read the request, and begin once it is whole."""
        self.asked += data
        head, found, body = self.asked.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if not found or len(body) < length:
            return
        self.asked = b""
        if not body:
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            return
        records, _, rate = str(json.loads(body)["model"]).partition(":")
        self.transport.write(HEAD + record())
        if records == "held":
            return
        self.left = int(records) - 1
        if rate == "0":
            self.pour()
        else:
            self.every = 1 / int(rate)
            self.due = self.loop.time() + random.random() * self.every
            self.loop.call_at(self.due, self.tick)

    def tick(self) -> None:
        """Send one record, and see to the next."""
        if self.is_gone:
            return
        self.transport.write(record())
        self.left -= 1
        if self.left <= 0:
            self.end()
            return
        self.due += self.every
        self.loop.call_at(self.due, self.tick)

    def pour(self) -> None:
        """Send what there is as fast as it is taken."""
        if self.is_paused or self.is_gone:
            return
        together = min(self.left, _TOGETHER)
        self.transport.write(record() * together)
        self.left -= together
        if self.left <= 0:
            self.end()
        else:
            self.loop.call_soon(self.pour)

    def end(self) -> None:
        """The last record, and the end of the body."""
        self.transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(_LAST), _LAST))

    def pause_writing(self) -> None:
        """The other end reads slowly."""
        self.is_paused = True

    def resume_writing(self) -> None:
        """It reads again."""
        self.is_paused = False
        if self.left and not self.due:
            self.loop.call_soon(self.pour)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self.is_gone = True


async def main() -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(Sending, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
