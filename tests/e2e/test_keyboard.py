"""A reader works a whole panel by the keyboard alone: changes the request, runs and stops it, looks at its views, shares it, compares."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.played import LOADED, SHOW
from tests.farend import FarEnd, Held, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

MODELS = {"models": [{"name": name, "model": name, "size": 5, "details": {}, "capabilities": ["completion"]} for name in ("far:1b", "far:2b")]}
FOCUSED = """() => {
  const one = document.activeElement;
  return (one.ariaLabel ?? one.labels?.[0]?.innerText ?? one.innerText).replace(/\\s+/g, " ").trim();
}"""
MOST = 60


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        far_end.routes |= {"/api/tags": whole(MODELS), "/api/ps": whole(LOADED), "/api/show": whole(SHOW)}
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


@pytest.fixture
def panel(page: Page, portal: PortalServer) -> Locator:
    """A panel whose model has the focus: the first thing in its header."""
    page.goto(portal.url)
    panel = page.locator("run-panel").first
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_visible()
    tab_to(page, "Model: far:1b")
    return panel


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press `key` until what is called `name` has the focus."""
    seen = []
    for _ in range(MOST):
        page.keyboard.press(key)
        seen.append(page.evaluate(FOCUSED))
        if re.fullmatch(name, seen[-1]):
            return
    raise AssertionError(f"{key} never led to {name}, but to {seen}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_request_is_opened_changed_left_and_run_by_keys(page: Page, panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    press(page, "Enter")
    expect(page.get_by_role("combobox", name="Find a model")).to_be_focused()
    expect(panel.get_by_role("listbox", name="Models").get_by_role("option")).to_have_count(2)
    press(page, "ArrowDown", "Enter")
    expect(panel.get_by_role("button", name="Model: far:2b")).to_be_focused()
    tab_to(page, "Edit")
    press(page, "Enter")
    editor = panel.locator("run-editor").get_by_role("textbox")
    expect(editor).to_be_focused()
    press(page, "Control+a", "Delete")
    page.keyboard.type('{"thi')
    offer = page.get_by_role("option", name="think")
    expect(offer).to_be_visible()
    while offer.count():  # one that has only just come is not taken yet
        press(page, "Tab")
    expect(panel.locator("textarea.request")).to_have_value(re.compile(r'\{"think": '))
    expect(editor).to_be_focused()
    press(page, "Control+a", "Delete")
    page.keyboard.insert_text('{"model": "far:1b", "mess')
    press(page, "Control+Space")
    expect(page.get_by_role("option", name="messages")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("option", name="messages")).to_have_count(0)
    page.keyboard.insert_text('ages": [{"role": "user", "content": "By keys"}]}')
    press(page, "Control+Enter")
    expect(panel.locator(".answer .text")).to_have_text("ok")
    expect(editor).to_be_focused()
    assert upstream.requests_for("/api/chat")[-1].json["messages"][0]["content"] == "By keys"
    press(page, "Tab")
    assert page.evaluate("document.activeElement.closest('run-editor') === null"), "Tab leaves the editor"
    tab_to(page, "JSON", "Shift+Tab")
    press(page, "ArrowRight")
    expect(panel.get_by_role("tab", name="Form")).to_be_focused()
    expect(panel.get_by_label("Text of turn 1")).to_be_visible()
    tab_to(page, "Text of turn 1")
    press(page, "Control+a")
    page.keyboard.insert_text("By form")
    press(page, "Control+Enter")
    expect(panel.get_by_label("Text of turn 1")).to_be_focused()
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_visible()
    tab_to(page, "Form", "Shift+Tab")
    press(page, "End")
    expect(panel.get_by_role("tab", name="Changes")).to_be_focused()
    expect(panel.locator(".lines .new").first).to_contain_text("By form")
    tab_to(page, "Reset")
    press(page, "Enter")
    expect(panel.locator(".edited")).to_have_count(0)
    tab_to(page, "Close", "Shift+Tab")
    press(page, "Enter")
    expect(panel.locator("run-request")).to_be_hidden()
    expect(panel.get_by_role("button", name="Edit", exact=True)).to_be_focused()


def test_a_run_is_stopped_where_it_was_started_and_its_views_are_turned_by_keys(page: Page, panel: Locator, upstream: FarEnd) -> None:
    records = chat(["Some ", "words ", "more."])
    upstream.script = held = Held(records[:2], records[2:])
    tab_to(page, "Run")
    press(page, "Enter")
    expect(panel.locator(".answer .text")).to_contain_text("Some words")
    expect(panel.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    press(page, "Enter")
    expect(panel.get_by_role("status").first).to_have_text("Stopped")
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_focused()
    upstream.script = stream(chat(["Whole."]))
    expect(panel.get_by_role("button", name="Run again")).to_be_visible()
    tab_to(page, "Run again")
    press(page, "Enter")
    expect(panel.locator(".answer .text")).to_have_text("Whole.")
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_focused()
    tab_to(page, "Text")
    for view in ("Events", "Raw", "Figures"):
        press(page, "ArrowRight")
        expect(panel.get_by_role("tab", name=view)).to_be_focused()
        expect(panel.get_by_role("tabpanel", name=view)).to_be_visible()
    press(page, "Home")
    expect(panel.get_by_label("Reply to the model")).to_be_visible()
    tab_to(page, "Reply to the model")
    page.keyboard.type("And so?")
    press(page, "Enter")
    expect(panel.locator(".turns .words")).to_have_text(["Count.", "Whole.", "And so?"])
    expect(panel.get_by_label("Reply to the model")).to_be_focused()
    held.go()


def test_earlier_runs_and_compare_are_reached_worked_and_left_by_keys(page: Page, panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["One."]))
    tab_to(page, "Run")
    press(page, "Enter")
    expect(panel.locator(".answer .text")).to_have_text("One.")
    more = panel.get_by_role("button", name="More", exact=True)
    tab_to(page, "More")
    first = panel.get_by_role("button", name=re.compile("^Compare"))
    press(page, "Enter")
    expect(first).to_be_focused()
    press(page, "Escape")
    expect(more).to_be_focused()
    press(page, "Enter")
    expect(first).to_be_focused()
    press(page, "ArrowUp", "ArrowUp", "ArrowUp")
    expect(panel.get_by_role("button", name="Earlier runs")).to_be_focused()
    press(page, "Enter")
    earlier = panel.get_by_role("region", name="Earlier runs")
    expect(earlier).to_be_focused()
    expect(earlier.get_by_role("listitem").first).to_be_visible()
    tab_to(page, "Share")
    press(page, "Enter")
    expect(earlier.locator(".told a").first).to_be_visible()
    tab_to(page, "Show", "Shift+Tab")
    press(page, "Enter")
    expect(panel.locator(".substitute")).to_contain_text("The run of")
    tab_to(page, "Close Earlier runs", "Shift+Tab")
    press(page, "Enter")
    expect(more).to_be_focused()
    press(page, "Enter")
    expect(first).to_be_focused()
    press(page, "Enter")
    compare = panel.get_by_role("region", name="Compare")
    expect(compare).to_be_focused()
    expect(compare.get_by_role("button", name="Run all")).to_be_enabled()
    tab_to(page, "Run all")
    press(page, "Enter")
    expect(compare.get_by_role("status").first).to_be_visible()
    expect(compare).to_contain_text("All have ended.")
    expect(compare.get_by_role("table")).to_be_visible()
    tab_to(page, "Close Compare")
    press(page, "Enter")
    expect(more).to_be_focused()
