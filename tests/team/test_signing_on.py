"""Signing on with an account elsewhere: by issuer and subject alone, closed to strangers, and no bad answer gets through."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from portal.team.sign_on.providers import BadProviders, read_providers
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.portal_server import PortalServer
from tests.team.people import PASSWORD, Browser, invite, newcomer, set_up, written
from tests.team.provider import CLIENT, SECRET, Provider

FILE = """
[company]
issuer = "{issuer}"
client_id = "{client}"
secret_file = "{folder}/secret"
label = "Corp"
domains = ["corp.example"]
groups = ["docs"]

[github]
issuer = "{issuer}"
client_id = "{client}"
groups = ["corp"]
role = "guest"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def portal(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    folder = tmp_path_factory.mktemp("sign-on")
    (folder / "secret").write_text(SECRET + "\n")
    file = folder / "sign-on.toml"
    file.write_text(FILE.format(issuer=provider.issuer, client=CLIENT, folder=folder))
    with PortalServer(
        PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", PORTAL_PROXIES="127.0.0.1", PORTAL_SIGN_ON=str(file),
        PORTAL_SIGN_ON_SECRET_GITHUB=SECRET,
    ) as portal:  # fmt: skip
        yield portal
        assert "Traceback" not in portal.log, portal.log
        assert SECRET not in portal.log


@pytest.fixture(scope="module")
def ada(portal: PortalServer) -> Browser:
    return set_up(portal)


@pytest.fixture(autouse=True)
def as_new(provider: Provider, ada: Browser) -> None:
    provider.reset()
    written(ada.portal, "DELETE FROM team_person WHERE handle <> 'ada' AND role <> 'administrator' AND id NOT IN (SELECT person_id FROM team_signin)")
    for table in ("identity", "allowance"):
        written(ada.portal, f"DELETE FROM team_{table}")


def go_there(browser: Browser, path: str = "/sign-on/company/") -> str:
    """To the provider; the address it sends the browser back to."""
    answer = browser.get(path)
    assert answer.status_code == 302, answer.text
    return come_from(answer.headers["location"])


def come_from(address: str) -> str:
    back = httpx.get(address, trust_env=False)
    assert back.status_code == 302
    return back.headers["location"]


def sign_on(browser: Browser, path: str = "/sign-on/company/") -> httpx.Response:
    return browser.get(go_there(browser, path))


def said(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def people(ada: Browser) -> object:
    return [written(ada.portal, f"SELECT * FROM team_{table} ORDER BY 1") for table in ("person", "identity", "signin")]


def last_line(ada: Browser) -> tuple[str, str, str]:
    line: tuple[str, str, str] = written(ada.portal, "SELECT what, about, detail FROM team_event ORDER BY id DESC LIMIT 1")[0]
    return line


def test_who_comes_from_a_domain_joins_once_and_is_known_by_issuer_and_subject(
    ada: Browser, portal: PortalServer, provider: Provider
) -> None:
    first, second = Browser(portal), Browser(portal)
    assert 'href="/sign-on/company/?next=/runs/"' in first.get("/sign-in/?next=/runs/").text
    answer = sign_on(first, "/sign-on/company/?next=/runs/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs/")
    assert "<h1>Grace Hopper</h1>" in first.get("/account/").text
    # Everything but the subject is another's to change.
    provider.who |= {"name": "Grace B. M. Hopper", "email": "else@elsewhere.example", "email_verified": False}
    assert sign_on(second).status_code == 303
    assert "<code>grace</code>, member" in second.get("/account/").text
    assert written(ada.portal, "SELECT count(*) FROM team_person WHERE handle LIKE 'grace%'") == [(1,)]
    assert ("joined", "grace", "member, of corp.example, with Corp") in written(ada.portal, "SELECT what, about, detail FROM team_event")
    assert ("signed in", "grace", "with Corp") in written(ada.portal, "SELECT what, about, detail FROM team_event")
    # The same address is no proof of being the same person.
    provider.who |= {"sub": "2002", "email": "grace@corp.example", "email_verified": True}
    before = people(ada)
    other = sign_on(Browser(portal))
    assert (other.status_code, "by another account" in other.text) == (403, True)
    provider.who["email_verified"] = False
    assert sign_on(Browser(portal)).status_code == 403
    assert people(ada) == before
    assert last_line(ada)[:2] == ("was refused to sign in", "Corp")


def test_sign_up_stays_closed_and_says_whom_to_ask(ada: Browser, portal: PortalServer, provider: Provider) -> None:
    for someone in (
        {"email": "eve@elsewhere.example"}, {"email_verified": False}, {"email_verified": "true"}, {"email": "eve@x.corp.example"},
        {"email": "eve@corp.example@elsewhere.example"}, {"groups": ["other"]} | {"email": None}, {"groups": "docs", "email": None},
    ):  # fmt: skip
        provider.reset()
        provider.who |= {"sub": "666"} | someone
        before = people(ada)
        answer = sign_on(Browser(portal))
        assert answer.status_code == 403
        assert "by invitation. Ask an administrator: Ada." in said(answer)
        assert people(ada) == before
        assert last_line(ada)[0] == "was refused to sign in"
    provider.who = {"sub": "777", "groups": ["docs"], "preferred_username": "Ada"}
    assert sign_on(invited := Browser(portal)).status_code == 303
    assert "<code>ada-2</code>, member" in invited.get("/account/").text, "the handle was another's"


def test_an_invitation_lets_in_whoever_comes_with_it_once(ada: Browser, portal: PortalServer, provider: Provider) -> None:
    provider.who |= {"sub": "3003", "email": "new@elsewhere.example"}
    link = invite(ada, "maintainer")
    token = link.split("/")[2]
    browser = Browser(portal)
    assert f'href="/sign-on/company/?invitation={token}"' in browser.get(link).text
    assert sign_on(browser, f"/sign-on/company/?invitation={token}").headers["location"] == "/account/"
    assert "<code>new</code>, maintainer" in browser.get("/account/").text
    provider.who["sub"] = "3004"
    provider.who["email"] = "late@elsewhere.example"
    late = sign_on(Browser(portal), f"/sign-on/company/?invitation={token}")
    assert (late.status_code, "leads nowhere" in late.text) == (404, True)


NOT_THEIRS: dict[str, object] = {
    "another issuer": lambda p: setattr(p, "bend", lambda c: c.update(iss="https://evil.example")),
    "another audience": lambda p: setattr(p, "bend", lambda c: c.update(aud="another-client")),
    "issued to another of several": lambda p: setattr(p, "bend", lambda c: c.update(aud=[CLIENT, "other"], azp="other")),
    "several and to nobody": lambda p: setattr(p, "bend", lambda c: c.update(aud=[CLIENT, "other"])),
    "another nonce": lambda p: setattr(p, "bend", lambda c: c.update(nonce="x")),
    "no nonce": lambda p: setattr(p, "bend", lambda c: c.update(nonce=None)),
    "expired": lambda p: setattr(p, "bend", lambda c: c.update(exp=int(time.time()) - 120)),
    "without an end": lambda p: setattr(p, "bend", lambda c: c.update(exp=None)),
    "of the future": lambda p: setattr(p, "bend", lambda c: c.update(iat=int(time.time()) + 900)),
    "no subject": lambda p: setattr(p, "bend", lambda c: c.update(sub=None)),
    "a number as subject": lambda p: setattr(p, "bend", lambda c: c.update(sub=1001)),
    "another's key": lambda p: setattr(p, "sign", p.by_a_stranger),
    "HS256 with the public key": lambda p: setattr(p, "sign", p.by_its_public_key),
    "no algorithm": lambda p: setattr(p, "sign", p.not_at_all),
    "no token": lambda p: setattr(p, "sign", lambda claims: None),
    "no JWT": lambda p: setattr(p, "sign", lambda claims: "a.b"),
    "another state": lambda p: setattr(p, "answer", lambda q: q | {"state": "x" * 64}),
    "no state": lambda p: setattr(p, "answer", lambda q: {"code": q["code"]}),
    "another's code": lambda p: setattr(p, "answer", lambda q: q | {"code": "stolen"}),
    "no code": lambda p: setattr(p, "answer", lambda q: {"state": q["state"]}),
    "another issuer in the address": lambda p: setattr(p, "answer", lambda q: q | {"iss": "https://evil.example"}),
    "refused there": lambda p: setattr(p, "answer", lambda q: {"state": q["state"], "error": "access_denied"}),
}


@pytest.mark.parametrize("fault", NOT_THEIRS)
def test_a_bad_answer_is_refused_written_down_and_changes_nothing(
    ada: Browser, portal: PortalServer, provider: Provider, fault: str
) -> None:
    NOT_THEIRS[fault](provider)  # type: ignore[operator]
    before, browser = people(ada), Browser(portal)
    answer = sign_on(browser)
    assert answer.status_code == 403
    assert "did not sign you on, so nothing was changed" in said(answer)
    assert "portal-sign-in" not in str(answer.headers)
    assert people(ada) == before
    what, about, why = last_line(ada)
    assert (what, about) == ("was refused to sign in", "Corp")
    assert why
    assert browser.get("/account/").status_code == 302


def test_an_answer_belongs_to_the_browser_that_began_and_works_once(portal: PortalServer, ada: Browser) -> None:
    first, victim = Browser(portal), Browser(portal)
    theirs = go_there(first)
    assert victim.get(theirs).status_code == 403, "nobody is signed in as another by a link they were sent"
    go_there(victim, "/sign-on/github/")
    assert victim.get(theirs).status_code == 403
    assert first.get(theirs.replace("/company/", "/github/")).status_code == 403
    assert first.get(theirs).status_code == 303
    assert first.get(theirs).status_code == 403
    cookie = next(one for one in Browser(portal).get("/sign-on/company/").headers.get_list("set-cookie") if "portal-sign-on" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_what_is_asked_for_has_a_challenge_and_nothing_secret(portal: PortalServer, provider: Provider) -> None:
    browser = Browser(portal)
    address = browser.get("/sign-on/company/?next=https://evil.example/").headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{portal.origin}/sign-on/company/back"
    assert (asked["code_challenge_method"], asked["response_type"], asked["scope"]) == ("S256", "code", "openid profile email")
    assert len(asked["nonce"]) > 40
    assert SECRET not in address
    assert browser.get(come_from(address)).headers["location"] == "/", "and on to nowhere else"
    assert browser.get("/sign-on/nobody/").status_code == 404
    for page in ("/sign-in/", "/account/", "/people/"):
        assert SECRET not in browser.get(page).text


def test_github_is_asked_who_somebody_is(portal: PortalServer, provider: Provider, ada: Browser) -> None:
    provider.who["sub"] = "4004"
    assert "by invitation" in sign_on(Browser(portal), "/sign-on/github/").text, "a domain is not set for it"
    provider.orgs = ["corp"]
    browser = Browser(portal)
    assert sign_on(browser, "/sign-on/github/").status_code == 303
    assert "<code>grace-h</code>, guest" in browser.get("/account/").text
    assert written(ada.portal, "SELECT subject, email FROM team_identity") == [("4004", "grace@corp.example")]


def test_people_link_and_unlink_accounts_and_keep_a_way_in(portal: PortalServer, provider: Provider, ada: Browser) -> None:
    provider.who |= {"sub": "5005", "email": "b@elsewhere.example"}
    ben, cleo = newcomer(ada, "member"), newcomer(ada, "member")
    for someone in (ben, cleo):
        page = someone.send_form("/account/identities/company/link")
        assert page.status_code == 200
        address = re.search(r'content="0; url=([^"]+)"', page.text)[1].replace("&amp;", "&")  # type: ignore[index]
        answer = someone.get(come_from(address))
        assert answer.status_code == (303 if someone is ben else 409)
    assert "linked to somebody else" in answer.text
    assert ben.get("/sign-on/company/").status_code == 302
    other = Browser(portal)
    assert sign_on(other).status_code == 303
    assert ben.handle in other.get("/account/").text
    ((number,),) = written(ada.portal, "SELECT id FROM team_identity")
    assert cleo.send_form(f"/account/identities/{number}/unlink").status_code == 404
    assert ben.send_form(f"/account/identities/{number}/unlink").status_code == 303
    assert sign_on(Browser(portal)).status_code == 403

    alone = Browser(portal)
    provider.who |= {"sub": "5006", "email": "alone@corp.example"}
    sign_on(alone)
    alone.handle = "alone"
    ((number,),) = written(ada.portal, "SELECT id FROM team_identity")
    assert "Set a password first" in alone.send_form(f"/account/identities/{number}/unlink").text
    assert alone.send_form("/account/password", present="", password=PASSWORD).status_code == 303
    assert Browser(portal).sign_in("alone").status_code == 303, "a way in when the provider is away"
    assert alone.send_form("/account/password", present="", password="another long one").status_code == 403
    assert alone.send_form(f"/account/identities/{number}/unlink").status_code == 303


def test_somebody_suspended_does_not_come_in_by_another_way(portal: PortalServer, ada: Browser) -> None:
    sign_on(Browser(portal))
    handle = written(ada.portal, "SELECT p.handle FROM team_person p JOIN team_identity i ON i.person_id = p.id")[0][0]
    ada.send_form(f"/people/{handle}/suspend")
    assert sign_on(Browser(portal)).status_code == 403
    ada.send_form(f"/people/{handle}/restore")


def test_a_provider_that_is_down_is_said_to_be(portal: PortalServer, provider: Provider) -> None:
    browser = Browser(portal)
    back = go_there(browser)
    provider.is_down = True
    answer = browser.get(back)
    assert (answer.status_code, "Corp cannot be asked just now. Sign in with a password" in answer.text) == (503, True)
    provider.is_down = False
    provider.sign = provider.hung_up
    assert sign_on(Browser(portal)).status_code == 503
    assert provider.asked.count("/.well-known/openid-configuration") == 1, "what it publishes is kept"


@pytest.mark.parametrize(("text", "why"), [
    ('[a]\nissuer = "https://id.example"', "client_id is missing"),
    ('[a]\nclient_id = "x"', "issuer is missing"),
    ('[a]\nclient_id = "x"\nissuer = "http://id.example"', "no https address"),
    ('[a]\nclient_id = "x"\nissuer = "https://id.example"', "Name a secret_file, or set PORTAL_SIGN_ON_SECRET_A"),
    ('[a]\nclient_id = "x"\nissuer = "https://id.example"\nsecret_file = "/nowhere"', "secret_file cannot be read"),
    ('[a]\nclient_id = "x"\nissuer = "https://id.example"\nsecret = "y"', "secret is none of"),
    ('[a]\nclient_id = "x"\nissuer = "https://id.example"\ndomains = "y"', "domains is none of"),
    ('[google]\nclient_id = "x"\nrole = "administrator"', "administrators are made by others"),
    ('[google]\nclient_id = "x"\nkind = "saml"', "kind is openid or github"),
    ("[", "cannot be read"),
    ('["A B"]', "named by small letters"),
], ids=str)  # fmt: skip
def test_a_file_that_does_not_do_is_refused_with_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "sign-on.toml").write_text(text)
    with pytest.raises(BadProviders, match=re.escape(why)):
        read_providers(str(tmp_path / "sign-on.toml"))
    assert read_providers("") == {}


def test_the_attempt_a_browser_keeps_cannot_be_written_by_it(portal: PortalServer) -> None:
    browser = Browser(portal)
    go_there(browser)
    kept = browser.cookies["portal-sign-on"].strip('"')
    body = kept.split(":")[0]
    forged = base64.urlsafe_b64encode(json.dumps({"state": "x"}).encode()).decode().rstrip("=")
    browser.cookies.clear()
    browser.cookies.set("portal-sign-on", kept.replace(body, forged))
    assert browser.get("/sign-on/company/back?state=x&code=y").status_code == 403


@pytest.mark.browser
def test_in_a_browser_one_signs_on_sets_up_a_second_factor_and_comes_back_by_passkey(
    browser: Chromium, portal: PortalServer, provider: Provider, axe: str  # noqa: F811
) -> None:
    provider.who |= {"sub": "9009", "name": "Mary Jackson", "email": "mary@corp.example"}
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"automaticPresenceSimulation": True}})
    # A passkey belongs to a name, not to a number.
    origin = portal.origin.replace("127.0.0.1", "localhost")
    page.goto(f"{origin}/sign-in/")
    faults = _faults_in_both_themes(page, axe)
    page.get_by_role("link", name="Sign in with Corp").click()
    expect(page).to_have_url(f"{origin}/")
    page.goto(f"{origin}/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mary Jackson")
    _set_up(page)
    faults += _faults_in_both_themes(page, axe)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="Remove the passkey Chrome on Linux")).to_be_visible()
    faults += _faults_in_both_themes(page, axe)

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto(f"{origin}/sign-in/?next=/playground/")
    page.get_by_role("link", name="Sign in with Corp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    faults += _faults_in_both_themes(page, axe)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#problem")).to_contain_text("That is not the code")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{origin}/playground/")

    page.goto(f"{origin}/account/")
    # The page in between goes on by itself at once: so it is stopped on its way, and then goes on by its link.
    page.route(f"{provider.issuer}/**", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Link Corp", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("On to Corp")
    faults += _faults_in_both_themes(page, axe)
    page.unroute_all()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator(".note")).to_contain_text("That account is linked")
    page.get_by_role("button", name="Remove the passkey Chrome on Linux").click()
    expect(page.get_by_role("button", name="Remove the passkey Chrome on Linux")).to_have_count(0)
    context.close()
    assert faults == []


def _set_up(page: Page) -> None:
    page.get_by_role("link", name="Set up an authenticator app").click()
    secret = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
