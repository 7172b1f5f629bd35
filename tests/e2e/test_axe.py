"""axe-core finds nothing to object to on any kind of page, in either theme."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import ROOT
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer
from tests.strict import leave_out

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# All diagrams of the page, near or not, in the colours of the theme of now.
DRAW = """async () => {
  const diagrams = [...document.querySelectorAll("mermaid-diagram")];
  if (diagrams.length) await customElements.whenDefined("mermaid-diagram");
  await Promise.all(diagrams.map((diagram) => diagram.draw()));
}"""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PLACES = {
    "the first page": "",
    "a page with everything": "docs/reading/everything/",
    "a page of components": "docs/reading/components/",
    "diagrams": "docs/reading/diagrams/",
    "a page from right to left": "docs/reading/right-to-left/",
    "ten panels": "docs/reading/ten-panels/",
    "a huge table": "docs/reading/huge-table/",
    "a section": "docs/reading/parts/",
    "All Documents": "docs/",
    "the Document Index": "docs/index/",
    "no such page": "docs/nowhere/",
    "search, not asked": "search/",
    "search, with results": "search/?q=text",
    "search, with none": "search/?q=zzzzzzzz",
    "a page that was found": "docs/reading/parts/one/?q=text",
    "the reference": "reference/",
    "a reference document": "reference/openapi/",
    "the book": "book/",
    "a chapter": "book/first/",
    "the book to print": "book/print/",
    "editions": "book/editions/",
    "the journal": "journal/",
    "a month": "journal/2026/11/",
    "entries that match": "journal/?q=another",
}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        leave_out("axe-core is not installed (npm ci), so no page was checked for accessibility")
    return AXE.read_text("utf-8")


@pytest.mark.parametrize("place", PLACES)
def test_no_page_has_an_accessibility_fault(browser: Browser, portal: PortalServer, axe: str, place: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    answer = page.goto(portal.url + PLACES[place])
    assert answer is not None
    assert answer.status == (404 if place == "no such page" else 200)
    _open_everything(page)
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


def test_the_drawer_of_a_phone_has_no_accessibility_fault(browser: Browser, portal: PortalServer, axe: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    page.get_by_role("button", name="Contents of the site").click()
    page.wait_for_selector("#side:popover-open")
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


@pytest.mark.parametrize(("key", "opens"), [
    ("?", "keyboard-help dialog[open]"),
    ("/", "search-palette dialog[open]"),
])  # fmt: skip
def test_what_a_key_opens_has_no_accessibility_fault(
    browser: Browser, portal: PortalServer, axe: str, key: str, opens: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    page.wait_for_selector("button.theme")
    page.keyboard.press(key)
    page.wait_for_selector(opens)
    if key == "/":
        page.keyboard.type("text")
        page.wait_for_selector("search-palette [role=option]")
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


def test_an_answer_has_no_accessibility_fault(
    browser: Browser, portal: PortalServer, upstream: FarEnd, axe: str
) -> None:
    upstream.script = stream(chat(["An ", "answer."]))
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    page.locator("run-panel button.run").first.click()
    page.wait_for_selector("run-panel[data-state=done]")
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


def _open_everything(page: Page) -> None:
    page.wait_for_selector("button.theme")
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")


def _faults_in_both_themes(page: Page, axe: str) -> list[str]:
    """A line for each element with a fault: the theme, the rule, the element, and what axe says of it."""
    page.evaluate(axe)
    return [fault for theme in THEMES for fault in _faults(page, theme)]


def _faults(page: Page, theme: Literal["light", "dark"]) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.evaluate(DRAW)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{theme}: {violation['id']}: {json.dumps(node['target'])} {node['html'][:120]} {' '.join(node['failureSummary'].split())[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
