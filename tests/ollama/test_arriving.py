"""The body of an answer is read as it arrives: all that is there at once, and nothing more than is taken."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portal.ollama.arriving import LARGEST_PIECE
from portal.ollama.client import Client
from portal.ollama.errors import Interrupted
from portal.ollama.upstreams import Upstream
from tests.farend import Asked, FarEnd, Held, Line, stream, whole

pytestmark = pytest.mark.anyio
RECORD = b'{"message":{"content":"a"},"done":false}\n'


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client()
    yield client
    await client.aclose()


def asking(client: Client, far_end: FarEnd) -> Any:
    return client.send(Upstream("local", far_end.origin), "POST", "/api/chat", b"{}")


async def test_a_thousand_chunks_that_came_together_are_few_pieces(client: Client, far_end: FarEnd) -> None:
    is_sent = threading.Event()

    async def all_at_once(line: Line, _asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        await line.send(b"".join(b"%x\r\n%b\r\n" % (len(RECORD), RECORD) for _ in range(1000)) + b"0\r\n\r\n")
        is_sent.set()

    far_end.script = all_at_once
    async with asking(client, far_end) as answer:
        await asyncio.to_thread(is_sent.wait)
        pieces = [piece async for piece in answer.chunks()]
    assert b"".join(pieces) == RECORD * 1000
    assert len(pieces) < 20


@pytest.mark.parametrize("body", [b"", b"x", b"0123456789" * 300_000], ids=["nothing", "a byte", "3 MB"])
@pytest.mark.parametrize("in_chunks", [False, True])
async def test_a_body_comes_whole_in_pieces_that_are_none_too_large(client: Client, far_end: FarEnd, body: bytes, in_chunks: bool) -> None:
    far_end.script = stream([body] if body else []) if in_chunks else whole(body)
    async with asking(client, far_end) as answer:
        pieces = [piece async for piece in answer.chunks()]
    assert b"".join(pieces) == body
    assert max(map(len, pieces), default=0) <= LARGEST_PIECE


async def test_what_came_before_the_connection_broke_is_handed_on_and_then_it_is_said(client: Client, far_end: FarEnd) -> None:
    far_end.script = stream([RECORD] * 10, finish=False)
    pieces = []
    with pytest.raises(Interrupted):
        async with asking(client, far_end) as answer:
            await asyncio.sleep(0.2)  # everything has arrived, and the end with it, before any of it is read
            async for piece in answer.chunks():
                pieces.append(piece)  # noqa: PERF401 - what was read until the error is what is asked
    assert b"".join(pieces) == RECORD * 10


async def test_what_is_taken_at_once_wakes_nobody_and_what_is_not_comes_in_its_turn(client: Client, far_end: FarEnd) -> None:
    records = [b'{"n":%d}\n' % number for number in range(6)]
    far_end.script = held = Held(*([record] for record in records))
    order: list[tuple[str, bytes]] = []

    def take_odd_ones(piece: bytes) -> bool:
        is_odd = records.index(piece) % 2 == 1
        if is_odd:
            order.append(("at once", piece))
            held.go()
        return is_odd

    async with asking(client, far_end) as answer:
        async for piece in answer.chunks(take_odd_ones):
            order.append(("in turn", piece))
            asyncio.get_running_loop().call_later(0.05, held.go)  # when it is waited for
    assert [piece for _, piece in order] == records
    assert [how for how, _ in order] == ["in turn", "at once"] * 3


async def test_who_takes_pieces_at_once_and_fails_is_told_where_they_are_read(client: Client, far_end: FarEnd) -> None:
    far_end.script = held = Held([RECORD], [RECORD], [RECORD], finish=False)

    def fail(_piece: bytes) -> bool:
        raise ValueError("not this one")

    asyncio.get_running_loop().call_later(0.2, held.go, 2)
    with pytest.raises(ValueError, match="not this one"):
        async with asking(client, far_end) as answer:
            async for piece in answer.chunks(fail):
                assert piece == RECORD


async def test_who_is_cancelled_is_given_nothing_more(client: Client, far_end: FarEnd) -> None:
    far_end.script = held = Held([RECORD], [RECORD], finish=False)
    taken: list[bytes] = []
    began = asyncio.Event()

    def take(piece: bytes) -> bool:
        taken.append(piece)
        began.set()
        return True

    async def read() -> None:
        async with asking(client, far_end) as answer:
            async for piece in answer.chunks(take):
                take(piece)

    reading = asyncio.create_task(read())
    await began.wait()
    await asyncio.sleep(0.05)
    reading.cancel()
    held.go()
    await asyncio.wait([reading])
    await asyncio.sleep(0.1)
    assert taken == [RECORD]


async def test_the_far_end_waits_while_nothing_is_taken(client: Client, far_end: FarEnd) -> None:
    sent = 0

    async def pour(line: Line, _asked: Asked) -> None:
        nonlocal sent
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        for _ in range(1000):
            await line.chunk(b"x" * 65536)
            sent += 65536
        await line.last_chunk()

    far_end.script = pour
    async with asking(client, far_end) as answer:
        chunks = aiter(answer.chunks())
        had = len(await anext(chunks))
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.3)
        assert sent < 32_000_000, "what is not taken is held by the sockets and a little by the reader, never whole"
        async for piece in chunks:
            had += len(piece)
    assert had == 65_536_000
