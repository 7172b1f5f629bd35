"""axe-core finds nothing to object to on any kind of page, in either theme, and a telephone of 320 pixels shows it without scrolling sideways."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import keys_work
from tests.e2e.conftest import ROOT
from tests.e2e.places import PLACES
from tests.farend import FarEnd, Held, Script, chat, stream, whole
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
# How much of the page is beyond the edge of the window, and the first element that reaches there.
BEYOND = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const wide = [...document.querySelectorAll("body *")].find((one) => one.getBoundingClientRect().right > innerWidth + 1);
  resolve([document.documentElement.scrollWidth - innerWidth, wide ? wide.cloneNode().outerHTML.slice(0, 120) : ""]);
})))"""
NARROW = 320
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
    keys_work(page)
    page.keyboard.press(key)
    page.wait_for_selector(opens)
    if key == "/":
        page.keyboard.type("text")
        page.wait_for_selector("search-palette [role=option]")
    faults = _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


CALL: dict[str, Any] = {"message": {"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}, "done": True}
TOLD = "# Why\n\n**Air**, [see](https://example.com/).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n"


@pytest.mark.parametrize(("script", "seen"), [
    (Held(chat([TOLD, "and on"])[:2], []), "run-panel[data-state=streaming] .text"),
    (stream(chat([TOLD])), "run-panel[data-state=done] form.reply:not([hidden])"),
    (stream([json.dumps(CALL).encode() + b"\n"]), "run-panel[data-state=done] .result"),
    (whole({"error": "model not found"}, "404 Not Found"), "run-panel[data-state=failed] .error button"),
], ids=["streaming", "done", "calling a tool", "failed"])  # fmt: skip
def test_an_answer_has_no_accessibility_fault(
    browser: Browser, portal: PortalServer, upstream: FarEnd, axe: str, script: Script, seen: str
) -> None:
    upstream.script = script
    page = browser.new_page(viewport={"width": 320, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    page.locator("run-panel button.run").first.click()
    page.wait_for_selector(seen)
    faults = _faults_in_both_themes(page, axe)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()
    assert faults == []


def test_no_view_of_an_answer_has_an_accessibility_fault(
    browser: Browser, portal: PortalServer, upstream: FarEnd, axe: str
) -> None:
    upstream.script = stream([json.dumps(CALL | {"message": CALL["message"] | {"thinking": "Hm.", "content": "So."}}).encode() + b"\n"])
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    page.goto(portal.url)
    panel = page.locator("run-panel").first
    panel.locator("button.run").click()
    page.wait_for_selector("run-panel[data-state=done] .text")
    faults = []
    for view in ("tools", "events", "raw", "figures"):
        panel.locator(f".answer [role=tab][data-view={view}]").click()
        expect(panel.locator(f"run-{view}")).not_to_be_empty()
        if view == "events":
            panel.locator(".rows [role=option]").first.click()
        faults += _faults_in_both_themes(page, axe)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
    assert faults == []


def _open_everything(page: Page) -> None:
    keys_work(page)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")


def _faults_in_both_themes(page: Page, axe: str) -> list[str]:
    """A line for each element with a fault: the theme, the rule, the element, and what axe says of it; and one if the page is too wide."""
    page.evaluate(axe)
    faults = [fault for theme in THEMES for fault in _faults(page, theme)]
    return [*faults, *_faults_when_narrow(page)]


def _faults_when_narrow(page: Page) -> list[str]:
    """What a telephone would have to scroll sideways for."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": NARROW, "height": before["height"]})
    beyond, widest = page.evaluate(BEYOND)
    page.set_viewport_size(before)
    return [f"{beyond} px too wide for a telephone: {widest}"] if beyond > 0 else []


def _faults(page: Page, theme: Literal["light", "dark"]) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.evaluate(DRAW)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{theme}: {violation['id']}: {json.dumps(node['target'])} {node['html'][:120]} {' '.join(node['failureSummary'].split())[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
