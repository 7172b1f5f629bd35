"""A reader saves a request under a name, finds it beside its example and in the library, and opens it again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.e2e.test_panel import panel
from tests.farend import FarEnd
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser


SAVED = '{"model": "far:1b", "messages": [{"role": "user", "content": "Saved words"}]}'


def save(page: Page, portal: PortalServer, name: str, note: str) -> None:
    page.goto(portal.url)
    page.evaluate("customElements.whenDefined('run-panel').then(() => null)")
    panel(page).evaluate("(one, body) => one.write({ body })", SAVED)
    panel(page).get_by_role("button", name="More", exact=True).click()
    panel(page).get_by_role("button", name="Save in the library").click()
    tool = panel(page).get_by_role("region", name="Save")
    tool.get_by_label("Name").fill(name)
    tool.get_by_label("Note").fill(note)
    tool.get_by_role("button", name="Save", exact=True).click()


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    """A portal of this test's own, with nothing in its library yet."""
    with FarEnd() as far_end, PortalServer(OLLAMA_HOST=far_end.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


def test_a_request_is_saved_and_found_beside_its_example_and_in_the_library(page: Page, portal: PortalServer) -> None:
    save(page, portal, "A short question", "for newcomers")
    tool = panel(page).get_by_role("region", name="Save")
    expect(tool.get_by_role("status")).to_have_text("Saved: it is in the library.")
    tool.get_by_role("link", name="the library").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A short question")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")  # where the change itself is kept
    page.get_by_role("link", name="Open on its page").click()
    expect(panel(page).locator("textarea.request")).to_have_value(re.compile("Saved words"))
    expect(panel(page)).to_be_in_viewport()
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto(portal.url)
    expect(panel(page).locator(".edited")).to_have_count(0)
    panel(page).get_by_role("button", name="1 saved").click()
    panel(page).get_by_role("button", name="A short question").click()
    expect(panel(page).locator("textarea.request")).to_have_value(re.compile("Saved words"))

    save(page, portal, "Another", "")
    expect(panel(page).get_by_role("region", name="Save").get_by_role("status")).to_contain_text("Saved")
    page.goto(f"{portal.url}library/")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Words").fill("newcomers")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{portal.url}library/?q=newcomers")


def test_the_library_has_no_accessibility_fault(browser: Browser, portal: PortalServer, axe: str) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 320, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    save(page, portal, "Looked at", "https://ollama.com is where it is from.")
    page.get_by_role("status").get_by_role("link", name="the library").wait_for()
    faults = _faults_in_both_themes(page, axe)
    for address in ("library/", "library/1/", "shared/"):
        page.goto(portal.url + address)
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        faults += _faults_in_both_themes(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()
    assert faults == []
