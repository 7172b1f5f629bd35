"""What a page costs, what it asks for, and that it holds still: on a page of documents with ten idle panels, and on every other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.e2e.places import PLACES
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

OURS = 30 * 1024  # bytes of our JavaScript on the wire
FIRST_USE = 40 * 1024  # more of it when a panel is first run, to the end of its answer
EDITOR = 130 * 1024  # and when its body is first changed: CodeMirror
PROSE = ["It is blue", " since the air scatters it.\n\n", "That is all.\n"]
MARKDOWN = ["# Why\n\nIt is **blue**:\n\n- so\n- and so\n\n", "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n"]
ALL = 80 * 1024  # bytes of everything
SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})"""


@pytest.fixture
def traffic(page: Page) -> Iterator[dict[str, int]]:
    """Bytes on the wire by address, as the browser counts them: compressed by gzip, with their headers."""
    seen: dict[str, int] = {}
    addresses: dict[str, str] = {}
    session: CDPSession = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", lambda event: seen.update({addresses[event["requestId"]]: event["encodedDataLength"]}))
    session.send("Network.enable")
    page.set_extra_http_headers({"Accept-Encoding": "gzip"})
    yield seen
    session.detach()


def test_a_page_with_ten_idle_panels_keeps_to_its_budget(
    page: Page, portal: PortalServer, traffic: dict[str, int]
) -> None:
    page.goto(f"{portal.url}docs/reading/ten-panels/", wait_until="networkidle")
    expect(page.locator("run-panel button.run:visible")).to_have_count(10)
    scripts = sum(size for address, size in traffic.items() if address.endswith(".js"))
    assert 0 < scripts <= OURS, traffic
    assert sum(traffic.values()) <= ALL, traffic


def test_search_help_and_mermaid_cost_nothing_before_they_are_used(
    page: Page, portal: PortalServer, traffic: dict[str, int]
) -> None:
    page.goto(f"{portal.url}docs/reading/ten-panels/", wait_until="networkidle")
    assert not [address for address in traffic if any(name in address for name in ("search-", "keyboard", "mermaid", "vendor"))]


def scripts(traffic: dict[str, int]) -> dict[str, int]:
    return {address: size for address, size in traffic.items() if address.endswith(".js")}


@pytest.mark.parametrize(("answer", "shows"), [(PROSE, "p"), (MARKDOWN, "td")], ids=["prose", "markdown"])
def test_the_first_run_and_then_the_editor_keep_to_their_budgets(
    page: Page, portal: PortalServer, upstream: FarEnd, traffic: dict[str, int], answer: list[str], shows: str
) -> None:
    upstream.script = stream(chat(answer))
    page.goto(f"{portal.url}docs/reading/ten-panels/", wait_until="networkidle")
    panel, idle = page.locator("run-panel").first, scripts(traffic)
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.locator(f".text .done {shows}").first).to_be_visible()
    expect(panel.get_by_label("Reply to the model")).to_be_visible()
    page.wait_for_load_state("networkidle")
    first = {address: size for address, size in scripts(traffic).items() if address not in idle}
    assert 10 * 1024 < sum(first.values()) <= FIRST_USE, first
    assert any("vendor" in address for address in first) == (answer is MARKDOWN), first
    panel.get_by_role("button", name="Edit", exact=True).click()
    expect(panel.locator(".cm-content")).to_be_visible()
    page.wait_for_load_state("networkidle")
    more = {address: size for address, size in scripts(traffic).items() if address not in idle and address not in first}
    editor = [size for address, size in more.items() if "/vendor/" in address or "run-editor" in address]
    assert 100 * 1024 < sum(editor) <= EDITOR, more
    assert sum(more.values()) <= FIRST_USE + EDITOR, more


@pytest.mark.parametrize("place", ["the first page", "ten panels", "a page with everything", "a page of components", "All Documents", "a chapter", "the journal"])
@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_moves_while_a_page_loads(browser: Browser, portal: PortalServer, place: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(portal.url + PLACES[place], wait_until="networkidle")
    shifted = page.evaluate(SHIFTS)
    page.close()
    assert shifted == 0


@pytest.mark.parametrize("place", PLACES)
def test_no_page_is_wider_than_a_window_of_320_pixels(page: Page, portal: PortalServer, place: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(portal.url + PLACES[place], wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > 321)"
        ".slice(0, 8).map((one) => one.cloneNode().outerHTML)"
    )
    if place == "no such page":
        page.faults.clear()  # type: ignore[attr-defined]  # the status of the page itself is on the console
    assert width == 320, wide
