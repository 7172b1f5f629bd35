"""Django's admin shows administrators what is kept, and no secret of it; nobody changes anything there, and alone there is none."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from tests.farend import FarEnd, chat, stream
from tests.portal_server import ROOT, PortalServer, run_manage
from tests.team.people import PASSWORD, Browser, invite, newcomer, written

TABLES = ("authenticator", "event", "grant", "group", "identity", "invitation", "passkey", "person", "use")
OTHERS = ("runs/record", "runs/share", "runs/comment", "library/saved")


def fill(ada: Browser, upstream: FarEnd) -> Browser:
    """Something in every table; whose secrets they are."""
    upstream.script = stream(chat(["an answer of theirs"]))
    someone = newcomer(ada, "member")
    invite(ada, "guest")
    ada.send_form(f"/people/{someone.handle}/groups", groups="team a")
    run = someone.order(messages=[{"role": "user", "content": "a question of theirs"}]).json()["run"]
    someone.get(f"/runs/{run}/log", params={"wait": 20})
    someone.get(f"/runs/{run}/events")
    for _ in range(2):
        someone.send_form(f"/runs/{run}/share")
    token = re.search(r"/shared/([\w-]+)/", someone.get(f"/runs/{run}/").text)
    assert token is not None
    assert someone.send_form(f"/shared/{token[1]}/comments", text="a comment of theirs").status_code == 303
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m", "messages": [{"content": "a saved text"}]}}
    said = {"X-CSRFToken": someone.get("/runs/token").json()["token"], "Accept": "*/*"}
    assert someone.post("/library/", json={"name": "S", "note": "a note of theirs", "request": request}, headers=said).status_code == 201
    ((number,),) = written(ada.portal, "SELECT id FROM team_person WHERE handle = ?", someone.handle)
    then = "'2026-01-01'"
    for query in (
        f"INSERT INTO team_authenticator (person_id, sealed, last_step, created) VALUES (?, 'sealed-secret', 0, {then})",
        f"INSERT INTO team_passkey (person_id, credential, public_key, count, name, created) VALUES (?, 'credential-id', 'x', 0, 'Phone', {then})",
        f"INSERT INTO team_identity (person_id, issuer, subject, provider, email, created) VALUES (?, 'https://id.example', '7', 'corp', '', {then})",
    ):
        written(ada.portal, query, number)
    return someone


def walk(ada: Browser) -> dict[str, str]:
    """The admin's first page, every table, each as sorted and filtered, and a row of each."""
    pages: dict[str, str] = {}

    def open_page(path: str) -> str:
        answer = ada.get(path)
        assert answer.status_code == 200, (path, answer.status_code, ada.portal.log[-1500:])
        return pages.setdefault(path, answer.text)

    for table in sorted(set(re.findall(r'href="(/admin/\w+/\w+/)"', open_page("/admin/")))):
        listed = open_page(table)
        for more in re.findall(r'href="(\?[^"]+)"', listed):
            open_page(table + more.replace("&amp;", "&"))
        for row in re.findall(r'href="(/admin/[^"]+/change/)[^"]*"', listed)[:1]:
            open_page(row)
    return pages


def test_administrators_see_every_table_and_no_secret(ada: Browser, upstream: FarEnd) -> None:
    fill(ada, upstream)
    pages = walk(ada)
    assert {f"/admin/{table}/" for table in (*(f"team/{name}" for name in TABLES), *OTHERS)} <= pages.keys()
    assert sum("/change/" in path for path in pages) >= len(TABLES)
    shown = "\n".join(pages.values())
    secrets = {"argon2", "sealed-secret", "credential-id", "a question of theirs", "an answer of theirs",
               "a comment of theirs", "a note of theirs", "a saved text"}  # fmt: skip
    for query in ("SELECT key FROM team_signin", "SELECT key FROM team_invitation", "SELECT password FROM team_person",
                  "SELECT key FROM runs_share", "SELECT sealed FROM runs_share"):  # fmt: skip
        secrets |= {row[0] for row in written(ada.portal, query)}
    assert [secret for secret in secrets if secret in shown] == []
    key = written(ada.portal, "SELECT key FROM runs_share")[0][0]
    assert ada.get(f"/admin/runs/share/{key}/change/").status_code in (302, 403, 404), "a link has no page, whose address would tell its hash"
    assert "Phone" in shown
    searched = ada.get("/admin/team/event/?q=ada&what=joined")
    assert (searched.status_code, "joined" in searched.text) == (200, True)
    assert "unsafe" not in searched.headers["content-security-policy"]
    assert "Traceback" not in ada.portal.log


def test_nobody_changes_anything_there_and_others_are_kept_out(ada: Browser, stranger: Browser) -> None:
    ((number,),) = written(ada.portal, "SELECT id FROM team_person WHERE handle = 'ada'")
    people = {role: newcomer(ada, role) for role in ("guest", "member", "maintainer")}
    for path in ("", "team/person/", f"team/person/{number}/change/", f"team/person/{number}/delete/", "team/person/add/", "runs/record/"):
        for someone in people.values():
            assert someone.get(f"/admin/{path}").status_code == 403
        assert stranger.get(f"/admin/{path}").headers["location"].startswith("/sign-in/?next=")
        assert ada.send_form(f"/admin/{path}", handle="ada", role="guest", is_staff="1", name="X", post="yes").status_code == 405
    for table, hidden in (("person", "password"), ("person", "sign_ins__key"), ("invitation", "key"), ("grant", "person__password"), ("authenticator", "sealed"), ("record", "body")):
        guess = ada.get(f"/admin/{'runs' if table == 'record' else 'team'}/{table}/?{hidden}__startswith=a")
        assert guess.status_code == 400, "nothing is guessed letter by letter from which rows there are"
    for path in ("team/person/add/", f"team/person/{number}/delete/"):
        assert ada.get(f"/admin/{path}").status_code == 403
    for path in ("login/", "logout/", "password_change/", "jsi18n/", "autocomplete/", "team/signin/", "r/1/1/", "no/such/"):
        assert ada.get(f"/admin/{path}").status_code == 404
    assert written(ada.portal, "SELECT role, name FROM team_person WHERE handle = 'ada'") == [("administrator", "Ada")]


def test_a_portal_of_one_becomes_a_teams_and_back_with_what_it_kept(tmp_path: Path) -> None:
    with PortalServer(data=tmp_path, PORTAL_EMBEDDED="never") as alone:
        assert Browser(alone).get("/admin/").status_code == 404
        assert written(alone, "SELECT name FROM sqlite_master WHERE name LIKE 'django_admin%' OR name = 'django_content_type'") == []
    with PortalServer(data=tmp_path, PORTAL_EMBEDDED="never", PORTAL_ACCESS="team") as team:
        ada = Browser(team)
        link = re.search(r"http\S+(/setup/\S+/)", team.log)[1]  # type: ignore[index]
        assert ada.send_form(link, handle="ada", name="Ada", password=PASSWORD).status_code == 303
        page = ada.get("/admin/")
        assert page.status_code == 200
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
            assert ada.get(address).status_code == 200, address
    with PortalServer(data=tmp_path, PORTAL_EMBEDDED="never") as again:
        assert Browser(again).get("/admin/").status_code == 404
        assert written(again, "SELECT handle FROM team_person") == [("ada",)]
    for access in ("solo", "team"):
        made = run_manage("makemigrations", "--check", "--dry-run", PORTAL_ACCESS=access, PORTAL_DATA=str(tmp_path))
        assert made.returncode == 0, made.stdout
        checked = run_manage("check", PORTAL_ACCESS=access, PORTAL_DATA=str(tmp_path))
        assert checked.returncode == 0, checked.stderr


def test_alone_nothing_of_all_this_is_loaded(tmp_path: Path) -> None:
    script = "import sys, portal.asgi; print(*sorted({name.partition('.')[0] for name in sys.modules}), 'django.contrib.admin' in sys.modules)"
    server = PortalServer(data=tmp_path, PORTAL_EMBEDDED="never")
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True)
    *loaded, admin = ended.stdout.split()
    assert admin == "False"
    assert {"joserfc", "pyotp", "segno", "webauthn", "cryptography"} & set(loaded) == set()


@pytest.mark.browser
def test_chromium_has_nothing_to_say_against_its_pages(ada: Browser, browser: Chromium, upstream: FarEnd) -> None:
    context = browser.new_context(reduced_motion="reduce")
    context.add_cookies([{"name": name, "value": value, "url": ada.portal.origin} for name, value in ada.cookies.items()])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    ((number,),) = written(ada.portal, "SELECT id FROM team_person WHERE handle = 'ada'")
    for path in ("", "team/", "team/event/", "team/person/", f"team/person/{number}/change/"):
        page.goto(f"{ada.portal.url}admin/{path}")
        page.wait_for_load_state("networkidle")
    context.close()
    assert said == []
