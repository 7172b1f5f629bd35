"""An answer outlives the server that brought it: whole after a stop, to within a moment after a crash."""

from __future__ import annotations

import json
import sqlite3
import uuid
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.utils.timezone import now

from portal.runs import records
from portal.runs.models import Record
from tests.farend import FarEnd, Held, chat, silence, stream
from tests.runs.recording import attach, crash, log, rows, server, socket, start, text_of, to_the_end, wait_until
from tests.runs.stores import say, until


def recorded(data: Path, run: str) -> int:
    """How far the run's record goes."""
    return int(rows(data, f"select coalesce(max(last), 0) from runs_stretch where record_id = '{run}'")[0][0])


def test_what_had_streamed_before_a_crash_is_there_after_it(far_end: FarEnd, data: Path) -> None:
    parts = [[record] for record in chat([f"{number} " for number in range(40)])[:40]]
    far_end.script = held = Held(*parts, [])
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened)
        seen = until(opened, "data")
        while len(seen) < 40:
            held.go()
            seen += until(opened, "data")
        wait_until(lambda: recorded(data, run) >= len(seen))
        crash(portal)
    with server(far_end, data) as portal:
        frames = log(portal, run)
        *kept, end = frames
        assert kept == seen
        assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
        assert (end["type"], end["outcome"], end["error"]["code"]) == ("end", "interrupted", "server_ended")
        assert end["stats"]["bytes"] == len(text_of(kept).encode())
        middle = len(kept) // 2
        with socket(portal) as opened:
            assert attach(opened, run, middle) == frames[middle:]
            assert attach(opened, run, 0) == frames
            opened.send(json.dumps({"type": "attach", "run": run, "after": len(frames) + 1}))
            assert json.loads(opened.recv(timeout=60))["code"] == "bad_after"
    with server(far_end, data) as portal:
        assert log(portal, run) == frames, "a second start changes nothing"


def test_a_run_that_had_no_answer_yet_ends_as_interrupted_too(far_end: FarEnd, data: Path) -> None:
    far_end.script = silence  # type: ignore[assignment]
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened)
        wait_until(lambda: recorded(data, run) > 0)
        crash(portal)
    with server(far_end, data) as portal:
        *states, end = log(portal, run)
        assert {frame["type"] for frame in states} == {"state"}
        assert (end["type"], end["outcome"]) == ("end", "interrupted")


def test_answers_that_had_ended_are_whole_after_a_stop(far_end: FarEnd, data: Path) -> None:
    answer = chat(["naïve 🙂\u2028\n", *(f"{number} " for number in range(200))])
    far_end.script = stream(answer)
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened)
        frames = to_the_end(opened)
    with server(far_end, data) as portal, socket(portal) as opened:
        assert attach(opened, run, 0) == frames
        assert text_of(frames).encode() == b"".join(answer)
        events = httpx.get(f"{portal.url}runs/{run}/events", headers={"Last-Event-ID": "3"}, trust_env=False).text
        assert [json.loads(line[6:]) for line in events.split("\n") if line.startswith("data: ")] == frames[3:]
        whole = httpx.get(f"{portal.url}runs/{run}/events", params={"after": len(frames)}, trust_env=False)
        assert whole.status_code == 204


def test_a_run_under_way_at_a_stop_is_kept_as_far_as_it_came(far_end: FarEnd, data: Path) -> None:
    far_end.script = Held(chat(["word "] * 20)[:20], [])
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened)
        seen = until(opened, "data")
    with server(far_end, data) as portal:
        frames = log(portal, run)
    assert frames[: len(seen)] == seen
    assert (frames[-1]["outcome"], frames[-1]["error"]["code"]) == ("interrupted", "shutdown")


def test_the_same_ref_after_a_restart_is_the_same_run_and_asks_nobody(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["a", "b"]))
    ref = str(uuid.uuid4())
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened, ref)
        frames = to_the_end(opened)
    with server(far_end, data) as portal, socket(portal) as opened:
        assert start(opened, ref) == run
        assert to_the_end(opened) == frames
        assert start(opened) != run
        to_the_end(opened)
    assert len(far_end.requests_for("/api/chat")) == 2


def test_a_second_server_on_the_same_data_leaves_the_first_ones_runs_alone(far_end: FarEnd, data: Path) -> None:
    records = chat(["a ", "b ", "c "])
    far_end.script = held = Held(records[:1], records[1:2], records[2:])
    with server(far_end, data) as first, socket(first) as opened:
        run = start(opened)
        until(opened, "data")
        with server(far_end, data) as second, socket(second) as other:
            say(other, "attach", run=run, after=0)
            elsewhere = until(other, "data")
            held.go(9)
            elsewhere += until(other, "end")
        frames = log(first, run)
    assert frames[-1]["outcome"] == "done"
    assert elsewhere == frames


def test_no_reader_finds_a_run_by_a_strange_name(far_end: FarEnd, data: Path) -> None:
    with server(far_end, data) as portal, socket(portal) as opened:
        for name in ("nope", "", "x" * 5000, "\x00", "é", "' or 1=1 --", None, 7, [], {}):
            opened.send(json.dumps({"type": "attach", "run": name, "after": 0}))
            assert json.loads(opened.recv(timeout=60))["code"] == "no_such_run"
        assert "Traceback" not in portal.log


def test_a_record_says_what_was_asked_and_how_it_ended(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["a"]))
    with server(far_end, data) as portal, socket(portal) as opened:
        run = start(opened)
        frames = to_the_end(opened)
    (record,) = rows(data, "select id, owner, upstream, method, path, model, page, example, state, outcome, head, stats from runs_record")
    assert record[:-1] == (run, "solo", "local", "POST", "/api/chat", "far:1b", "api/chat", "run-1", "streaming", "done", len(frames))
    assert json.loads(record[-1]) == frames[-1]["stats"]
    assert (data / "portal.sqlite3").stat().st_mode & 0o077 == 0


def test_records_go_when_they_are_older_than_the_operator_keeps_them(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["a"]))
    with server(far_end, data) as portal, socket(portal) as opened:
        old, fresh = (start(opened), to_the_end(opened)), (start(opened), to_the_end(opened))
    with sqlite3.connect(data / "portal.sqlite3") as database:
        database.execute("update runs_record set created = datetime('now', '-8 days') where id = ?", [old[0]])
    database.close()
    with server(far_end, data, PORTAL_KEEP_RUNS="7") as portal:
        wait_until(lambda: rows(data, "select id from runs_record") == [(fresh[0],)])
        assert rows(data, "select distinct record_id from runs_stretch") == [(fresh[0],)]
        assert log(portal, fresh[0]) == fresh[1]
        assert httpx.get(f"{portal.url}runs/{old[0]}/log", trust_env=False).status_code == 404


@pytest.mark.parametrize(("most", "size", "left"), [(3, 1 << 30, 3), (10_000, 250, 2), (10_000, 1 << 30, 5)])
@pytest.mark.django_db
def test_records_beyond_the_bounds_go_oldest_first(
    monkeypatch: pytest.MonkeyPatch, most: int, size: int, left: int
) -> None:
    monkeypatch.setattr(records, "MOST_RECORDS", most)
    monkeypatch.setattr(records, "MOST_CHARACTERS", size)
    for number in range(5):
        Record.objects.create(
            id=str(number), owner="me", ref=str(number), streams=True, outcome="done", size=100,
            created=now() - timedelta(hours=5 - number), lease=now(),
        )  # fmt: skip
    while records.trim(days=30):
        pass
    assert sorted(Record.objects.values_list("id", flat=True)) == [str(number) for number in range(5 - left, 5)]
