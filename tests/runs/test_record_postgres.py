"""Records in PostgreSQL, a real one: the same promises, and its own ways to fail."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farend import FarEnd, chat, stream
from tests.postgres import PostgreSQL
from tests.runs.recording import attach, crash, for_seconds, log, server, socket, start, to_the_end


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    with PostgreSQL() as running:
        yield running


def test_a_crash_costs_a_moment_at_most(far_end: FarEnd, data: Path, postgres: PostgreSQL) -> None:
    far_end.script = stream(chat(["word "] * 2000), pause=0.01)
    ref = str(uuid.uuid4())
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        run = start(opened, ref)
        seen = for_seconds(opened, 1.5)
        killed = crash(portal)
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        frames = attach(opened, run, 0)
        certain = [frame for at, frame in seen if at < killed - 0.25]
        assert len(certain) > 20
        assert frames[: len(certain)] == certain
        assert (frames[-1]["outcome"], frames[-1]["seq"]) == ("interrupted", len(frames))
        assert start(opened, ref) == run
    assert len(far_end.requests_for("/api/chat")) == 1
    assert not (data / "portal.sqlite3").exists()


def test_a_run_of_a_server_on_another_machine_ends_when_its_lease_does(
    far_end: FarEnd, tmp_path: Path, postgres: PostgreSQL
) -> None:
    far_end.script = stream(chat(["word "] * 2000), pause=0.02)
    with server(far_end, tmp_path / "there", DATABASE_URL=postgres.url) as there, socket(there) as opened:
        run = start(opened)
        for_seconds(opened, 0.5)
        with server(far_end, tmp_path / "here", DATABASE_URL=postgres.url) as here, socket(here) as watching:
            assert log(here, run)[-1]["type"] == "data"
            died = crash(there)
            frames = attach(watching, run, 0)
            assert time.monotonic() - died < 15
    assert (frames[-1]["outcome"], frames[-1]["error"]["code"]) == ("interrupted", "server_ended")


def test_a_database_that_dies_and_comes_back_loses_nothing(far_end: FarEnd, data: Path, postgres: PostgreSQL) -> None:
    far_end.script = stream(chat(["word "] * 150), pause=0.01)
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        run = start(opened)
        before = [frame for _, frame in for_seconds(opened, 0.5)]
        postgres.kill()
        frames = before + to_the_end(opened)
        assert frames[-1]["outcome"] == "done"
        time.sleep(0.5)
        assert portal.log.count("the database cannot be written") == 1
        postgres.start()
        deadline = time.monotonic() + 60
        while "the records catch up" not in portal.log:
            assert time.monotonic() < deadline, portal.log
            time.sleep(0.1)
        crash(portal)
        assert "Traceback" not in portal.log
    with server(far_end, data, DATABASE_URL=postgres.url) as portal:
        assert log(portal, run) == frames
