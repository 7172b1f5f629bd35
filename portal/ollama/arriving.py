"""The body of an answer as it arrives from an upstream.

httpx would hand it on through four iterators and in pieces of 16 KB; aiohttp's own reader takes a step in Python for each chunk,
and wakes its reader for each, and a model sends every record in a chunk of its own. Each would cost as much as all that is done
with a record here. So all that has come is taken at once, and by who can take it then and there nobody is woken. The names with
an underscore are those of the aiohttp that is pinned.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler

_T = TypeVar("_T")

# The most that is handed on in one piece; a socket holds a whole one for its reader, however slow that is.
LARGEST_PIECE = 128 << 10
# How often it is looked whether anything came, in the time of the longest silence.
_LOOKS = 4

# Takes a piece in the step in which it came and says so, or takes nothing.
AtOnce = Callable[[bytes], bool]


class Connection(ResponseHandler):
    """A connection to an upstream, which tells who reads a body when something came or nothing more can."""

    body: Body | None = None

    def data_received(self, data: bytes) -> None:
        """Something came."""
        super().data_received(data)
        if self.body is not None:
            self.body.look()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nothing more comes."""
        super().connection_lost(exc)
        if self.body is not None:
            self.body.look()


class Body:
    """The body of one answer. Nothing may come for `longest_silence` seconds, or a quarter longer."""

    __slots__ = ("_answer", "_at_once", "_every", "_had", "_in_vain", "_reader", "_refused", "_timer", "_waiting")

    def __init__(self, answer: aiohttp.ClientResponse, longest_silence: float) -> None:
        self._answer, self._reader, self._every = answer, answer.content, longest_silence / _LOOKS
        self._at_once: AtOnce | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._refused = b""
        self._had, self._in_vain = -1, 0

    async def pieces(self, at_once: AtOnce | None = None) -> AsyncIterator[bytes]:
        """It as it comes, in pieces of at most `LARGEST_PIECE` bytes, without those that `at_once` takes, each in its turn.

        What ended it early is raised after what came before, and so is what `at_once` raises.
        """
        self._at_once = at_once
        connection = self._follow()
        try:
            while True:
                for piece in self._here():
                    yield piece
                if self._reader.at_eof():
                    return
                if not self._reader._buffer:
                    await self._more()
        finally:
            self._timer.cancel()
            if connection is not None and connection.body is self:
                connection.body = None

    def look(self) -> None:
        """See what came: hand it on at once, or wake who waits for it."""
        waiting, reader = self._waiting, self._reader
        if waiting is None or waiting.done():
            return
        try:
            if self._at_once is not None and 0 < reader._size <= LARGEST_PIECE:
                piece = _taken(reader)
                if not self._at_once(piece):
                    self._refused = piece
        except Exception as problem:
            waiting.set_exception(problem)
            return
        if self._refused or reader._buffer or self._is_over:
            waiting.set_result(None)

    @property
    def _is_over(self) -> bool:
        reader = self._reader
        return reader._eof or reader._exception is not None or reader._protocol.transport is None

    def _here(self) -> Iterator[bytes]:
        if self._refused:
            piece, self._refused = self._refused, b""
            yield piece
        if self._reader._buffer:
            piece = _taken(self._reader)
            for start in range(0, len(piece), LARGEST_PIECE):
                yield piece[start : start + LARGEST_PIECE]

    async def _more(self) -> None:
        if self._is_over:
            raise self._reader.exception() or aiohttp.ClientConnectionError("the connection was closed")
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _follow(self) -> Connection | None:
        """Be told of what comes; the connection that tells, if it is not over yet."""
        self._look_later()
        connection = self._answer.connection
        protocol = None if connection is None else connection.protocol
        if not isinstance(protocol, Connection):
            return None
        # aiohttp minds the silence to the second, with a timer that it makes anew for every read of the connection.
        protocol.read_timeout = None
        protocol.body = self
        return protocol

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every, self._mind_silence)

    def _mind_silence(self) -> None:
        self._in_vain = self._in_vain + 1 if self._reader.total_bytes == self._had else 0
        self._had = self._reader.total_bytes
        if self._in_vain < _LOOKS:
            self._look_later()
        else:
            self._reader.set_exception(aiohttp.SocketTimeoutError("nothing came"))
            self.look()


def _taken(reader: aiohttp.StreamReader) -> bytes:
    chunks = _emptied(reader._buffer)
    piece = b"".join(chunks)
    reader._size = 0
    reader._cursor += len(piece)
    if reader._http_chunk_splits:
        _emptied(reader._http_chunk_splits)
    if reader._protocol._reading_paused:
        reader._protocol.resume_reading()
    return piece


def _emptied(queue: deque[_T]) -> Sequence[_T]:
    # Mostly there is one. A deque that was cleared holds half a KB more from then on, and there is one for each open stream.
    if len(queue) == 1:
        return (queue.popleft(),)
    taken = tuple(queue)
    queue.clear()
    return taken
