"""The body of an answer as it arrives from an upstream.

httpx would hand it on through four iterators and in pieces of 16 KB; aiohttp's own reader takes a step in Python, and wakes its
parser, for each chunk, and a model sends every record in a chunk of its own. Each would cost as much as all that is done with a
record here. So all that has come is taken at once; the names with an underscore are those of the aiohttp that is pinned.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import aiohttp

_T = TypeVar("_T")

# The most that is handed on in one piece; a socket holds a whole one for its reader, however slow that is.
LARGEST_PIECE = 128 << 10
# How often it is looked whether anything came, in the time of the longest silence.
_LOOKS = 4


async def arriving(answer: aiohttp.ClientResponse, longest_silence: float) -> AsyncIterator[bytes]:
    """The body as it comes, each piece of at most `LARGEST_PIECE` bytes. What ended it early is raised after what came before."""
    reader = answer.content
    with _Silence(answer, longest_silence):
        while not reader.at_eof():
            if reader._buffer:
                piece = _taken(reader)
                for start in range(0, len(piece), LARGEST_PIECE):
                    yield piece[start : start + LARGEST_PIECE]
            elif (problem := reader.exception()) is not None:
                raise problem
            else:
                await reader._wait("arriving")


def _taken(reader: aiohttp.StreamReader) -> bytes:
    chunks = _emptied(reader._buffer)
    piece = b"".join(chunks)
    reader._size = 0
    reader._cursor += len(piece)
    if reader._http_chunk_splits:
        _emptied(reader._http_chunk_splits)
    reader._protocol.resume_reading()
    return piece


def _emptied(queue: deque[_T]) -> Sequence[_T]:
    # Mostly there is one. A deque that was cleared holds half a KB more from then on, and there is one for each open stream.
    if len(queue) == 1:
        return (queue.popleft(),)
    taken = tuple(queue)
    queue.clear()
    return taken


class _Silence:
    """While inside, ends the reading of a body that has brought nothing for so long, or at most a quarter longer.

    aiohttp does it to the second, with a timer that it makes anew for every read of the connection.
    """

    def __init__(self, answer: aiohttp.ClientResponse, longest: float) -> None:
        self._reader, self._every = answer.content, longest / _LOOKS
        if answer.connection is not None and answer.connection.protocol is not None:
            answer.connection.protocol.read_timeout = None
        self._had, self._in_vain = -1, 0

    def __enter__(self) -> None:
        self._look_later()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every, self._look)

    def _look(self) -> None:
        self._in_vain = self._in_vain + 1 if self._reader.total_bytes == self._had else 0
        self._had = self._reader.total_bytes
        if self._in_vain < _LOOKS:
            self._look_later()
        else:
            self._reader.set_exception(aiohttp.SocketTimeoutError("nothing came"))
