"""Each key of the site can be switched off by itself, and then does nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import keys_work
from tests.e2e.conftest import ROOT
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

LISTED = re.findall(r'\{ name: "(\w+)", keys: \[(.*?)\], does: "([^"]*)"(, elsewhere: true)? \}', (ROOT / "static/js/lib/shortcuts.js").read_text("utf-8"))
SHORTCUTS = {name: (re.findall(r'"([^"]+)"', keys), does) for name, keys, does, elsewhere in LISTED if not elsewhere}
BESIDES = 250  # ms for something to happen that is not to
STATE = "[location.pathname, document.documentElement.dataset.theme, document.querySelectorAll('dialog[open]').length].join()"


def test_every_shortcut_is_tried_here() -> None:
    assert len(SHORTCUTS) == 10
    assert [name for name, *_, elsewhere in LISTED if elsewhere] == ["run"]


def press(page: Page, way: str) -> None:
    for key in way.split(" "):
        page.keyboard.press(key.replace("Mod+", "Control+"))


def switch(page: Page, does: str) -> Locator:
    """The switch of a key, in the list of keys, which its button opens."""
    page.get_by_role("button", name="Keys and theme").click()
    return page.get_by_role("dialog", name="Keys and theme").get_by_role("switch", name=does, exact=True)


def leave(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys and theme")).to_be_hidden()


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_key_that_is_switched_off_does_nothing_until_it_is_on_again(page: Page, portal: PortalServer, name: str) -> None:
    ways, does = SHORTCUTS[name]
    address = f"{portal.url}docs/reading/everything/"
    page.goto(address)
    keys_work(page)
    switch(page, does).uncheck()
    leave(page)
    before = page.evaluate(STATE)
    for way in ways:
        press(page, way)
        page.wait_for_timeout(BESIDES)
        assert page.evaluate(STATE) == before, way
    page.reload()
    keys_work(page)
    press(page, ways[0])
    page.wait_for_timeout(BESIDES)
    assert page.evaluate(STATE) == before, "it was on again after a reload"
    others = page.get_by_role("dialog").get_by_role("switch", checked=False)
    expect(switch(page, does)).not_to_be_checked()
    expect(others).to_have_count(1)
    switch_on = page.get_by_role("dialog", name="Keys and theme").get_by_role("switch", name=does, exact=True)
    switch_on.check()
    leave(page)
    for way in ways:
        press(page, way)
        page.wait_for_function(f"(before) => {STATE} !== before", arg=before)
        page.goto(address)
        keys_work(page)
        page.evaluate("document.documentElement.dataset.theme = localStorage.theme = 'system'")


def test_the_key_that_runs_a_request_does_nothing_once_it_is_switched_off(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = stream(chat(["ok"]))
    page.goto(f"{portal.url}docs/reading/ten-panels/")
    keys_work(page)
    switch(page, "Run an example, in its request").uncheck()
    leave(page)
    panel = page.locator("run-panel").first
    panel.get_by_role("button", name="Edit", exact=True).click()
    editor = panel.locator("run-editor").get_by_role("textbox")
    expect(editor).to_be_focused()
    asked = len(upstream.requests_for("/api/chat"))
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(BESIDES)
    assert len(upstream.requests_for("/api/chat")) == asked
    expect(panel.locator(".answer")).to_have_count(0)
    switch(page, "Run an example, in its request").check()
    leave(page)
    editor.focus()
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".answer .text")).to_have_text("ok")
