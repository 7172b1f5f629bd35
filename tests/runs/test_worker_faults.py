"""What becomes of runs when a worker, Redis or PostgreSQL dies, stops, or forgets: one end, nothing lost, one call upstream."""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.farend import FarEnd, Held, chat, stream
from tests.runs.recording import Frames, attach, log, start, text_of, to_the_end
from tests.runs.stores import Stores, say, sockets, stores, until


@pytest.fixture(scope="module")
def shared() -> Iterator[Stores]:
    with stores() as running:
        yield running


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "stops"])
def test_a_worker_that_goes_has_its_runs_ended_by_another(shared: Stores, far_end: FarEnd, ending: signal.Signals) -> None:
    far_end.script = held = Held(chat(["a", "b"])[:2], chat(["c"])[:1], [])
    with shared.worker(far_end) as one, shared.worker(far_end) as two:
        with sockets(one, two) as (here, there):
            run = start(here)
            seen = until(here, "data")
            say(there, "attach", run=run, after=0)
            watched = until(there, "data")
            one.process.send_signal(ending)
            at = time.monotonic()
            watched += to_the_end(there)
            print("taken over after", time.monotonic() - at)
            assert watched[: len(seen)] == seen
            assert (watched[-1]["outcome"], watched[-1]["error"]["code"]) == ("interrupted", "server_ended")
            assert log(two, run) == watched
            if ending == signal.SIGSTOP:
                held.go()
                one.process.send_signal(signal.SIGCONT)
                # Its own watchers see the same end, and what the upstream has said meanwhile reaches nobody.
                assert seen + to_the_end(here) == watched
                assert far_end.requests_for("/api/chat")[-1].hung_up.wait(10)
                assert log(one, run) == log(two, run) == watched
        assert "Traceback" not in one.log + two.log
    assert len(far_end.requests_for("/api/chat")) == 1
