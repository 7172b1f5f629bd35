"""A person's data can be handed over and deleted, all of it, and nobody else's."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.farend import FarEnd, chat, stream
from tests.portal_server import ROOT, PortalServer, run_manage
from tests.team.people import PASSWORD, Browser, newcomer, written


def person(ada: Browser, *arguments: str) -> tuple[int, str]:
    ended = run_manage("person", *arguments, PORTAL_ACCESS="team", PORTAL_DATA=str(ada.portal.data))
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout or ended.stderr


def test_all_of_a_person_is_handed_over_and_then_deleted(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["words of theirs"]))
    leaving, staying = newcomer(ada, "member"), newcomer(ada, "member")
    runs = {}
    for someone in (leaving, staying):
        runs[someone.handle] = someone.order().json()["run"]
        while runs[someone.handle] not in someone.get("/runs/").text or "done" not in someone.get("/runs/").text:
            pass
    status, told = person(ada, leaving.handle, "--export")
    kept = json.loads(told)
    assert status == 0
    assert (kept["handle"], kept["role"], len(kept["sign_ins"]), len(kept["usage"])) == (leaving.handle, "member", 1, 1)
    assert [run["id"] for run in kept["runs"]] == [runs[leaving.handle]]
    assert "words of theirs" in json.dumps(kept["runs"][0]["log"])
    assert {line["what"] for line in kept["audit"]} >= {"joined", "signed in"}
    assert staying.handle not in told
    assert "argon2" not in told

    ((number,),) = written(ada.portal, "SELECT id FROM team_person WHERE handle = ?", leaving.handle)
    assert person(ada, leaving.handle, "--delete") == (0, f"{leaving.handle} is deleted, with 1 runs.\n")
    while leaving.get("/account/").status_code != 302:  # within two seconds, as every change made elsewhere
        pass
    assert Browser(ada.portal).sign_in(leaving.handle, PASSWORD).status_code == 403
    for table, column in (("runs_record", "owner"), ("team_use", "handle"), ("team_person", "handle")):
        rows = written(ada.portal, f"SELECT count(*) FROM {table} WHERE {column} IN (?, ?)", leaving.handle, f"person:{number}")
        assert rows == [(0,)], table
    assert written(ada.portal, "SELECT count(*) FROM team_signin WHERE person_id = ?", number) == [(0,)]
    assert staying.get(f"/runs/{runs[staying.handle]}/").status_code == 200
    assert "deleted a person" in ada.get("/audit/").text


def test_whoever_runs_the_server_sets_a_password(ada: Browser) -> None:
    someone = newcomer(ada, "member")
    command = [sys.executable, "manage.py", "person", someone.handle, "--set-password"]
    environment = PortalServer(PORTAL_ACCESS="team", PORTAL_DATA=str(ada.portal.data)).environment
    for password, status in (("abc-1", 1), ("another long one", 0)):
        ended = subprocess.run(command, input=f"{password}\n", cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (ended.returncode, password in ended.stdout + ended.stderr, "Traceback" in ended.stderr) == (status, False, False)
    while someone.get("/account/").status_code != 302:  # within two seconds, as every change made elsewhere
        pass
    assert Browser(ada.portal).sign_in(someone.handle).status_code == 403
    assert Browser(ada.portal).sign_in(someone.handle, "another long one").status_code == 303


def test_nobody_and_the_only_administrator_are_not_deleted(ada: Browser) -> None:
    assert person(ada, "nobody.here", "--delete") == (1, "CommandError: There is no such person here.\n")
    status, said = person(ada, "ada", "--delete")
    assert (status, "is the only administrator" in said) == (1, True)
    assert ada.get("/account/").status_code == 200
