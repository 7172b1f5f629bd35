"""Who has lost their password is given a link that works once: it sets another, ends what was signed in, and skips no second factor."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from websockets.exceptions import ConnectionClosed

from portal.team.tokens import key_of
from tests.team.people import PASSWORD, Browser, hear, newcomer, say, written
from tests.team.test_second_factor import code, turn_on

ANOTHER = "another horse, no battery"
ELSEWHERE = (f"198.51.100.{number}" for number in count(1))


def lost(admin: Browser, handle: str) -> str:
    page = admin.send_form(f"/people/{handle}/password/reset")
    found = re.search(r'value="http[^"]+(/reset/[^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def elsewhere(known: Browser) -> Browser:
    browser = Browser(known.portal)
    browser.headers["X-Forwarded-For"] = next(ELSEWHERE)
    return browser


def test_a_link_sets_another_password_once_and_ends_every_sign_in(ada: Browser) -> None:
    member, theirs = newcomer(ada, "member"), elsewhere(ada)
    link = lost(ada, member.handle)
    assert link not in ada.get("/people/").text, "it is shown once"
    with member.socket() as opened:
        say(opened, type="ping")
        assert hear(opened)["type"] == "pong"
        assert theirs.get(link).status_code == 200
        assert member.get("/account/").status_code == 200, "to look at it changes nothing"
        for wrong in ("short", "1234567890"):
            assert theirs.send_form(link, password=wrong).status_code == 400
        answers = [theirs.send_form(link, password=ANOTHER) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 404]
        with pytest.raises(ConnectionClosed) as closed:
            hear(opened)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
    assert "Your password was changed" in theirs.get(answers[0].headers["location"]).text
    assert member.get("/account/").status_code == 302
    assert theirs.get("/account/").status_code == 302, "the link alone lets nobody in"
    assert theirs.sign_in(member.handle, PASSWORD).status_code == 403
    assert theirs.sign_in(member.handle, ANOTHER).status_code == 303
    audit = ada.get("/audit/", params={"about": member.handle}).text
    assert "offered a password reset" in audit
    assert "by a reset link" in audit
    assert link.split("/")[2] not in audit + ada.portal.log


def test_of_ten_who_use_it_at_once_one_sets_the_password(ada: Browser) -> None:
    member, crowd = newcomer(ada, "member"), [elsewhere(ada) for _ in range(10)]
    link = lost(ada, member.handle)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: crowd[number].send_form(link, password=f"{ANOTHER} {number}").status_code, range(10)))
    assert sorted(answers) == [303] + [404] * 9
    assert crowd[0].sign_in(member.handle, f"{ANOTHER} {answers.index(303)}").status_code == 303


def test_what_has_ended_leads_where_what_never_was_does(ada: Browser) -> None:
    replaced, ended, changed, suspended = (newcomer(ada, "member") for _ in range(4))
    links = [lost(ada, someone.handle) for someone in (replaced, ended, changed, suspended)]
    lost(ada, replaced.handle)
    written(ada.portal, "UPDATE team_passwordreset SET ends = '2020-01-01 00:00:00' WHERE key = ?", key_of(links[1].split("/")[2]))
    assert changed.send_form("/account/password", present=PASSWORD, password=ANOTHER).status_code == 303
    ada.send_form(f"/people/{suspended.handle}/suspend")
    stranger = elsewhere(ada)
    never = stranger.get(f"/reset/{'x' * 43}/")
    for link in links:
        assert stranger.send_form(link, password=ANOTHER).status_code == 404
        assert (stranger.get(link).status_code, stranger.get(link).text) == (404, never.text)
    refused = ada.send_form(f"/people/{suspended.handle}/password/reset")
    assert (refused.status_code, "is suspended" in refused.text) == (409, True)
    assert ada.send_form("/people/nobody.here/password/reset").status_code == 404
    assert changed.send_form(f"/people/{replaced.handle}/password/reset").status_code == 403, "for administrators"


def test_it_skips_no_second_factor_which_an_administrator_resets_for_who_lost_that_too(ada: Browser) -> None:
    member, theirs = newcomer(ada, "member"), elsewhere(ada)
    secret, _ = turn_on(member)
    assert theirs.send_form(lost(ada, member.handle), password=ANOTHER).status_code == 303
    assert theirs.sign_in(member.handle, ANOTHER).headers["location"] == "/sign-in/second/"
    assert theirs.get("/account/").status_code == 302
    assert theirs.send_form("/sign-in/second/", code=code(secret, 1)).status_code == 303
    assert ada.send_form(f"/people/{member.handle}/second-factor/reset").status_code == 303
    assert theirs.get("/account/").status_code == 302
    assert theirs.sign_in(member.handle, ANOTHER).headers["location"] == "/"
