"""The first administrator comes in by the link printed at the start, everybody else by invitation; each link once."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from tests.portal_server import PortalServer, run_manage
from tests.team.people import PASSWORD, Browser, invite, setup_link, written


def test_of_fifty_who_open_the_set_up_link_at_once_one_becomes_administrator() -> None:
    with PortalServer(PORTAL_ACCESS="team", PORTAL_EMBEDDED="never") as portal:
        link = setup_link(portal)
        crowd = [Browser(portal) for _ in range(50)]

        def come_in(number: int) -> int:
            return crowd[number].send_form(link, handle=f"p{number}", name=f"P {number}", password=PASSWORD).status_code

        with ThreadPoolExecutor(50) as pool:
            answers = sorted(pool.map(come_in, range(50)))
        assert answers == [303] + [404] * 49
        assert len(written(portal, "SELECT * FROM team_person")) == 1
        assert written(portal, "SELECT role FROM team_person") == [("administrator",)]
        assert sum(browser.get("/account/").status_code == 200 for browser in crowd) == 1
        assert crowd[0].get(link).status_code == 404
        token = link.split("/")[2]
        assert token not in str(written(portal, "SELECT * FROM team_invitation"))
        assert "Traceback" not in portal.log
        for browser in crowd:
            browser.close()
        data = portal.data
    with PortalServer(PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", data=data) as again:
        assert "/setup/" not in again.log, "there is an administrator already"


def test_a_set_up_link_is_printed_as_soon_as_the_database_answers(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()  # where the database's file is to be
    with PortalServer(PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", DATABASE_URL=f"sqlite:///{tmp_path}/kept") as portal:
        assert "The database cannot be brought up to date" in portal.log
        assert "/setup/" not in portal.log
        (tmp_path / "kept").rmdir()
        while "/setup/" not in portal.log:
            time.sleep(0.05)
        answer = Browser(portal).send_form(setup_link(portal), handle="late", name="Late", password=PASSWORD)
        assert answer.status_code == 303
        assert "Traceback" not in portal.log


def test_no_form_takes_a_field_that_is_not_its_own(ada: Browser) -> None:
    people = written(ada.portal, "SELECT * FROM team_person ORDER BY id")
    forms = 0
    for route in [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]:
        takes_json = re.search(r"passkeys?(/options)?$", str(route.pattern))
        if takes_json or not route.callback.__module__.startswith("portal.team."):
            continue
        path = re.sub(r"<int:\w+>", "1", str(route.pattern)).replace("<str:handle>", "ada")
        answer = ada.send_form("/" + re.sub(r"<[^>]+>", "none", path), role="guest", is_staff="1", is_superuser="1", owner="ada")
        # 405 is a page without a form, 404 a link that leads nowhere, 303 the second step of who is not on the way.
        assert answer.status_code in (400, 404, 405, 303), f"{path} answered {answer.status_code}"
        assert answer.status_code != 303 or path == "sign-in/second/"
        forms += answer.status_code == 400
    assert forms > 15
    assert written(ada.portal, "SELECT * FROM team_person ORDER BY id") == people
    assert ada.get("/people/").status_code == 200


def test_an_invitation_makes_one_person_of_its_role(ada: Browser, stranger: Browser) -> None:
    link = invite(ada, "guest")
    assert "You are invited as a guest" in stranger.get(link).text
    assert stranger.send_form(link, handle="Gus", name=" Gus  Guest ", password=PASSWORD).status_code == 303
    page = stranger.get("/account/").text
    assert "<h1>Gus Guest</h1>" in page
    assert "<code>gus</code>, guest" in page
    assert Browser(ada.portal).get(link).status_code == 404
    assert ("guest", "ada") in written(ada.portal, "SELECT i.role, p.handle FROM team_invitation i JOIN team_person p ON p.id = i.by_id")


@pytest.mark.parametrize(("fields", "said"), [
    ({"handle": "ada"}, "called ada already"),
    ({"handle": "a b"}, "A handle is"),
    ({"handle": "operator"}, "choose another"),
    ({"name": " "}, "A name has"),
    ({"password": "short"}, "at least 10 characters"),
    ({"password": "1234567890"}, "too common"),
    ({"password": "new.person1"}, "too similar to the handle"),
    ({"role": "administrator"}, "has no field “role”"),
    ({"is_staff": "1"}, "has no field “is_staff”"),
], ids=str)  # fmt: skip
def test_what_is_wrong_is_said_and_leaves_the_invitation_open(
    ada: Browser, stranger: Browser, fields: dict[str, str], said: str
) -> None:
    link = invite(ada, "guest")
    before = written(ada.portal, "SELECT count(*) FROM team_person")
    answer = stranger.send_form(link, **{"handle": "new.person", "name": "New", "password": PASSWORD} | fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert written(ada.portal, "SELECT count(*) FROM team_person") == before
    assert stranger.get(link).status_code == 200


def test_a_link_that_was_taken_back_or_has_ended_answers_like_one_that_never_was(ada: Browser, stranger: Browser) -> None:
    taken, ended, used = invite(ada, "member"), invite(ada, "member"), invite(ada, "guest")
    numbers = [row[0] for row in written(ada.portal, "SELECT id FROM team_invitation ORDER BY id DESC LIMIT 3")]
    assert ada.send_form(f"/people/invitations/{numbers[2]}/take-back").status_code == 303
    written(ada.portal, "UPDATE team_invitation SET ends = '2020-01-01' WHERE id = ?", numbers[1])
    assert Browser(ada.portal).send_form(used, handle="used-it", name="U", password=PASSWORD).status_code == 303
    never = f"/invitation/{'x' * 43}/"
    links = [taken, ended, used, never, f"/setup/{taken.split('/')[2]}/", "/invitation/%00/", f"/invitation/{'é' * 300}/"]
    pages = [stranger.get(link) for link in links]
    assert [page.status_code for page in pages] == [404] * len(links)
    assert len({re.sub(r"csrf\S+ \S+", "", page.text) for page in pages}) == 1
    assert "This link leads nowhere" in pages[0].text
    for link in links[:4]:
        assert stranger.send_form(link, handle="late", name="L", password=PASSWORD).status_code == 404
    assert ada.send_form("/people/invitations/999999/take-back").status_code == 404


def test_the_operator_makes_an_invitation_where_no_administrator_can(portal: PortalServer, ada: Browser) -> None:
    made = run_manage("invite", "--role", "administrator", PORTAL_ACCESS="team", PORTAL_DATA=str(portal.data))
    link = "/" + made.stdout.strip().split("/", 3)[3]
    second = Browser(portal)
    assert second.send_form(link, handle="second", name="Second", password=PASSWORD).status_code == 303
    assert second.get("/people/").status_code == 200
    assert "invited by the operator" in second.get("/audit/").text
    alone = run_manage("invite")
    assert alone.returncode == 1
    assert "Set PORTAL_ACCESS=team to invite people." in alone.stderr
    second.handle = "second"
    second.send_form("/people/second/role", role="guest")


def test_alone_there_are_no_accounts_and_nothing_is_asked() -> None:
    with PortalServer(PORTAL_EMBEDDED="never") as portal, Browser(portal) as browser:
        for address in ("/sign-in/", "/account/", "/people/", "/audit/", "/setup/x/", "/invitation/x/"):
            assert browser.get(address).status_code == 404
        page = browser.get("/docs/")
        assert "Account" not in page.text
        assert "set-cookie" not in page.headers
        assert browser.get("/runs/").status_code == 200
        assert "/setup/" not in portal.log


