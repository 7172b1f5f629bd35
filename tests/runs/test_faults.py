"""What a far end can do wrong: each time the run ends once and in a sentence, was sent once, and leaves nothing open."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from portal.ollama.client import Client
from portal.ollama.upstreams import Upstream
from portal.runs.orders import Order, read_order
from portal.runs.registry import Registry, Run
from tests.farend import Asked, FarEnd, Line, Script, chat, silence, stream, whole

pytestmark = pytest.mark.anyio

Frames = list[dict[str, Any]]
ALL = os.environ.get("FAULTS") == "all"
RECORDS = chat(["Hello", " naïve", " 🙂"])
BODY = b"".join(RECORDS)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
REPLY = HEAD + b"".join(b"%x\r\n%b\r\n" % (len(record), record) for record in RECORDS) + b"0\r\n\r\n"


class Impatient(Registry):
    """A registry whose client does not wait as long for what never comes."""

    @property
    def client(self) -> Client:
        if self._client is None:
            self._client = Client(connect_within=0.3, longest_silence=0.3)
        return self._client


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    registry = Registry()
    yield registry
    await registry.aclose()


def order(origin: str, method: str = "POST", path: str = "/api/chat") -> Order:
    request: dict[str, Any] = {"upstream": "local", "method": method, "path": path}
    if method == "POST":
        request |= {"body": {"model": "far:1b", "messages": []}}
    return read_order({"request": request}, {"local": Upstream("local", origin)})


async def frames_of(run: Run, after: int = 0) -> Frames:
    async with asyncio.timeout(60):
        return [json.loads(frame) async for batch in run.follow(after) for frame in batch]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@asynccontextmanager
async def nothing_left_open() -> AsyncIterator[None]:
    """What was opened inside is closed soon after."""
    before = descriptors()
    yield
    async with asyncio.timeout(30):
        while descriptors() > before:
            await asyncio.sleep(0.01)


async def play(registry: Registry, far_end: FarEnd, script: Script, ref: str = "ref-0001") -> Frames:
    """One run against the script, seen from its start and again from every frame on; it was asked for once."""
    far_end.script = script
    before = len(far_end.requests_for("/api/chat"))
    run = await registry.start(order(far_end.origin), owner="me", ref=ref)
    assert isinstance(run, Run)
    frames = await frames_of(run)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert [frame["type"] for frame in frames].count("end") == 1
    assert frames[-1]["type"] == "end"
    assert await frames_of(run, len(frames) // 2) == frames[len(frames) // 2 :]
    assert len(far_end.requests_for("/api/chat")) == before + 1
    return frames


def text_of(frames: Frames) -> bytes:
    return "".join(frame.get("text", "") for frame in frames).encode()


def raw(*pieces: bytes) -> Script:
    async def play(line: Line, asked: Asked) -> None:
        for piece in pieces:
            await line.send(piece)

    return play


def plain(body: bytes, **headers: str) -> Script:
    return raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n"
               + b"".join(f"{name.replace('_', '-')}: {value}\r\n".encode() for name, value in headers.items()) + b"\r\n" + body)  # fmt: skip


async def endless(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    while True:
        await line.chunk(RECORDS[0] * 2000)


async def one_huge_record(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    for _ in range(300):
        await line.chunk(b"x" * (1 << 20))


# What it does, the outcome, the code of the error, and the body as it must be kept (None: not looked at here).
PLAYED: dict[str, tuple[Script, str, str | None, bytes | None]] = {
    "hangs up before it answers": (raw(), "interrupted", "interrupted", b""),
    "half a head": (raw(HEAD[:40]), "interrupted", "interrupted", b""),
    "a head that is none": (raw(b"HTTP/1.1 2OO OK\r\n\r\n"), "failed", "broken_protocol", b""),
    "an endless head": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "failed", "broken_protocol", b""),
    "a length that is none": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "failed", "broken_protocol", b""),
    "two lengths": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"), "failed", "broken_protocol", None),
    "a chunk of no size": (raw(HEAD + b"zz\r\nhello\r\n"), "failed", "broken_protocol", b""),
    "400 before the body": (whole({"error": "no"}, "400 Bad Request"), "failed", "refused", None),
    "401": (whole({"error": "no"}, "401 Unauthorized"), "failed", "unauthorized", None),
    "429": (whole({"error": "no"}, "429 Too Many Requests"), "failed", "rate_limited", None),
    "500 before the body": (whole({"error": "no"}, "500 Internal Server Error"), "failed", "refused", None),
    "503 without a word": (whole(b"", "503 Service Unavailable"), "failed", "refused", b""),
    "an error as a record": (stream([RECORDS[0], b'{"error":"out of memory"}\n']), "failed", "upstream_error", None),
    "one byte at a time": (raw(*(REPLY[at : at + 1] for at in range(len(REPLY)))), "done", None, BODY),
    "a hundred records at once": (plain(RECORDS[0] * 100 + RECORDS[-1]), "done", None, RECORDS[0] * 100 + RECORDS[-1]),
    "lines that end in CRLF": (plain(BODY.replace(b"\n", b"\r\n")), "done", None, BODY.replace(b"\n", b"\r\n")),
    "no final newline": (plain(BODY.rstrip()), "done", None, BODY.rstrip()),
    "gzip all the same": (plain(gzip.compress(BODY), Content_Encoding="gzip"), "failed", "broken_protocol", b""),
    "a redirect": (raw(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "failed", "broken_protocol", b""),
    "another content type": (stream(RECORDS, content_type="text/html"), "done", None, BODY),
    "two dones": (stream([*RECORDS, RECORDS[-1]]), "done", None, BODY + RECORDS[-1]),
    "no done": (stream(RECORDS[:-1]), "interrupted", "interrupted", b"".join(RECORDS[:-1])),
    "records after done": (stream([*RECORDS, RECORDS[0]]), "done", None, BODY + RECORDS[0]),
    "done, and then cut": (stream(RECORDS, finish=False), "done", None, BODY),
    "a length it does not keep": (plain(BODY[:50], Content_Length="5000"), "interrupted", "interrupted", None),
    "a record of 300 MB": (one_huge_record, "failed", "broken_protocol", None),
    "a stream without end": (endless, "limit", "too_large", None),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLAYED)
async def test_whatever_comes_is_kept_and_the_run_ends_once(registry: Registry, far_end: FarEnd, fault: str) -> None:
    script, outcome, code, body = PLAYED[fault]
    async with nothing_left_open():
        frames = await play(registry, far_end, script)
    end = frames[-1]
    assert (end["outcome"], (end["error"] or {}).get("code")) == (outcome, code)
    assert code is None or end["error"]["message"].endswith(".")
    assert body is None or text_of(frames) == body
    assert sum(len(frame.get("text", "")) for frame in frames) < 80 << 20


@pytest.mark.parametrize(("script", "kept"), [
    (silence, b""), (raw(HEAD), b""), (raw(HEAD[:30]), b""), (stream([*RECORDS[:1]], finish=False), RECORDS[0]),
], ids=["nothing", "a head", "half a head", "a record"])  # fmt: skip
async def test_silence_is_ended_in_a_sentence(far_end: FarEnd, script: Script, kept: bytes) -> None:
    async def falling_silent(line: Line, asked: Asked) -> None:
        await script(line, asked)
        await asyncio.sleep(3600)

    registry = Impatient()
    async with nothing_left_open():
        frames = await play(registry, far_end, falling_silent)
        await registry.aclose()
    assert frames[-1]["outcome"] == "interrupted"
    assert frames[-1]["error"]["message"] == f"Ollama at {far_end.origin} fell silent during POST /api/chat; the portal hung up."
    assert text_of(frames) == kept


async def test_an_address_that_swallows_connections_is_named() -> None:
    registry = Impatient()
    with socket.socket() as hole, socket.socket() as one, socket.socket() as two:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for filling in (one, two):
            filling.setblocking(False)
            filling.connect_ex(hole.getsockname())
        origin = f"http://127.0.0.1:{hole.getsockname()[1]}"
        async with nothing_left_open():
            run = await registry.start(order(origin), owner="me", ref="ref-0001")
            assert isinstance(run, Run)
            end = (await frames_of(run))[-1]
            await registry.aclose()
    assert (end["outcome"], end["error"]["code"]) == ("failed", "unreachable")
    assert end["error"]["message"] == f"Nothing answers at {origin}: the connection for POST /api/chat was not made within 0.3 seconds."


def cut(at: int, *, reset: bool) -> Script:
    async def play(line: Line, asked: Asked) -> None:
        await line.send(REPLY[:at])
        if reset:
            line.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.writer.transport.abort()

    return play


# An answer has said that it is complete once its last record has its newline.
COMPLETE = REPLY.rindex(b"\n\r\n0\r\n\r\n") + 1


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
async def test_a_reply_cut_after_any_of_its_bytes_keeps_what_had_come(registry: Registry, far_end: FarEnd, reset: bool) -> None:
    places = range(len(REPLY)) if ALL else sorted(random.Random(6).sample(range(len(REPLY)), 25))
    async with nothing_left_open():
        for at in places:
            frames = await play(registry, far_end, cut(at, reset=reset), ref=f"cut-{at:05}")
            text, end = text_of(frames), frames[-1]
            assert BODY.startswith(text), at
            if at < COMPLETE:
                assert (end["outcome"], end["error"]["code"]) == ("interrupted", "interrupted"), at
            elif not reset:
                assert (end["outcome"], text) == ("done", BODY), at


async def test_leaving_at_any_moment_hangs_up(registry: Registry, far_end: FarEnd) -> None:
    async def until(step: Callable[[Run], bool], script: Script) -> None:
        far_end.script = script
        far_end.asked.clear()
        run = await registry.start(order(far_end.origin), owner="me", ref=f"ref-{os.urandom(4).hex()}")
        assert isinstance(run, Run)
        async with asyncio.timeout(30):
            while not step(run):
                await asyncio.sleep(0.002)
        run.cancel()
        assert (await frames_of(run))[-1]["outcome"] == "cancelled"
        # A look at the upstream's memory that was answered leaves its connection for the next.
        assert all([await asyncio.to_thread(asked.hung_up.wait, 10) for asked in far_end.requests_for("/api/chat")])

    def state(name: str) -> Callable[[Run], bool]:
        return lambda run: any(f'"state":"{name}"' in frame for frame in run.log.after(0))

    async with nothing_left_open():
        await until(state("connecting"), silence)
        await until(state("waiting"), silence)
        await until(state("streaming"), endless)


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/chat"), ("GET", "/api/ps")])
async def test_an_answer_is_waited_for_once_the_request_was_sent(
    registry: Registry, far_end: FarEnd, method: str, path: str
) -> None:
    far_end.script = far_end.routes["/api/ps"] = silence
    run = await registry.start(order(far_end.origin, method, path), owner="me", ref="ref-0001")
    assert isinstance(run, Run)
    async with asyncio.timeout(30):
        while run.head < 2:
            await asyncio.sleep(0.002)
    run.cancel()
    assert [frame["state"] for frame in await frames_of(run) if frame["type"] == "state"] == ["connecting", "waiting"]


def test_no_cookie_an_upstream_sets_is_ever_sent_back() -> None:
    async def ask_twice(far_end: FarEnd) -> None:
        client = Client()
        for _ in range(2):
            await client.fetch(Upstream("local", far_end.origin), "GET", "/api/version")
        await client.aclose()

    async def setting(line: Line, asked: Asked) -> None:
        await line.head(Set_Cookie="a=b; Path=/", Content_Length="2")
        await line.send(b"{}")

    with FarEnd() as far_end:
        far_end.routes["/api/version"] = setting
        asyncio.run(ask_twice(far_end))
        assert [asked.headers.get("cookie") for asked in far_end.asked] == [None, None]


