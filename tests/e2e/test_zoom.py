"""At 400 % zoom, which leaves a page 320 by 256 pixels, nothing of a panel is cut off and all of it can be reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import played
from tests.e2e.test_panel import editor as open_editor
from tests.e2e.test_panel import write
from tests.farend import FarEnd, Held, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parent / "views"
CHAT, TOOLS, EMBED, TAGS, SHOW = 0, 1, 4, 5, 7
LONG = "Air scatters blue light more than red light. " * 12 + "\n\n```python\nprint('a line of code that is longer than the page is wide, by far')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"

# What is cut off: outside of the page with nothing to scroll it in by, or larger than what shows it; the lines of a list of
# records begin a record, which is whole where it is chosen. And what a key leads to but something else covers.
CUT = """(root) => {
  const faults = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
  const name = (one) => `${one.localName}.${one.className} “${(one.textContent || one.value || "").trim().slice(0, 40)}”`;
  const scrolls = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement) if (up.scrollWidth > up.clientWidth && /auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  // A word of a few letters that stands on two lines.
  const brokenWord = (one) => [...one.childNodes].some((text) => {
    const [word] = (text.nodeType === Node.TEXT_NODE && text.data.match(/\\p{L}{2,9}/u)) || [];
    if (!word) return false;
    const range = new Range();
    range.setStart(text, text.data.indexOf(word));
    range.setEnd(text, text.data.indexOf(word) + word.length);
    return range.getClientRects().length > 1;
  });
  for (const one of root.querySelectorAll("*")) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || one.closest(".unseen, svg, option, .cm-layer, .cm-announced, .rows .preview")) continue;
    const { left, right, width, height } = one.getBoundingClientRect();
    if (!width || !height) continue;
    const { overflowX, overflowY, clipPath } = getComputedStyle(one);
    if (clipPath !== "none") continue;
    if ((left < -0.5 || right > innerWidth + 0.5) && !scrolls(one)) faults.push(`outside: ${name(one)}`);
    if (/hidden|clip/.test(overflowX) && one.scrollWidth > one.clientWidth + 1) faults.push(`cut off: ${name(one)}`);
    if (/hidden|clip/.test(overflowY) && one.scrollHeight > one.clientHeight + 1) faults.push(`cut off below: ${name(one)}`);
    if (one.matches("button, a, .state, dt, dd") && brokenWord(one)) faults.push(`a word is broken: ${name(one)}`);
  }
  return faults;
}"""
COVERED = """(root) => {
  const faults = [];
  const before = document.activeElement;
  for (const one of root.querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0'], [contenteditable='true']")) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const [x, y] = placeOf(one.getBoundingClientRect());
    const there = document.elementFromPoint(x, y);
    if (!there || !(one.contains(there) || there.contains(one) || there.closest("label")?.contains(one))) faults.push(`covered: ${one.localName}.${one.className} “${one.textContent.trim().slice(0, 40)}” by ${there?.localName}.${there?.className}`);
  }
  before?.focus?.({ preventScroll: true });
  return faults;
  // The middle of what of it is in sight; of what is larger than the page, its beginning will do.
  function placeOf({ left, right, top, bottom }) {
    return [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
  }
}"""


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    upstream.routes["/api/tags"] = whole(played.MODELS)
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 320, "height": 256}, reduced_motion="reduce")
    yield page
    page.close()


def at(page: Page, portal: PortalServer, number: int = CHAT) -> Locator:
    page.goto(portal.url)
    page.wait_for_selector("button.theme[title]", state="attached")
    panel = page.locator("run-panel").nth(number)
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_visible()
    return panel


def run(panel: Locator, state: str) -> None:
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("status").first).to_have_text(state)


def faults_of(panel: Locator) -> list[str]:
    return [*panel.evaluate(CUT), *panel.evaluate(COVERED)]


def rest(panel: Locator, upstream: FarEnd) -> None:
    pass


def streaming(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = Held(chat([LONG, "and on"])[:2], [])
    run(panel, "Streaming")
    expect(panel.locator(".text")).to_contain_text("Air scatters")


def done(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(played.thinking(["Hm. "], [LONG]))
    run(panel, "Done")
    expect(panel.get_by_role("textbox", name="Reply to the model")).to_be_visible()


def failed(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = whole({"error": "model 'far:1b' not found, and a-word-that-is-longer-than-the-page-is-wide-at-this-size"}, "500 Internal Server Error")
    run(panel, "Failed")
    expect(panel.locator(".error button").first).to_be_visible()


def form(panel: Locator, upstream: FarEnd) -> None:
    panel.get_by_role("button", name="Edit", exact=True).click()
    panel.get_by_role("tab", name="Form").or_(panel.get_by_role("button", name="Form")).first.click()
    expect(panel.locator("run-form")).to_be_visible()


def editor(panel: Locator, upstream: FarEnd) -> None:
    panel.get_by_role("button", name="Edit", exact=True).click()
    expect(panel.locator("run-editor .cm-content")).to_be_visible()


def edited(panel: Locator, upstream: FarEnd) -> None:
    write(panel.page, open_editor(panel), json.dumps({"model": "hf.co/somebody/A-Model-Of-A-Long-Name-Instruct-GGUF:Q4_K_M", "messages": 1}))
    expect(panel.locator(".problems")).to_contain_text("Line 1")
    expect(panel.locator(".edited")).to_be_visible()


def compared(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Air scatters ", "blue light."]))
    panel.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Compare").click()
    panel.get_by_role("button", name="Run all").click()
    expect(panel.locator(".figures-beside")).to_be_visible()


def repeated(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Air scatters ", "blue light."]))
    panel.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Repeat").click()
    panel.locator("run-repeat .start").click()
    expect(panel.locator(".spreads")).to_be_visible()


def earlier(panel: Locator, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Air scatters ", "blue light."]))
    run(panel, "Done")
    panel.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Earlier runs").click()
    expect(panel.locator(".earlier li").first).to_be_visible()


STATES = [rest, streaming, done, failed, form, editor, edited, compared, repeated, earlier]


@pytest.mark.parametrize("bring", STATES, ids=lambda state: state.__name__)
def test_nothing_is_cut_off_and_all_can_be_reached(page: Page, portal: PortalServer, upstream: FarEnd, bring: Callable[[Locator, FarEnd], None]) -> None:
    panel = at(page, portal)
    bring(panel, upstream)
    assert faults_of(panel) == []


@pytest.mark.parametrize(("number", "script"), [
    (CHAT, stream(played.thinking(["Hm. "], [LONG]))),
    (TOOLS, stream(played.native_tools("get_weather", {"city": "Paris", "days": [1, 2]}))),
    (EMBED, whole(played.EMBEDDINGS)), (TAGS, whole(played.MODELS)), (SHOW, whole(played.SHOW)),
], ids=["chat", "tools", "embeddings", "models", "a model"])  # fmt: skip
def test_nothing_of_any_view_is_cut_off(page: Page, portal: PortalServer, upstream: FarEnd, number: int, script: object) -> None:
    panel = at(page, portal, number)
    upstream.script = script  # type: ignore[assignment]
    run(panel, "Done")
    for tab in panel.get_by_role("tab").all():
        tab.click()
        expect(panel.get_by_role("tabpanel").locator("visible=true").first).not_to_be_empty()
        assert faults_of(panel) == [], tab.text_content()


@pytest.mark.parametrize("opened", [".menu-list", ".picker"])
def test_a_list_that_opens_can_be_seen_whole(page: Page, portal: PortalServer, opened: str) -> None:
    panel = at(page, portal)
    panel.locator("button.more" if opened == ".menu-list" else "button.model").click()
    showing = page.locator(f"{opened}:popover-open")
    expect(showing).to_be_visible()
    assert faults_of(showing) == []
