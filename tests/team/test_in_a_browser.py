"""The whole way in a real browser: set up from nothing, invite two, give one a model and the other none, revoke in mid-stream."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.farend import FarEnd, Held, chat
from tests.portal_server import PortalServer
from tests.team.people import PASSWORD, setup_link

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(
        OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_DOCS_ROOT=str(DOCS), PORTAL_RUNS_AT_ONCE="1"
    ) as portal:
        yield portal


def join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Handle").fill(name.lower())
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def tab(browser: Browser, width: int = 1280) -> Page:
    return browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True, reduced_motion="reduce").new_page()


def test_an_administrator_sets_up_invites_gives_revokes_and_finds_it_in_the_audit(
    browser: Browser, fresh: PortalServer, upstream: FarEnd, axe: str  # noqa: F811
) -> None:
    ada, ben, cleo = tab(browser), tab(browser), tab(browser, 390)
    faults: list[str] = []

    cleo.goto(fresh.url)
    expect(cleo.locator("run-panel .barred").first).to_contain_text("Only people who are signed in run requests here. Sign in")
    expect(cleo.locator("run-panel button.run").first).to_be_disabled()
    faults += _faults_in_both_themes(cleo, axe)

    join(ada, fresh.origin + setup_link(fresh), "Ada")
    for someone, name in ((ben, "Ben"), (cleo, "Cleo")):
        ada.goto(f"{fresh.url}people/")
        ada.get_by_label("For whom").fill(name)
        ada.get_by_role("button", name="Make a link").click()
        join(someone, ada.get_by_label("Invitation link").input_value(), name)
    faults += _faults_in_both_themes(ada, axe)
    ada.get_by_role("button", name="Take back *").click()
    ada.locator("[name=to]").select_option(label="Ben")
    ada.locator("[name=model]").fill("far:*")
    ada.locator("form[action='/people/grants'] button").click()
    expect(ada.locator("tr", has_text="far:*")).to_contain_text("Ben")

    upstream.script = Held(chat(["Hello ", "there"])[:1], [])
    ben.goto(fresh.url)
    ben.locator("run-panel button.run").first.click()
    expect(ben.locator("run-panel .text").first).to_contain_text("Hello")
    cleo.goto(fresh.url)
    cleo.locator("run-panel button.run").first.click()
    expect(cleo.locator("run-panel .error").first).to_contain_text("You have not been given")
    expect(cleo.locator("run-panel .error").first).to_contain_text("Ask an administrator: Ada.")
    faults += _faults_in_both_themes(cleo, axe)

    ada.goto(f"{fresh.url}people/")
    ada.locator("[name=to]").select_option(label="Cleo")
    ada.locator("[name=model]").fill("far:*")
    ada.locator("form[action='/people/grants'] button").click()
    cleo.reload()
    cleo.locator("run-panel button.run").first.click()
    expect(cleo.locator("run-panel").first).to_contain_text("Queued, 1 in line")

    second = upstream.script = Held(chat(["Hello ", "there"])[:1], chat(["Hello ", "there"])[1:])
    ada.get_by_role("button", name="Take back far:*").first.click()
    ended = ben.locator("run-panel .error").first
    expect(ended).to_contain_text("An administrator took back the right to run this")
    expect(ended).to_contain_text("Ask an administrator: Ada.")
    expect(cleo.locator("run-panel .text").first).to_contain_text("Hello")
    second.go()
    expect(cleo.locator("run-panel[data-state=done]").first).to_be_visible()

    ada.goto(f"{fresh.url}audit/")
    for said in ("took back a model", "gave a model", "far:* on any upstream", "invited by ada", "by the set-up link"):
        expect(ada.locator("table")).to_contain_text(said)
    for address in ("account/", "audit/"):
        ada.goto(fresh.url + address)
        faults += _faults_in_both_themes(ada, axe)
    ada.get_by_role("link", name="Account", exact=True).first.click()
    ada.get_by_role("button", name="Sign out", exact=True).click()
    ada.goto(f"{fresh.url}sign-in/")
    faults += _faults_in_both_themes(ada, axe)
    for someone in (ada, ben, cleo):
        someone.context.close()
    assert faults == []
    assert "Traceback" not in fresh.log
