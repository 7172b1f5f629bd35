"""A reader finds the earlier runs of an example in its panel: shows one, compares it, and shares it by a link into the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.e2e.test_panel import panel, run, state, text
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser


def ran(page: Page, upstream: FarEnd, words: str) -> None:
    upstream.script = stream(chat([f"{word} " for word in words.split()]))
    run(panel(page))
    expect(text(panel(page))).to_have_text(words)
    expect(state(panel(page))).to_have_text("Done")


def test_an_earlier_run_is_shown_compared_and_shared_until_it_is_taken_back(
    page: Page, browser: Browser, portal: PortalServer, upstream: FarEnd
) -> None:
    page.goto(portal.url)
    ran(page, upstream, "The sky is blue.")
    ran(page, upstream, "The sea is blue.")
    panel(page).get_by_role("button", name="More").click()
    panel(page).get_by_role("button", name="Earlier runs").click()
    tool = panel(page).get_by_role("region", name="Earlier runs")
    expect(tool.get_by_role("listitem")).to_have_count(2)
    first = tool.get_by_role("listitem").nth(1)
    first.get_by_role("button", name="Compare").click()
    expect(tool.locator("del")).to_have_text(["sky"])
    expect(tool.locator("ins")).to_have_text(["sea"])

    first.get_by_role("button", name="Show").click()
    expect(text(panel(page))).to_have_text("The sky is blue.")
    expect(panel(page).locator(".substitute")).to_contain_text("Run sends its request anew.")

    first.get_by_role("button", name="Share").click()
    link = tool.locator(".told a").first.get_attribute("href")
    assert link is not None
    asked = len(upstream.requests_for("/api/chat"))
    context = browser.new_context()
    other = context.new_page()
    other.goto(link)
    expect(text(panel(other))).to_have_text("The sky is blue.")
    expect(panel(other)).to_be_in_viewport()
    assert len(upstream.requests_for("/api/chat")) == asked, "looking at a run starts none"

    tool.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_visible()
    other.goto("about:blank")
    other.goto(link)
    expect(panel(other).locator(".error")).to_contain_text("This link leads nowhere; it may have ended, or whoever sent it may have taken it back.")
    context.close()


def test_earlier_runs_and_the_page_of_a_run_have_no_accessibility_fault(
    browser: Browser, portal: PortalServer, upstream: FarEnd, axe: str  # noqa: F811
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    ran(page, upstream, "One answer.")
    ran(page, upstream, "Another answer.")
    panel(page).get_by_role("button", name="More").click()
    panel(page).get_by_role("button", name="Earlier runs").click()
    first = panel(page).locator(".earlier li").nth(1)
    first.get_by_role("button", name="Compare").click()
    expect(panel(page).locator(".diff")).to_be_visible()
    faults = _faults_in_both_themes(page, axe)
    page.goto(portal.origin + (first.get_by_role("link").get_attribute("href") or ""))
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    faults += _faults_in_both_themes(page, axe)
    page.goto(f"{portal.url}runs/")
    page.get_by_text("Delete", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    faults += _faults_in_both_themes(page, axe)
    boxes = page.get_by_role("checkbox")
    before = boxes.count()
    boxes.first.check()
    page.get_by_role("button", name="Delete those chosen").click()
    expect(boxes).to_have_count(before - 1)
    page.close()
    assert faults == []
