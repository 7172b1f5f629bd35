"""`manage.py backup` and `restore`: all of it, while the portal runs, from either database into either, and from an older portal."""

from __future__ import annotations

import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from portal.operating.backups import BadBackup, opened, written
from tests.farend import FarEnd, Held, chat
from tests.operating.waiting import wait_until
from tests.portal_server import PortalServer, run_manage
from tests.postgres import PostgreSQL
from tests.runs.stores import until
from tests.team.people import Browser, newcomer, set_up, start
from tests.team.people import written as in_database

OLD = Path(__file__).parent / "backups" / "first.zip"
ASKED = [{"role": "user", "content": "What streams on?"}]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    with PostgreSQL() as postgres:
        yield postgres


def rows_in(file: Path) -> dict[str, list[str]]:
    """The lines of each table, in an order that does not depend on the database's."""
    with zipfile.ZipFile(file) as archive:
        return {name: sorted(archive.read(name).decode().splitlines()) for name in archive.namelist() if name != "manifest.json"}


def manage(*arguments: str | Path, **environment: str) -> str:
    ended = run_manage(*map(str, arguments), **environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def ended(browser: Browser, run: str) -> list[dict[str, object]]:
    """The frames of a run that has ended, once it has."""
    frames: list[dict[str, object]] = []
    while True:
        log = browser.get(f"/runs/{run}/log", params={"after": len(frames), "wait": 20}).json()
        frames += log["frames"]
        if log["ended"]:
            return frames


def recorded(portal: PortalServer, whole: str, begun: str) -> None:
    """The database has the whole of the one run, and the beginning of the other."""
    query = "SELECT 1 FROM runs_record, runs_stretch WHERE runs_record.id = ? AND outcome = 'done' AND record_id = ?"
    wait_until(lambda: bool(in_database(portal, query, whole, begun)))


def test_what_is_backed_up_while_runs_stream_is_the_same_after_sqlite_postgresql_and_back(postgres: PostgreSQL, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.zip" for name in ("first", "second", "third"))
    with FarEnd() as far_end:
        with PortalServer(data=tmp_path / "one", OLLAMA_HOST=far_end.origin, PORTAL_ACCESS="team") as portal:
            member = newcomer(set_up(portal), "member")
            far_end.script = Held(chat(["whole"]))
            whole = member.order(messages=ASKED).json()["run"]
            frames = ended(member, whole)
            far_end.script = held = Held(chat(["be"])[:1], chat(["gun"]))
            with member.socket() as opened_socket:
                begun = start(opened_socket, messages=ASKED)["run"]
                until(opened_socket, "data")
                recorded(portal, whole, begun)
                said = manage("backup", first, PORTAL_ACCESS="team", PORTAL_DATA=str(portal.data))
                held.go()
                assert until(opened_socket, "end")[-1]["outcome"] == "done", "the stream goes on"
            cookies = dict(member.cookies)
        assert "holds " in said
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        team = {"PORTAL_ACCESS": "team"}
        manage("restore", first, **team, PORTAL_DATA=str(tmp_path / "two"), DATABASE_URL=postgres.url)
        manage("backup", second, **team, PORTAL_DATA=str(tmp_path / "two"), DATABASE_URL=postgres.url)
        manage("restore", second, **team, PORTAL_DATA=str(tmp_path / "three"))
        manage("backup", third, **team, PORTAL_DATA=str(tmp_path / "three"))
        assert rows_in(first) == rows_in(second) == rows_in(third)
        assert stat.S_IMODE((tmp_path / "three" / "portal.sqlite3").stat().st_mode) == 0o600
        alone = run_manage("backup", str(tmp_path / "alone.zip"), PORTAL_DATA=str(tmp_path / "three"))
        assert (alone.returncode, "Left out are the tables of admin" in alone.stderr) == (0, True)
        refused = run_manage("restore", str(first), PORTAL_DATA=str(tmp_path / "four"))
        assert "Set PORTAL_ACCESS=team first. Nothing was changed." in refused.stderr
        with PortalServer(data=tmp_path / "two", OLLAMA_HOST=far_end.origin, PORTAL_ACCESS="team", DATABASE_URL=postgres.url) as portal:
            again = Browser(portal)
            again.cookies.update(cookies)
            assert again.get("/account/").status_code == 200, "who was signed in is"
            assert again.get(f"/runs/{whole}/log").json()["frames"] == frames
            log = ended(again, begun)
            assert (log[-1]["type"], log[-1].get("outcome")) == ("end", "interrupted")
            assert again.order(messages=ASKED).status_code == 201, "new rows find numbers of their own"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_an_older_portal_is_brought_up_to_date(kind: str, postgres: PostgreSQL, tmp_path: Path) -> None:
    environment = {"PORTAL_DATA": str(tmp_path)}
    over = []
    if kind == "postgresql":
        environment["DATABASE_URL"] = postgres.url
        over = ["--over"]
    assert "2 runs and 2 people" in manage("restore", OLD, *over, **environment)
    queries = (
        "SELECT handle, name FROM team_person ORDER BY handle",
        "SELECT g.name FROM team_group g JOIN team_person_groups m ON m.group_id = g.id",
        "SELECT count(*) FROM team_use",
        "SELECT count(*) FROM runs_share",
        "SELECT outcome FROM runs_record ORDER BY id",
    )
    if kind == "postgresql":
        with psycopg.connect(postgres.url) as database:
            found = [database.execute(query).fetchall() for query in queries]
        assert "postgresql answers, with all its tables." in run_manage("doctor", **environment, PORTAL_EMBEDDED="always").stdout
    else:
        with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as lite:
            found = [lite.execute(query).fetchall() for query in queries]
    assert found == [[("ada", "Ada"), ("ben", "Bén “B”")], [("lab",)], [(0,)], [(0,)], [("done",), ("failed",)]]
    assert (tmp_path / "secret-key").read_text() == "the-key-of-a-test-" * 4


def test_what_is_there_is_put_aside_only_when_told(tmp_path: Path) -> None:
    manage("restore", OLD, PORTAL_DATA=str(tmp_path))
    refused = run_manage("restore", str(OLD), PORTAL_DATA=str(tmp_path))
    assert refused.returncode == 1
    assert "holds runs or people already" in refused.stderr
    assert "--over" in refused.stderr
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as database, database:
        database.execute("UPDATE team_person SET name = 'After'")
    said = manage("restore", OLD, "--over", PORTAL_DATA=str(tmp_path))
    with closing(sqlite3.connect(said.split("What was there before is in ")[1].strip().rstrip("."))) as before:
        assert before.execute("SELECT DISTINCT name FROM team_person").fetchall() == [("After",)]
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as now:
        assert ("Ada",) in now.execute("SELECT name FROM team_person").fetchall()


def changed(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        with zipfile.ZipFile(OLD) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        change(parts)
        with zipfile.ZipFile(file, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, text)

    return make


def newer(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = parts["manifest.json"].replace(b'"format": 1', b'"format": 2')


def of_another(parts: dict[str, bytes]) -> None:
    manifest = json.loads(parts["manifest.json"])
    manifest["targets"]["team"] = "9999_later"
    parts["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(("make", "said"), [
    (lambda file: None, "cannot be read (No such file or directory)"),
    (lambda file: file.write_bytes(b"nonsense"), "is no backup, or only the beginning of one"),
    (lambda file: file.write_bytes(OLD.read_bytes()[:-100]), "is no backup, or only the beginning of one"),
    (changed(lambda parts: parts.update({"tables/team_person.jsonl": b"[]\n"})), "changed or damaged since it was made (tables/team_person.jsonl)"),
    (changed(lambda parts: parts.pop("tables/team_person.jsonl")), "changed or damaged since it was made"),
    (changed(lambda parts: parts.pop("manifest.json")), "is no backup of a portal"),
    (changed(newer), "made by a newer portal"),
], ids=["missing", "nonsense", "cut off", "changed", "a part is missing", "no manifest", "newer"])  # fmt: skip
def test_a_file_that_is_not_whole_is_refused_before_anything_is_touched(make: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    make(tmp_path / "b.zip")
    with pytest.raises(BadBackup) as problem, opened(tmp_path / "b.zip"):
        pass
    assert said in str(problem.value)


def test_a_newer_portals_tables_are_refused_and_the_files_place_is_looked_at(tmp_path: Path) -> None:
    changed(of_another)(tmp_path / "b.zip")
    refused = run_manage("restore", str(tmp_path / "b.zip"), PORTAL_DATA=str(tmp_path / "data"))
    assert "made by a newer portal than this (team 9999_later)" in refused.stderr
    assert not (tmp_path / "data" / "portal.sqlite3").exists()
    assert "There is no database at" in run_manage("backup", str(tmp_path / "c.zip"), PORTAL_DATA=str(tmp_path / "data")).stderr
    inside = run_manage("backup", str(tmp_path / "docs" / "c.zip"), PORTAL_DATA=str(tmp_path / "data"), PORTAL_DOCS_ROOT=str(tmp_path / "docs"))
    assert "whose files are served to readers" in inside.stderr


def test_a_file_is_never_written_over_and_half_a_file_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broke"), written(tmp_path / "b.zip", "sqlite", {}) as writer:
        writer.add("tables/t.jsonl", [b"[1]\n"])
        raise ValueError("broke")
    assert list(tmp_path.iterdir()) == []
    with written(tmp_path / "b.zip", "sqlite", {}):
        pass
    with pytest.raises(BadBackup, match="is there already"), written(tmp_path / "b.zip", "sqlite", {}):
        pass
    with pytest.raises(BadBackup, match="cannot be written"), written(tmp_path / "none" / "b.zip", "sqlite", {}):
        pass


def test_nothing_is_restored_under_a_portal_that_runs(far_end: FarEnd) -> None:
    with PortalServer(OLLAMA_HOST=far_end.origin) as portal:
        refused = run_manage("restore", str(OLD), "--over", PORTAL_DATA=str(portal.data))
        assert "A portal runs on this data. Stop it first. Nothing was changed." in refused.stderr
        assert run_manage("restore", str(OLD), "--check", PORTAL_DATA=str(portal.data)).stdout.startswith("It is whole, with 2 runs and 2 people")


def test_a_link_from_before_links_were_encrypted_leads_on_and_is_shown_to_its_owner(far_end: FarEnd, tmp_path: Path) -> None:
    token, old, new = "an-older-link-nobody-guesses-1234", tmp_path / "old", tmp_path / "new"
    manage("migrate", "runs", "0003", PORTAL_DATA=str(old))
    blank = dict.fromkeys(("ref", "upstream", "method", "path", "model", "body", "page", "example", "state", "server"), "")
    then = dict.fromkeys(("created", "lease"), "2026-11-01 10:00:00")
    record = blank | then | {"id": "an-older-run-0001", "owner": "solo", "streams": 1, "outcome": "done", "head": 0, "size": 0}
    share = {"token": token, "record_id": record["id"], "audience": "anybody", "created": then["created"]}
    with closing(sqlite3.connect(old / "portal.sqlite3")) as database, database:
        for table, row in (("runs_record", record), ("runs_share", share)):
            database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    manage("backup", tmp_path / "old.zip", PORTAL_DATA=str(old))
    manage("restore", tmp_path / "old.zip", PORTAL_DATA=str(new))
    kept = {"OLLAMA_HOST": far_end.origin, "PORTAL_KEEP_RUNS": "9999"}
    with PortalServer(data=new, **kept) as portal, Browser(portal) as reader:
        assert reader.get(f"/shared/{token}/").status_code == 200
        for page in ("/shared/", f"/runs/{record['id']}/"):
            assert f"/shared/{token}/" in reader.get(page).text
        manage("backup", tmp_path / "new.zip", PORTAL_DATA=str(new))
        assert token not in str(rows_in(tmp_path / "new.zip"))
    with PortalServer(data=old, **kept, PORTAL_SECRET_KEY="another" * 10) as portal, Browser(portal) as reader:
        assert reader.get(f"/shared/{token}/").status_code == 200, "brought up to date as it started"
    with PortalServer(data=new, **kept, PORTAL_SECRET_KEY="another" * 10) as portal, Browser(portal) as reader:
        assert reader.get(f"/shared/{token}/").status_code == 200
        assert "made before the portal's secret key was changed" in reader.get("/shared/").text
        assert "its address cannot be shown again" in reader.get(f"/runs/{record['id']}/").text
        link = reader.get("/shared/?format=json").json()["links"][0]
        assert (link["state"], link["address"]) == ("in force", None)
