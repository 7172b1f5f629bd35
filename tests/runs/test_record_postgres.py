"""Records in PostgreSQL, a real one: the same promises, and its own ways to fail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farend import FarEnd, Held, chat
from tests.postgres import PostgreSQL
from tests.runs.recording import attach, crash, log, server, socket, start, wait_until
from tests.runs.stores import until


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    with PostgreSQL() as running:
        yield running


def test_what_was_recorded_before_a_crash_is_there_after_it(far_end: FarEnd, data: Path, postgres: PostgreSQL) -> None:
    parts = [[record] for record in chat(["word "] * 20)[:20]]
    far_end.script = held = Held(*parts, [])
    ref = str(uuid.uuid4())
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        run = start(opened, ref)
        seen = until(opened, "data")
        while len(seen) < 20:
            held.go()
            seen += until(opened, "data")
        wait_until(lambda: postgres.ask("select coalesce(max(last), 0) from runs_stretch where record_id = %s", run) >= len(seen))
        crash(portal)
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        frames = attach(opened, run, 0)
        assert frames[:-1] == seen
        assert (frames[-1]["outcome"], frames[-1]["seq"]) == ("interrupted", len(frames))
        assert start(opened, ref) == run
    assert len(far_end.requests_for("/api/chat")) == 1
    assert not (data / "portal.sqlite3").exists()


def test_a_run_of_a_server_on_another_machine_ends_when_its_lease_does(
    far_end: FarEnd, tmp_path: Path, postgres: PostgreSQL
) -> None:
    far_end.script = Held(chat(["word "])[:1], [])
    with server(far_end, tmp_path / "there", DATABASE_URL=postgres.url) as there, socket(there) as opened:
        run = start(opened)
        until(opened, "data")
        with server(far_end, tmp_path / "here", DATABASE_URL=postgres.url) as here, socket(here) as watching:
            wait_until(lambda: log(here, run)[-1:] != [] and log(here, run)[-1]["type"] == "data")
            crash(there)
            frames = attach(watching, run, 0)
    assert (frames[-1]["outcome"], frames[-1]["error"]["code"]) == ("interrupted", "server_ended")


def test_a_database_that_dies_and_comes_back_loses_nothing(far_end: FarEnd, data: Path, postgres: PostgreSQL) -> None:
    records = chat(["a ", "b ", "c "])
    far_end.script = held = Held(records[:1], records[1:2], records[2:])
    with server(far_end, data, DATABASE_URL=postgres.url) as portal, socket(portal) as opened:
        run = start(opened)
        frames = until(opened, "data")
        postgres.kill()
        held.go()
        frames += until(opened, "data")
        wait_until(lambda: "the database cannot be written" in portal.log, lambda: portal.log)
        held.go()
        frames += until(opened, "end")
        assert frames[-1]["outcome"] == "done"
        assert portal.log.count("the database cannot be written") == 1
        postgres.start()
        wait_until(lambda: "the records catch up" in portal.log, lambda: portal.log)
        crash(portal)
        assert "Traceback" not in portal.log
    with server(far_end, data, DATABASE_URL=postgres.url) as portal:
        assert log(portal, run) == frames
