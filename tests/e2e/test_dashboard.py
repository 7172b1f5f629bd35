"""The first page tells how things are, and goes on telling it without a reload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.played import LOADED, MODELS
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.farend import FarEnd, Held, chat, silence, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

PROOF = {"file": "index.md", "line": 5, "request": "POST /api/chat", "verdict": "proven", "reason": "", "model": "far:1b", "seconds": 1.0}
VERIFIED = {"at": "2026-11-25T10:00:00+00:00", "upstream": "local", "proofs": [
    PROOF, PROOF, PROOF | {"verdict": "failed", "reason": "<b>no</b>"}, PROOF | {"verdict": "left out"}]}  # fmt: skip

# A page that comes back into sight looks at once.
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def mute() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        far_end.routes["/api/version"] = silence  # type: ignore[assignment]
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd, mute: FarEnd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    data: Path = tmp_path_factory.mktemp("data")
    (data / "proven.json").write_text(json.dumps(VERIFIED))
    upstream.routes |= {"/api/tags": whole(MODELS), "/api/ps": whole(LOADED)}
    more = f"mute={mute.origin}"
    with PortalServer(data=data, OLLAMA_HOST=upstream.origin, PORTAL_UPSTREAMS=more, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


def test_it_tells_how_things_are_and_goes_on_telling_without_a_reload(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    records = chat(["word "] * 8)
    upstream.script = held = Held(records[:4], records[4:])
    page.goto(portal.url)
    board = page.locator("live-board")
    local = board.locator(".station").first
    expect(local).to_contain_text("up for")
    expect(local).to_contain_text("0.12.0")
    expect(local).to_contain_text("loaded, 2.2 GB, 50 % of it VRAM, stays for good")
    expect(board.locator(".station").nth(1)).to_contain_text("down for")
    expect(board.get_by_role("region", name="Journal")).to_contain_text("Another")
    expect(board.get_by_role("region", name="Runs")).to_contain_text("None yet")
    page.evaluate("document.querySelector('.station').theSame = true")

    page.locator("run-panel button.run").first.click()
    running = board.locator(".outcome[data-outcome=running]")
    expect(running).to_be_visible()
    expect(board.get_by_role("region", name="Runs")).to_contain_text("streaming")
    held.go()
    expect(board.get_by_role("region", name="Runs")).to_contain_text("done")
    expect(running).to_have_count(0)
    expect(board.get_by_role("img", name="Tokens answered: 8 in 1 run")).to_be_visible()
    assert page.evaluate("document.querySelector('.station').theSame"), "what had not changed was put there anew"

    upstream.routes["/api/version"] = whole({"error": "no"}, "500 Internal Server Error")
    expect(local).to_contain_text("down for", timeout=30_000)
    expect(local).to_contain_text("status 500: no")
    upstream.routes["/api/version"] = whole({"version": "0.12.0"})


def test_the_charts_show_the_stretch_of_time_that_is_chosen_and_the_address_says_so(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    expect(page.locator("live-board:defined")).to_have_count(1)
    page.get_by_role("link", name="Month").click()
    expect(page.get_by_role("link", name="Month")).to_have_attribute("aria-current", "true")
    assert page.url == f"{portal.url}?over=month"


def test_what_is_proven_and_what_failed_is_told_as_text(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    proof = page.get_by_role("region", name="What is proven")
    expect(proof).to_contain_text("2 of 4 requests in the documents were answered as they should be, 1 failed; 1 cannot be sent here.")
    expect(proof.get_by_role("link", name="Examples")).to_have_attribute("href", "/")
    expect(proof).to_contain_text("POST /api/chat: <b>no</b>")


def test_it_reads_with_scripts_off_and_the_sets_own_first_page_stands_below(browser: Browser, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal.url)
    station = page.locator(".station").first
    # Without scripts the page stays as it was made, and the latest look at the upstream may be one of an earlier test.
    for _ in range(100):
        if "up for" in station.inner_text():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(station).to_contain_text("up for")
    expect(page.get_by_text("through the Document Index")).to_be_visible()
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    page.get_by_role("link", name="Hour").click()
    expect(page.get_by_role("link", name="Hour")).to_have_attribute("aria-current", "true")
    context.close()


def test_a_reader_goes_on_where_reading_was_left(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/everything/", wait_until="networkidle")
    page.get_by_role("heading", level=2).nth(2).evaluate("(heading) => heading.scrollIntoView()")
    anchor = page.get_by_role("heading", level=2).nth(2).get_attribute("id")
    page.goto(portal.url)
    link = page.locator("continue-reading a[href^='/docs/reading/']")
    expect(link).to_have_attribute("href", f"/docs/reading/everything/#{anchor}")
    expect(page.locator("continue-reading")).to_contain_text("Continue reading")


def test_when_the_portal_is_gone_the_page_says_that_it_shows_how_it_was(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    expect(page.locator("live-board:defined")).to_have_count(1)
    page.route("**/live/", lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.evaluate(LOOK)
    expect(page.locator(".stale")).to_contain_text("this is how it was")
    page.unroute_all()
    page.evaluate(LOOK)
    expect(page.locator(".stale")).to_be_empty()
    page.faults.clear()  # type: ignore[attr-defined]  # the requests that failed are on the console


def test_the_dashboard_has_no_accessibility_fault(browser: Browser, portal: PortalServer, axe: str) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []
