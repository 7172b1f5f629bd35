"""What has to hold after any fault: one end for each run, nothing lost, nobody else's text, one call upstream, nothing left open."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection

from tests.farend import Asked, FarEnd, Line, chat
from tests.portal_server import PortalServer
from tests.runs.recording import Frames, log, socket, text_of, wait_until

ALL = os.environ.get("FAULTS") == "all"
# What came of each fault, for the end of `make faults`.
TOLD: list[str] = []
# Redis and the database are asked over a handful of connections each, which are opened when they are needed.
_MORE_OPEN = 10
_MORE_MEMORY = 32 << 20


@dataclass(frozen=True)
class Use:
    """What a server has of the machine."""

    descriptors: int
    memory: int

    @classmethod
    def of(cls, portal: PortalServer) -> Use:
        place = Path(f"/proc/{portal.process.pid}")
        pages = int((place / "statm").read_text().split()[1])
        return cls(len(list((place / "fd").iterdir())), pages * resource.getpagesize())


@dataclass
class Seen:
    """A run as its watchers saw it: the one that started it, and those who came to it elsewhere."""

    run: str
    mark: str
    watchers: list[tuple[ClientConnection, Frames]] = field(default_factory=list)

    def until(self, kind: str) -> None:
        """Every watcher has seen another frame of that kind."""
        for opened, frames in self.watchers:
            _read_to(opened, frames, kind)

    def here(self, kind: str) -> None:
        """Who started it has."""
        _read_to(*self.watchers[0], kind)


class Aftermath:
    """Use it around a fault as a context manager: it looks at everything when it is left.

    Each run has a mark in its request, and its answer, in `parts` that come when the test says `go()`, repeats it.
    """

    def __init__(self, name: str, upstream: FarEnd, *portals: PortalServer, parts: int = 4, recorded: bool = True) -> None:
        self.name, self.portals, self._recorded = name, portals, recorded
        self._upstream, self._parts = upstream, parts
        self._released = 1
        self._runs: list[Seen] = []
        self._open = ExitStack()

    def __enter__(self) -> Aftermath:
        self._upstream.script = self._answer
        # What is made once is made: connections to the stores, and the first run of each.
        self._released = self._parts
        warm = [self.start(portal, *self.portals) for portal in self.portals]
        for seen in warm:
            seen.until("end")
            for portal in self.portals:
                log(portal, seen.run)
        if not self._recorded:
            self._runs.clear()  # what ended before Redis forgot it is known to its own worker alone
        self._released = 1
        self._before = [Use.of(portal) for portal in self.portals]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._open:
            if kind is None:
                self._released = self._parts
                for seen in self._runs:
                    _to_the_end(seen)
                for seen in self._runs:
                    self._check(seen)
        if kind is None:
            self._check_use()

    def start(self, portal: PortalServer, *watching: PortalServer, over: ClientConnection | None = None) -> Seen:
        """A run on that portal, watched there and on the others. It is asked for once more while nobody can tell if it was started.

        `over` is a socket there is already.
        """
        mark, ref = uuid.uuid4().hex, str(uuid.uuid4())
        body = {"model": "far:1b", "messages": [{"role": "user", "content": mark}]}
        request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": body}
        opened = over or self._open.enter_context(socket(portal))
        while True:
            opened.send(json.dumps({"type": "start", "ref": ref, "request": request}))
            answer: dict[str, Any] = json.loads(opened.recv(timeout=120))
            if answer["type"] == "accepted":
                break
            assert answer["code"] in ("no_store", "unreadable"), answer
            time.sleep(0.2)
        seen = Seen(answer["run"], mark, [(opened, [])])
        for other in watching:
            there = self._open.enter_context(socket(other))
            seen.watchers.append((there, [_first_of(there, seen.run)]))
        self._runs.append(seen)
        return seen

    def go(self) -> None:
        """The next part of every answer."""
        self._released += 1

    def whole(self, mark: str) -> list[bytes]:
        """The answer to the request with that mark."""
        return chat([f"{mark} {number} " for number in range(self._parts - 1)])

    async def _answer(self, line: Line, asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        for number, record in enumerate(self.whole(asked.json["messages"][0]["content"])):
            while self._released <= number:
                await asyncio.sleep(0.002)
            await line.chunk(record)
        await line.last_chunk()

    def _check(self, seen: Seen) -> None:
        frames, whole = seen.watchers[0][1], b"".join(self.whole(seen.mark)).decode()
        assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1)), self.name
        assert [frame["type"] for frame in frames].count("end") == 1, self.name
        assert {frame["run"] for frame in frames} == {seen.run}
        assert all(others == frames for _, others in seen.watchers), self.name
        text = text_of(frames)
        assert text == whole if frames[-1]["outcome"] == "done" else whole.startswith(text), (self.name, text)
        for portal in self.portals:
            _check_resumes(portal, seen.run, frames)
        sent = [asked for asked in self._upstream.requests_for("/api/chat") if seen.mark in asked.body.decode()]
        assert len(sent) == (0 if (frames[-1]["error"] or {}).get("code") == "exhausted" else 1), self.name

    def _check_use(self) -> None:
        for portal, before in zip(self.portals, self._before, strict=True):
            _check_given_back(portal, before)
            assert "Traceback" not in portal.log, portal.log
        if ALL:
            self._tell()

    def _tell(self) -> None:
        outcomes = sorted(seen.watchers[0][1][-1]["outcome"] for seen in self._runs)
        uses = ", ".join(
            f"descriptors {before.descriptors} → {now.descriptors}, memory {before.memory / 1e6:.0f} → {now.memory / 1e6:.0f} MB"
            for before, now in zip(self._before, map(Use.of, self.portals), strict=True)
        )
        told = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
        TOLD.append(f"{self.name}: {len(self._runs)} runs, each asked for once ({told}); {uses}")


def _first_of(there: ClientConnection, run: str) -> dict[str, Any]:
    """The first frame of a run that is watched elsewhere, asked for as a page does: again while that worker cannot read it."""
    while True:
        there.send(json.dumps({"type": "attach", "run": run, "after": 0}))
        said: dict[str, Any] = json.loads(there.recv(timeout=120))
        if "seq" in said:
            return said
        assert said["code"] == "unreadable", said
        time.sleep(0.2)


def _read_to(opened: ClientConnection, frames: Frames, kind: str) -> None:
    while True:
        frames.append(json.loads(opened.recv(timeout=120)))
        if frames[-1]["type"] in (kind, "end"):
            break


def _to_the_end(seen: Seen) -> None:
    for opened, frames in seen.watchers:
        if not frames or frames[-1]["type"] != "end":
            _read_to(opened, frames, "end")


def _check_resumes(portal: PortalServer, run: str, frames: Frames) -> None:
    """Whoever comes back to the run there, from wherever, has all of it."""
    wait_until(lambda: log(portal, run) == frames, lambda: (log(portal, run), frames))
    middle = len(frames) // 2
    with socket(portal) as again:
        again.send(json.dumps({"type": "attach", "run": run, "after": middle}))
        assert [json.loads(again.recv(timeout=60)) for _ in frames[middle:]] == frames[middle:]


def _check_given_back(portal: PortalServer, before: Use) -> None:
    wait_until(lambda: Use.of(portal).descriptors <= before.descriptors + _MORE_OPEN, lambda: (before, Use.of(portal)))
    now = Use.of(portal)
    assert now.memory <= before.memory + _MORE_MEMORY, (before, now)
