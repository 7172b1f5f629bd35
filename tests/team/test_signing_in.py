"""Signing in is counted, tells nothing, and ends: by oneself, by an administrator, and by time."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.team.addresses import BadProxies, address_of, neighbourhood, read_networks
from tests.team.people import PASSWORD, Browser, newcomer, written


def from_address(browser: Browser, address: str) -> Browser:
    browser.headers["X-Forwarded-For"] = address
    return browser


def test_a_wrong_password_a_stranger_and_somebody_suspended_are_answered_alike(ada: Browser) -> None:
    gone = newcomer(ada, "guest")
    assert ada.send_form(f"/people/{gone.handle}/suspend").status_code == 303
    pages = []
    for number, (handle, password) in enumerate([("ada", "wrong password"), ("nobody.here", PASSWORD), (gone.handle, PASSWORD)]):
        browser = from_address(Browser(ada.portal), f"192.0.2.{number}")
        answer = browser.sign_in(handle, password)
        assert answer.status_code == 403
        assert "portal-sign-in" not in str(answer.headers)
        pages.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(set(pages)) == 1
    assert "No such handle, or not its password" in pages[0]
    for address in ("/account/", "/runs/"):
        assert gone.get(address).headers["location"].startswith("/sign-in/"), "suspended is signed out"
    ada.send_form(f"/people/{gone.handle}/restore")
    assert from_address(Browser(ada.portal), "192.0.2.9").sign_in(gone.handle).status_code == 303


def test_of_forty_tries_at_once_at_one_account_ten_are_looked_at(ada: Browser) -> None:
    victim = newcomer(ada, "guest")
    crowd = [from_address(Browser(ada.portal), f"198.51.100.{number}") for number in range(40)]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda one: one.sign_in(victim.handle, "not the password"), crowd))
    assert sorted(answer.status_code for answer in answers) == [403] * 10 + [429] * 30
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert "Try again in" in refused.text
    assert crowd[0].sign_in(victim.handle).status_code == 429, "not even with the right one"
    assert victim.get("/account/").status_code == 200, "who is in stays in"
    assert "too many tries" in ada.get("/audit/", params={"about": victim.handle}).text


def test_of_many_tries_from_one_address_thirty_are_looked_at_whatever_it_says_of_itself(ada: Browser) -> None:
    statuses: list[int] = []
    # A slow machine gives some tries back meanwhile; it comes to an end all the same.
    for number in range(250):
        # The proxy adds the address it saw; what stands before that, anybody could have written.
        browser = from_address(Browser(ada.portal), f"10.9.8.{number}, 203.0.113.7")
        statuses.append(browser.sign_in(f"someone-{number}", "x").status_code)
        if statuses[-1] == 429:
            break
    assert statuses == [403] * (len(statuses) - 1) + [429]
    assert len(statuses) > 30
    assert from_address(Browser(ada.portal), "203.0.113.8").sign_in("ada").status_code == 303


@pytest.mark.parametrize(("peer", "said", "seen"), [
    ("198.51.100.1", "1.2.3.4", "198.51.100.1"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
    ("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
    ("127.0.0.1", "nonsense", "127.0.0.1"),
    ("127.0.0.1", "6.6.6.6, nonsense, 10.0.0.9", "10.0.0.9"),
    ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
])  # fmt: skip
def test_a_forwarded_address_is_believed_from_a_proxy_that_is_named(peer: str, said: str, seen: str) -> None:
    scope = {"client": (peer, 1), "headers": [(b"x-forwarded-for", said.encode())] if said else []}
    assert address_of(scope, read_networks(["127.0.0.1", "10.0.0.0/8"])) == seen


def test_an_ipv6_network_counts_as_one_address_and_a_proxy_that_is_none_is_refused() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("192.0.2.1") == "192.0.2.1"
    with pytest.raises(BadProxies, match="PORTAL_PROXIES"):
        read_networks(["proxy.example"])


def test_signing_out_ends_one_browser_and_everywhere_ends_all(ada: Browser) -> None:
    first = newcomer(ada, "guest")
    second, third = Browser(ada.portal), Browser(ada.portal)
    assert [browser.sign_in(first.handle).status_code for browser in (second, third)] == [303, 303]
    stale = dict(second.cookies)
    second.handle = first.handle
    assert second.send_form("/sign-out").status_code == 303
    second.cookies.update(stale)
    assert second.get("/account/").status_code == 302, "the cookie is worth nothing any more"
    assert first.get("/account/").status_code == 200
    third.handle = first.handle
    assert third.send_form("/sign-out/everywhere").headers["location"] == "/sign-in/"
    assert first.get("/account/").status_code == 302


def test_another_password_signs_out_every_other_browser(ada: Browser) -> None:
    someone = newcomer(ada, "guest")
    other = Browser(ada.portal)
    other.sign_in(someone.handle)
    assert someone.send_form("/account/password", present="wrong", password="another long one").status_code == 403
    assert someone.send_form("/account/password", present=PASSWORD, password="short").status_code == 400
    assert other.get("/account/").status_code == 200
    assert someone.send_form("/account/password", present=PASSWORD, password="another long one").status_code == 303
    assert someone.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert Browser(ada.portal).sign_in(someone.handle, "another long one").status_code == 303
    assert Browser(ada.portal).sign_in(someone.handle).status_code == 403


@pytest.mark.parametrize("column", ["seen", "created"], ids=["unused", "old"])
def test_a_sign_in_ends_by_itself(ada: Browser, column: str) -> None:
    someone = newcomer(ada, "guest")
    query = f"UPDATE team_signin SET {column} = '2020-01-01' WHERE person_id = (SELECT id FROM team_person WHERE handle = ?)"
    written(ada.portal, query, someone.handle)
    ada.send_form("/people/ada/groups", groups=column)  # any change has everybody looked up anew
    assert someone.get("/account/").status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"])
def test_after_signing_in_one_goes_on_here_and_nowhere_else(ada: Browser, stranger: Browser, elsewhere: str) -> None:
    assert ada.get("/sign-in/", params={"next": elsewhere}).headers["location"] == "/"
    answer = stranger.send_form("/sign-in/", handle="ada", password=PASSWORD, next=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_signing_in_goes_on_to_the_page_one_wanted_and_says_how_the_cookie_is_kept(ada: Browser, stranger: Browser) -> None:
    wanted = stranger.get("/runs/?model=a%26b")
    assert wanted.headers["location"] == "/sign-in/?next=/runs/%3Fmodel%3Da%2526b"
    page = stranger.get(wanted.headers["location"])
    assert 'name="next" value="/runs/?model=a%26b"' in page.text
    answer = stranger.sign_in("ada")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("portal-sign-in="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert answer.headers["cache-control"] == "no-store"
    token = re.match(r"portal-sign-in=([\w-]+)", cookie)[1]  # type: ignore[index]
    assert token not in str(written(ada.portal, "SELECT * FROM team_signin"))


def test_no_other_site_signs_anybody_in(ada: Browser, stranger: Browser) -> None:
    fields = {"handle": "ada", "password": PASSWORD, "next": "/"}
    assert stranger.post("/sign-in/", data=fields).status_code == 403
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)', stranger.get("/sign-in/").text)[1]  # type: ignore[index]
    elsewhere = stranger.post("/sign-in/", data=fields | {"csrfmiddlewaretoken": token}, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
