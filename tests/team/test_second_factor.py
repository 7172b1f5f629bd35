"""The second factor: asked for where there is one or has to be, each code once, never shown again, reset by others only."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest

from tests.portal_server import PortalServer, run_manage
from tests.team.people import PASSWORD, Browser, newcomer, setup_link, written

ELSEWHERE = iter(f"192.0.2.{number}" for number in range(250))


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    with PortalServer(
        PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", PORTAL_PROXIES="127.0.0.1", PORTAL_SECOND_FACTOR="administrators"
    ) as portal:
        yield portal
        assert "Traceback" not in portal.log, portal.log


def code(secret: str, ahead: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time() + 30 * ahead)


def read_setup(answer: httpx.Response) -> tuple[str, str]:
    """The secret for the app, and what the form sends back."""
    secret = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', answer.text)[1].replace(" ", "")  # type: ignore[index]
    return secret, html.unescape(re.search(r'name="sealed" value="([^"]+)"', answer.text)[1])  # type: ignore[index]


def recovery_codes(answer: httpx.Response) -> list[str]:
    return re.findall(r"<li><code>([a-z2-9-]{19})</code></li>", answer.text)


def turn_on(someone: Browser) -> tuple[str, list[str]]:
    secret, sealed = read_setup(someone.get("/account/second-factor/"))
    answer = someone.send_form("/account/second-factor/", code=code(secret), sealed=sealed, present=PASSWORD)
    assert answer.status_code == 200, answer.text
    return secret, recovery_codes(answer)


def halfway(portal: PortalServer, handle: str) -> Browser:
    browser = Browser(portal)
    browser.headers["X-Forwarded-For"] = next(ELSEWHERE)
    answer = browser.sign_in(handle)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second/")
    assert browser.get("/account/").status_code == 302
    return browser


def forget_steps(portal: PortalServer) -> None:
    written(portal, "UPDATE team_authenticator SET last_step = 0")
    written(portal, "DELETE FROM team_allowance")


@pytest.fixture(scope="module")
def ada(portal: PortalServer) -> Browser:
    """An administrator, who has to have one."""
    ada = Browser(portal)
    answer = ada.send_form(setup_link(portal), handle="ada", name="Ada", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second/")
    assert ada.get("/people/").status_code == 302, "not before it is set up"
    page = ada.get("/sign-in/second/")
    assert "This portal asks you for one." in page.text
    secret, sealed = read_setup(page)
    wrong = ada.send_form("/sign-in/second/", code="000000", sealed=sealed)
    assert (wrong.status_code, read_setup(wrong)[0]) == (400, secret), "the picture stays the same"
    forged = ada.send_form("/sign-in/second/", code=code("A" * 32), sealed="A" * 100)
    assert forged.status_code == 400
    done = ada.send_form("/sign-in/second/", code=code(secret), sealed=sealed)
    assert len(recovery_codes(done)) == 10
    assert ada.get("/people/").status_code == 200
    ada.handle = "ada"
    return ada


def test_who_has_one_is_asked_for_it_and_each_code_works_once(portal: PortalServer, ada: Browser) -> None:
    ben = newcomer(ada, "member")
    other = Browser(portal)
    assert other.sign_in(ben.handle).headers["location"] == "/"
    secret, sealed = read_setup(ben.get("/account/second-factor/"))
    wrong = ben.send_form("/account/second-factor/", code=code(secret), sealed=sealed, present="not it")
    assert (wrong.status_code, "not the present password" in wrong.text) == (403, True)
    noted = written(portal, "SELECT actor, what FROM team_event ORDER BY id DESC LIMIT 1")
    assert noted == [(ben.handle, "gave a wrong present password")]
    secret, recovery = turn_on(ben)
    assert len(set(recovery)) == 10
    assert other.get("/account/").status_code == 302, "every other browser is signed out"
    page = ben.get("/account/").text
    assert "An authenticator app, and 10 recovery codes left." in page
    kept = str(written(portal, "SELECT * FROM team_authenticator")) + str(written(portal, "SELECT * FROM team_recoverycode"))
    assert secret not in page + kept + ben.get("/account/second-factor/").text
    assert not any(one in kept for one in recovery)

    browser = halfway(portal, ben.handle)
    assert browser.send_form("/sign-in/second/", code=code(secret)).status_code == 403, "that was used to set it up"
    assert browser.send_form("/sign-in/second/", code=code(secret, 1)).headers["location"] == "/"
    assert ben.handle in browser.get("/account/").text
    again = halfway(portal, ben.handle)
    assert again.send_form("/sign-in/second/", code=code(secret, 1)).status_code == 403
    assert again.send_form("/sign-in/second/", code=recovery[0].upper()).status_code == 303
    third = halfway(portal, ben.handle)
    refused = third.send_form("/sign-in/second/", code=recovery[0])
    assert (refused.status_code, "was used already" in refused.text) == (403, True)
    assert third.send_form("/sign-in/second/", code="").status_code == 403
    lines = written(portal, "SELECT what, detail FROM team_event WHERE about = ?", ben.handle)
    assert {
        ("set up a second factor", ""), ("signed in", "with a password and a code"), ("used a recovery code", "9 left"),
        ("was refused to sign in", "wrong code"), ("was refused to sign in", "wrong recovery code"),
    } <= set(lines)  # fmt: skip


def test_of_twenty_at_once_with_the_same_code_one_comes_in_and_guesses_are_few(portal: PortalServer, ada: Browser) -> None:
    ben = newcomer(ada, "member")
    secret, recovery = turn_on(ben)
    forget_steps(portal)
    with ThreadPoolExecutor(20) as pool:
        crowd = [halfway(portal, ben.handle) for _ in range(4)]
        right = code(secret)
        answers = list(pool.map(lambda one: one.send_form("/sign-in/second/", code=right).status_code, crowd))
        assert sorted(answers) == [303, 403, 403, 403]
        forget_steps(portal)
        crowd = [halfway(portal, ben.handle) for _ in range(8)] * 2
        answers = list(pool.map(lambda one: one.send_form("/sign-in/second/", code="000000").status_code, crowd))
        assert sorted(answers) == [403] * 5 + [429] * 11
        late = crowd[0].send_form("/sign-in/second/", code=recovery[0])
        assert (late.status_code, "Try again in" in late.text, 0 < int(late.headers["Retry-After"]) <= 60) == (429, True, True)
    assert ben.get("/account/").status_code == 200, "who is in stays in"


def test_codes_are_made_anew_and_it_is_taken_off_for_a_code_alone(portal: PortalServer, ada: Browser) -> None:
    ben = newcomer(ada, "member")
    secret, old = turn_on(ben)
    for form in ("codes", "remove"):
        assert ben.send_form(f"/account/second-factor/{form}", code="123").status_code == 403
        assert ben.send_form(f"/account/second-factor/{form}", code=old[0], owner="ada").status_code == 400
    forget_steps(portal)
    new = recovery_codes(ben.send_form("/account/second-factor/codes", code=code(secret)))
    assert len(new) == 10
    assert ben.send_form("/account/second-factor/remove", code=old[1]).status_code == 403, "those before are worth nothing"
    assert ben.send_form("/account/second-factor/remove", code=new[0]).status_code == 303
    assert Browser(portal).sign_in(ben.handle).headers["location"] == "/"
    stays = ada.send_form("/account/second-factor/remove", code="123")
    assert (stays.status_code, "asks you for a second factor" in stays.text) == (409, True)


def test_who_becomes_an_administrator_is_asked_for_one_at_once(portal: PortalServer, ada: Browser) -> None:
    weak, strong = newcomer(ada, "member"), newcomer(ada, "member")
    turn_on(strong)
    for someone in (weak, strong):
        ada.send_form(f"/people/{someone.handle}/role", role="administrator")
    assert strong.get("/people/").status_code == 200
    assert weak.get("/account/").status_code == 302
    assert "Set up a second factor" in halfway(portal, weak.handle).get("/sign-in/second/").text
    for someone in (weak, strong):
        ada.send_form(f"/people/{someone.handle}/role", role="guest")


@pytest.mark.parametrize("way", ["by an administrator", "by the operator"])
def test_one_that_is_lost_is_reset(portal: PortalServer, ada: Browser, way: str) -> None:
    ben = newcomer(ada, "member")
    turn_on(ben)
    halfway_in = halfway(portal, ben.handle)
    address = f"/people/{ben.handle}/second-factor/reset"
    assert ben.send_form(address).status_code == 403
    if way == "by an administrator":
        assert "Reset second factor" in ada.get("/people/").text
        assert ada.send_form(address).status_code == 303
        assert ada.send_form(address).status_code == 404
    else:
        ended = run_manage("person", ben.handle, "--reset-second-factor", PORTAL_ACCESS="team", PORTAL_DATA=str(portal.data))
        assert ended.stdout == f"{ben.handle} is signed out and has no second factor any more.\n"
        while ben.get("/account/").status_code != 302:  # within two seconds, as every change made elsewhere
            pass
    assert ben.get("/account/").status_code == 302
    assert halfway_in.send_form("/sign-in/second/", code="123").headers["location"] == "/sign-in/"
    assert Browser(portal).sign_in(ben.handle).headers["location"] == "/"
    actor = "ada" if way == "by an administrator" else "operator"
    assert (actor, "reset a second factor") in written(portal, "SELECT actor, what FROM team_event WHERE about = ?", ben.handle)
    for table in ("authenticator", "recoverycode", "passkey"):
        query = f"SELECT count(*) FROM team_{table} WHERE person_id = (SELECT id FROM team_person WHERE handle = ?)"
        assert written(portal, query, ben.handle) == [(0,)]


def test_half_a_sign_in_is_worth_nothing_and_cannot_be_written(portal: PortalServer, ada: Browser) -> None:
    ben = newcomer(ada, "member")
    secret, recovery = turn_on(ben)
    browser = halfway(portal, ben.handle)
    forget_steps(portal)
    again = ben.send_form("/account/password", present=PASSWORD, password="another long one")
    assert again.status_code == 303
    assert browser.send_form("/sign-in/second/", code=recovery[0]).headers["location"] == "/sign-in/", "the password has changed since"
    browser.cookies.clear()
    browser.cookies.set("portal-halfway", "W10:x:y", path="/sign-in/")
    for address in ("/sign-in/second/", "/sign-in/second/passkey", "/sign-in/second/passkey/options"):
        assert browser.send_form(address, code=code(secret)).status_code in (303, 400, 403)
    assert browser.get("/account/").status_code == 302
