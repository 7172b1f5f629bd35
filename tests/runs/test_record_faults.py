"""A database that is locked, read-only or full costs no stream anything; what it missed is written when it is back."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer
from tests.runs.aftermath import ALL, Aftermath
from tests.runs.recording import Frames, crash, log, rows, server, socket, start, to_the_end, wait_until
from tests.strict import leave_out


@pytest.fixture
def prepared(far_end: FarEnd, data: Path) -> Path:
    """A data folder in which a portal has run: everything it makes once is made."""
    with server(far_end, data):
        pass
    return data


def run_one(portal: PortalServer) -> tuple[str, Frames]:
    with socket(portal) as opened:
        run = start(opened)
        return run, to_the_end(opened)


def done(data: Path) -> int:
    if not rows(data, "select name from sqlite_master where name = 'runs_record'"):
        return 0
    return int(rows(data, "select count(*) from runs_record where outcome = 'done'")[0][0])


def complaints(portal: PortalServer) -> int:
    """How often the portal has said that it cannot use its database."""
    return portal.log.count("The database cannot be brought up to date") + portal.log.count("the database cannot be written")


def wait_until_recorded(portal: PortalServer, data: Path, runs: int) -> None:
    wait_until(lambda: done(data) == runs, lambda: portal.log)


def test_a_locked_database_slows_no_stream_and_is_caught_up_with(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["word "] * 100))
    with server(far_end, data) as portal, socket(portal) as opened:
        lock = sqlite3.connect(data / "portal.sqlite3", isolation_level=None)
        lock.execute("begin immediate")
        # Nobody lets go of the lock before both have ended, so they cannot have waited for it.
        runs = [(start(opened), to_the_end(opened)) for _ in range(2)]
        wait_until(lambda: "the database cannot be written" in portal.log, lambda: portal.log)
        assert rows(data, "select count(*) from runs_record") == [(0,)]
        assert portal.log.count("the database cannot be written (database is locked)") == 1
        lock.execute("rollback")
        lock.close()
        wait_until_recorded(portal, data, 2)
        assert "the records catch up" in portal.log
        crash(portal)
    with server(far_end, data) as portal:
        for run, frames in runs:
            assert log(portal, run) == frames


def test_a_full_disk_costs_no_stream_and_is_caught_up_with(far_end: FarEnd, prepared: Path) -> None:
    far_end.script = stream(chat(["word " * 100] * 400))
    with server(far_end, prepared) as portal:
        first = run_one(portal)
        wait_until_recorded(portal, prepared, 1)
        limits = resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        second = run_one(portal)
        assert second[1][-1]["outcome"] == "done"
        assert log(portal, second[0]) == second[1]
        wait_until(lambda: "the database cannot be written" in portal.log, lambda: portal.log)
        assert portal.log.count("the database cannot be written") == 1, portal.log
        resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE, limits)
        wait_until_recorded(portal, prepared, 2)
        crash(portal)
    with server(far_end, prepared) as portal:
        for run, frames in (first, second):
            assert log(portal, run) == frames


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    files = [folder, *folder.rglob("*")]
    for file in files:
        file.chmod(0o500 if file.is_dir() else 0o400)
    try:
        yield
    finally:
        for file in files:
            file.chmod(0o700)


@pytest.fixture(scope="module")
def humble(upstream: FarEnd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    """A portal that permissions stop, also where the tests run as root, whom they do not stop otherwise."""
    if shutil.which("setpriv") is None:
        leave_out("no setpriv on this machine (Debian: util-linux)")
    with server(upstream, tmp_path_factory.mktemp("data"), "setpriv", "--bounding-set", "-dac_override,-dac_read_search") as portal:
        yield portal


@contextmanager
def locked(portal: PortalServer) -> Iterator[None]:
    with closing(sqlite3.connect(portal.data / "portal.sqlite3", isolation_level=None)) as lock:
        lock.execute("begin exclusive")
        yield


@contextmanager
def made_read_only(portal: PortalServer) -> Iterator[None]:
    # What it has open it could go on writing to, so it is made to open it anew.
    said = complaints(portal)
    with locked(portal):
        wait_until(lambda: complaints(portal) > said, lambda: portal.log)
        files = list(portal.data.glob("portal.sqlite3*"))
        for file in files:
            file.chmod(0o400)
    try:
        yield
    finally:
        for file in files:
            file.chmod(0o600)


@contextmanager
def full(portal: PortalServer) -> Iterator[None]:
    limits = resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(portal.process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("fault", [locked, made_read_only, full], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("turn", range(3 if ALL else 1))
def test_no_fault_of_the_file_costs_a_frame_or_leaves_anything_open(
    humble: PortalServer, upstream: FarEnd, fault: Callable[[PortalServer], AbstractContextManager[None]], turn: int
) -> None:
    with Aftermath(f"SQLite {fault.__name__.replace('_', ' ')}", upstream, humble) as after:
        running = after.start(humble, humble)
        running.until("data")
        said = complaints(humble)
        with fault(humble):
            after.go()
            running.until("data")
            wait_until(lambda: complaints(humble) > said, lambda: humble.log)
            after.go()
            running.until("data")
            after.start(humble)
            assert humble.log.count("the records catch up") < complaints(humble), "it is felt to the end"
        wait_until(lambda: humble.log.count("the records catch up") == complaints(humble), lambda: humble.log)


@pytest.mark.parametrize("has_tables", [True, False], ids=["with its tables", "empty"])
@pytest.mark.parametrize("fault", ["full", "read-only", "locked"])
def test_a_portal_starts_whatever_its_database_is_like(
    far_end: FarEnd, prepared: Path, fault: str, has_tables: bool
) -> None:
    far_end.script = stream(chat(["a", "b"]))
    database = prepared / "portal.sqlite3"
    if not has_tables:
        for file in prepared.glob("portal.sqlite3*"):
            file.unlink()
        database.touch()
    if fault == "full":
        serving = server(far_end, prepared, "prlimit", "--fsize=2048")
    elif fault == "read-only":
        # Also where the tests run as root, whom permissions do not stop otherwise.
        serving = server(far_end, prepared, "setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    else:
        serving = server(far_end, prepared)
    if serving.under and shutil.which(serving.under[0]) is None:
        leave_out(f"no {serving.under[0]} on this machine (Debian: util-linux)")
    lock = sqlite3.connect(database, isolation_level=None)
    if fault == "locked":
        lock.execute("begin exclusive")
    else:
        lock.close()
    with read_only(prepared) if fault == "read-only" else nullcontext():
        with serving as portal:
            assert run_one(portal)[1][-1]["outcome"] == "done"
            wait_until(lambda: complaints(portal) > 0, lambda: portal.log)
            assert complaints(portal) == 1, portal.log
            assert "portal/runs" not in portal.log, portal.log  # no traceback that leads here
            if fault == "locked":
                lock.execute("rollback")
                lock.close()
                wait_until_recorded(portal, prepared, 1)
