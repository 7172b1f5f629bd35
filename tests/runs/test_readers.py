"""Readers who are slow, or no longer there: they hold up nobody but themselves, and are let go of in good time."""

from __future__ import annotations

import json
import resource
import socket as sockets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from tests.farend import FarEnd, silence, stream
from tests.portal_server import PortalServer
from tests.runs.recording import attach, socket, start, text_of, to_the_end

# Some megabytes, so that no buffer of the system holds all of it.
RECORD = b'{"message":{"content":"' + b"x" * 60_000 + b'"},"done":false}\n'
RECORDS = [*[RECORD] * 300, b'{"done":true}\n']

# The portal, with less patience than it has.
HASTY = """
import runpy, sys
from portal import sockets, stalls
sockets.PING_EVERY, sockets.PONG_WITHIN, sockets.CLOSE_WITHIN, stalls.LONGEST_STALL = map(float, sys.argv[1].split())
sys.argv = sys.argv[3:]
runpy.run_path("manage.py", run_name="__main__")
"""


def hasty(upstream: FarEnd, **patience: float) -> PortalServer:
    names = ("ping_every", "pong_within", "close_within", "stall")
    given = " ".join(str(patience.get(name, 60)) for name in names)
    return PortalServer(under=[sys.executable, "-c", HASTY, given], OLLAMA_HOST=upstream.origin)


@pytest.fixture(scope="module")
def stalling(upstream: FarEnd) -> Iterator[PortalServer]:
    """It waits a moment for a reader who takes nothing, and long for its close to be taken."""
    with hasty(upstream, stall=1) as portal:
        yield portal


def test_a_reader_who_takes_nothing_is_cut_with_a_code_and_comes_back_to_all_of_it(
    stalling: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = stream(RECORDS)
    with connect(stalling.socket_url, origin=stalling.origin, proxy=None, max_size=None, max_queue=1) as slow:  # type: ignore[arg-type]
        run = start(slow)
        with socket(stalling) as quick:
            frames = attach(quick, run, 0)
        while "took nothing for" not in stalling.log:
            pass
        seen = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                seen.append(json.loads(slow.recv(timeout=60)))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408
    assert 0 < len(seen) < len(frames)
    with socket(stalling) as again:
        assert seen + attach(again, run, seen[-1]["seq"]) == frames
    assert text_of(frames).encode() == b"".join(RECORDS)
    assert "Traceback" not in stalling.log


def asking_for(portal: PortalServer, address: str) -> sockets.socket:
    """A connection on which something was asked for, and from which nothing is taken by itself."""
    place = portal.origin.removeprefix("http://")
    host, _, port = place.partition(":")
    opened = sockets.create_connection((host, int(port)), 60)
    opened.sendall(f"GET {address} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    return opened


def test_a_reader_of_events_who_takes_nothing_is_cut_and_comes_back_to_all_of_it(stalling: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(RECORDS)
    with socket(stalling) as quick:
        run = start(quick)
        frames = to_the_end(quick)
    before = stalling.log.count("its connection was closed")
    with asking_for(stalling, f"/runs/{run}/events") as slow:
        while stalling.log.count("its connection was closed") == before:
            pass
        got = b""
        with suppress(ConnectionResetError):
            while more := slow.recv(1 << 20):
                got += more
    # What was on its way comes; the last event may be cut in two.
    seen = [int(line[4:]) for line in got.decode(errors="ignore").split("\n\n")[:-1] for line in line.split("\n") if line.startswith("id: ")]
    last = seen[-1] if seen else 0
    assert last < len(frames)
    rest = httpx.get(f"{stalling.url}runs/{run}/events", headers={"Last-Event-ID": str(last)}, trust_env=False, timeout=60).text
    assert [json.loads(line[6:]) for line in rest.split("\n") if line.startswith("data: ")] == frames[last:]
    assert "Traceback" not in stalling.log


def test_readers_who_take_nothing_hold_a_mebibyte_each_at_most(patient: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(RECORDS)
    with socket(patient) as quick:
        run = start(quick)
        to_the_end(quick)
    with ExitStack() as stack:
        addresses = (f"/runs/{run}/events", f"/runs/{run}/log")
        for address in addresses:  # what is made once is made
            stack.enter_context(asking_for(patient, address)).recv(1)
        before = memory_of(patient)
        for slow in [stack.enter_context(asking_for(patient, address)) for address in addresses * 15]:
            slow.recv(1)
        attach_to = [stack.enter_context(raw(patient)) for _ in range(15)]
        for slow in attach_to:
            slow.sendall(Frame(Opcode.TEXT, json.dumps({"type": "attach", "run": run, "after": 0}).encode()).serialize(mask=True))
            slow.recv(1)
        # All of it for all of them would be 800 MiB.
        assert memory_of(patient) - before < 45 << 20


@pytest.fixture(scope="module")
def patient(upstream: FarEnd) -> Iterator[PortalServer]:
    with hasty(upstream) as portal:
        yield portal


def memory_of(portal: PortalServer) -> int:
    """Bytes of memory the server has."""
    return int(Path(f"/proc/{portal.process.pid}/statm").read_text().split()[1]) * resource.getpagesize()


def raw(portal: PortalServer) -> sockets.socket:
    """An open websocket that answers nothing by itself."""
    place = portal.origin.removeprefix("http://")
    host, _, port = place.partition(":")
    opened = sockets.create_connection((host, int(port)), 60)
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    opened.sendall(f"GET /ws/runs/ HTTP/1.1\r\nHost: {place}\r\nOrigin: {portal.origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += opened.recv(1)
    assert answer.startswith(b"HTTP/1.1 101"), answer
    return opened


def frame(opened: sockets.socket) -> tuple[int, bytes]:
    """The next frame of at most 125 bytes: its first byte, and what it holds."""
    first, size = exactly(opened, 2)
    return first, exactly(opened, size)


def exactly(opened: sockets.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        if not (more := opened.recv(size - len(got))):
            raise EOFError
        got += more
    return got


@pytest.fixture(scope="module")
def asking(upstream: FarEnd) -> Iterator[PortalServer]:
    """It asks often whether somebody is there."""
    with hasty(upstream, ping_every=0.1, pong_within=3, close_within=0.1) as portal:
        yield portal


def test_a_reader_who_answers_no_ping_is_let_go_of_though_nothing_of_its_close_is_taken(
    asking: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = stream(RECORDS)
    with connect(asking.socket_url, origin=asking.origin, proxy=None) as starting:  # type: ignore[arg-type]
        run = start(starting)
        to_the_end(starting)
    with raw(asking) as gone:
        gone.sendall(Frame(Opcode.TEXT, json.dumps({"type": "attach", "run": run, "after": 0}).encode()).serialize(mask=True))
        # It never reads, so only the portal can end this.
        assert is_held(asking, gone)
        while is_held(asking, gone):
            pass
    assert "Traceback" not in asking.log


def test_a_quiet_socket_whose_reader_is_there_stays_and_is_spoken_to(asking: PortalServer, upstream: FarEnd) -> None:
    upstream.script = silence  # type: ignore[assignment]
    with raw(asking) as quiet:
        for _ in range(40):
            first, payload = frame(quiet)
            assert first == 0x80 | Opcode.PING
            quiet.sendall(Frame(Opcode.PONG, payload).serialize(mask=True))


def is_held(portal: PortalServer, there: sockets.socket) -> bool:
    """Whether the portal still has its end of the connection."""
    ends = [f":{int(portal.origin.rpartition(':')[2]):04X}", f":{there.getsockname()[1]:04X}"]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any([line[1][-5:], line[2][-5:]] == ends and line[9] != "0" for line in lines)
