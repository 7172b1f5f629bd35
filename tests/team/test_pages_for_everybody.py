"""axe-core finds nothing to object to on the pages of a team, which fit a narrow telephone; each with something on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_axe import NARROW, _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import PortalServer
from tests.team.people import Browser, invite, newcomer, set_up
from tests.team.test_resetting import lost

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ada() -> Iterator[Browser]:
    with FarEnd() as far_end, PortalServer(OLLAMA_HOST=far_end.origin, PORTAL_ACCESS="team", PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        ada = set_up(portal)
        far_end.script = stream(chat(["Hello ", "there."]))
        run = to_its_end(ada)
        far_end.script = whole({"error": "no such model"}, "404 Not Found")
        to_its_end(ada)
        ada.send_form(f"/runs/{run}/share", days="7")
        yield ada
        assert "Traceback" not in portal.log


def to_its_end(someone: Browser) -> str:
    run = str(someone.order(messages=[{"role": "user", "content": "Hello?"}]).json()["run"])
    until = time.monotonic() + 60
    while not someone.get(f"/runs/{run}/log", params={"wait": 10}).json()["ended"]:
        assert time.monotonic() < until
    return run


def page_of(chromium: Chromium, someone: Browser) -> Page:
    """A page of theirs, on a narrow telephone."""
    context = chromium.new_context(viewport={"width": NARROW, "height": 800}, bypass_csp=True, reduced_motion="reduce")
    context.add_cookies([
        {"name": name, "value": value, "url": someone.portal.origin} for name, value in someone.cookies.items()
    ])  # fmt: skip
    return context.new_page()


def faults_of(page: Page, axe: str, origin: str, places: dict[str, int]) -> list[str]:  # noqa: F811
    """What is amiss with each of the places, which answer with these statuses."""
    faults = []
    for place, status in places.items():
        answer = page.goto(origin + place)
        assert answer is not None
        if answer.status != status:
            faults.append(f"{place}: {answer.status}, and not {status}")
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        faults += [f"{place}: {fault}" for fault in _faults_in_both_themes(page, axe)]
    return faults


def test_no_page_of_runs_links_and_saved_requests_has_a_fault(browser: Chromium, ada: Browser, axe: str) -> None:  # noqa: F811
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    token = ada.get("/runs/token").json()["token"]
    saved = ada.post("/library/", json={"name": "A chat", "note": "Why", "request": request}, headers={"X-CSRFToken": token, "Accept": "*/*"})
    runs = [one["id"] for one in ada.get("/runs/?format=json").json()["runs"]]
    assert len(runs) == 2
    places = ["/runs/", "/runs/new/", *(f"/runs/{run}/" for run in runs), "/shared/", "/library/", urlsplit(saved.json()["address"]).path, "/"]
    page = page_of(browser, ada)
    faults = faults_of(page, axe, ada.portal.origin, dict.fromkeys(places, 200) | {"/runs/none/": 404, "/library/999/": 404})
    page.goto(f"{ada.portal.origin}/shared/")
    shared = page.locator("main a[href*='/shared/']").first.get_attribute("href") or ""
    faults += faults_of(page, axe, ada.portal.origin, {"/shared/none/": 404, urlsplit(shared).path: 200})
    page.get_by_label("Say something of this run").fill("Ours is sk-4f9Qm2ZkX8Lw1Rt7Yb3Ns6VdHc5Jg0")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_role("button", name="It is no secret: go on")).to_be_visible()
    faults += _faults_in_both_themes(page, axe)
    page.context.close()
    assert faults == []


def test_no_page_of_people_and_their_accounts_has_a_fault(browser: Chromium, ada: Browser, axe: str) -> None:  # noqa: F811
    mel = newcomer(ada, "member")
    ada.send_form("/people/grants", to=f"person:{mel.handle}", model="far:*", upstream="")
    places = dict.fromkeys(["/people/", "/audit/", "/usage/", "/account/", "/account/second-factor/"], 200)
    page = page_of(browser, ada)
    faults = faults_of(page, axe, ada.portal.origin, places)
    page.context.close()
    page = page_of(browser, mel)
    faults += faults_of(page, axe, ada.portal.origin, {"/people/": 403, "/usage/": 403, "/account/": 200})
    page.context.close()
    page = page_of(browser, Browser(ada.portal))
    faults += faults_of(page, axe, ada.portal.origin, {
        invite(ada, "guest"): 200, "/invitation/none/": 404, lost(ada, mel.handle): 200, "/reset/none/": 404, "/sign-in/": 200,
    })  # fmt: skip
    page.context.close()
    assert faults == []


def test_no_page_of_the_tables_has_a_fault(browser: Chromium, ada: Browser, axe: str) -> None:  # noqa: F811
    page = page_of(browser, ada)
    page.goto(f"{ada.portal.origin}/admin/team/person/")
    person = page.locator("#result_list th a").first.get_attribute("href") or ""
    places = ["/admin/", "/admin/team/", "/admin/team/event/", "/admin/team/event/?q=ada", "/admin/team/person/", "/admin/runs/record/", person]
    faults = faults_of(page, axe, ada.portal.origin, dict.fromkeys(places, 200))
    page.context.close()
    assert faults == []
