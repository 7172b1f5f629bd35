"""What stands before Django makes of its answers."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from portal.docs.front import Front, Message

LONG = b"<p>A paragraph of a page that is longer than one piece.</p>\n" * 4000


async def always_one(name: str) -> str:
    return "1"


async def never(name: str) -> None:
    return None


async def in_pieces(scope: Message, receive: object, send: object) -> None:
    """As Django sends a long page."""
    head = [(b"Content-Type", b"text/html"), (b"Content-Length", str(len(LONG)).encode()), (b"X-Portal-Keep", b"1 page")]
    await send({"type": "http.response.start", "status": 200, "headers": head})  # type: ignore[operator]
    for at in range(0, len(LONG), 1 << 16):
        piece = LONG[at : at + (1 << 16)]
        await send({"type": "http.response.body", "body": piece, "more_body": at + len(piece) < len(LONG)})  # type: ignore[operator]


async def streaming(scope: Message, receive: object, send: object) -> None:
    """As Django sends what it does not have yet."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/plain")]})  # type: ignore[operator]
    for piece in (b"one ", b"two"):
        await send({"type": "http.response.body", "body": piece, "more_body": piece == b"one "})  # type: ignore[operator]


def ask(front: Front) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/docs/x/", "headers": [(b"accept-encoding", b"gzip")]}
    asyncio.run(front(scope, receive, send))
    return sent


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_page_longer_than_one_piece_is_compressed_and_tagged_too(asked_before: bool) -> None:
    front = Front(in_pieces, always_one)
    if asked_before:
        ask(front)
        front.application = streaming
    start, body = ask(front)
    headers = dict(start["headers"])
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert b"etag" in headers
    assert b"x-portal-keep" not in {name.lower() for name in headers}
    assert gzip.decompress(body["body"]) == LONG


def test_what_streams_is_passed_on_piece_by_piece() -> None:
    start, *pieces = ask(Front(streaming, never))
    assert [piece["body"] for piece in pieces] == [b"one ", b"two"]
    assert b"content-encoding" not in dict(start["headers"])
