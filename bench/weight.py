"""What a page of documents with ten idle panels weighs in a browser, and what the first use of a panel adds, as it comes over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.lighthouse import PAGE
from bench.report import Figure
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

ANSWERS = {
    "prose": ["An answer.\n\n", "Over."],
    "markdown": ["# An answer\n\nIt is **long**:\n\n- one\n- two\n\n", "| a | b |\n|---|---|\n| 1 | 2 |\n\nOver."],
}


class Wire:
    """What a page has loaded so far, in bytes as they came, by address: compressed by gzip, with their headers."""

    def __init__(self, page: Page) -> None:
        self.seen: dict[str, int] = {}
        self.addresses: dict[str, str] = {}
        page.set_extra_http_headers({"Accept-Encoding": "gzip"})
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", lambda event: self.addresses.update({event["requestId"]: event["request"]["url"]}))
        session.on("Network.loadingFinished", lambda event: self.seen.update({self.addresses[event["requestId"]]: event["encodedDataLength"]}))
        session.send("Network.enable")

    @property
    def all(self) -> float:
        """KiB of everything."""
        return sum(self.seen.values()) / 1024

    @property
    def scripts(self) -> float:
        """KiB of JavaScript."""
        return sum(size for address, size in self.seen.items() if address.endswith(".js")) / 1024

    def scripts_of(self, *parts: str) -> float:
        """KiB of those scripts that have one of `parts` in their address."""
        return sum(size for address, size in self.seen.items() if address.endswith(".js") and any(part in address for part in parts)) / 1024

    def during(self, act: Callable[[], object]) -> float:
        """KiB of JavaScript that came with what `act` does."""
        before = self.scripts
        act()
        return self.scripts - before


def measure(docs: Path = DOCS, page: str | None = None) -> Iterator[Figure]:
    """KiB of the page with ten panels, or of the first page of a set that is given; and of the first uses of a panel of our own."""
    place = page or (PAGE if docs == DOCS else "/")
    with FarEnd() as upstream, PortalServer(PORTAL_DOCS_ROOT=str(docs), OLLAMA_HOST=upstream.origin) as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield from _idle(browser, portal, place)
        for name, words in ANSWERS.items() if docs == DOCS else ():
            upstream.script = stream(chat(words))
            yield from _used(browser, portal, name)
        browser.close()


def _idle(browser: Browser, portal: PortalServer, place: str) -> Iterator[Figure]:
    tab = browser.new_page()
    wire = Wire(tab)
    tab.goto(portal.origin + place, wait_until="networkidle")
    detail = f"{place}, {tab.locator('run-panel').count()} panels"
    tab.close()
    others = [address for address in wire.addresses.values() if not address.startswith((portal.origin, "data:"))]
    yield Figure("our JavaScript on a page", wire.scripts, 30, "KiB", detail)
    yield Figure("everything on a page", wire.all, 80, "KiB", detail)
    yield Figure("requests to other hosts", len(others), 0, "requests", detail)


def _used(browser: Browser, portal: PortalServer, answer: str) -> Iterator[Figure]:
    tab = browser.new_page()
    wire = Wire(tab)
    tab.goto(portal.origin + PAGE, wait_until="networkidle")
    idle, panel = wire.scripts, tab.locator("run-panel").first

    def run() -> None:
        panel.locator("button.run").click()
        panel.locator("form.reply").wait_for()
        tab.wait_for_load_state("networkidle")

    def edit() -> None:
        panel.locator("button.edit").click()
        panel.locator(".cm-content").wait_for()
        tab.wait_for_load_state("networkidle")

    yield Figure(f"JavaScript a first run adds, {answer}", wire.during(run), 40, "KiB", f"on a page that had {idle:.1f}")
    all_of_it = wire.during(edit)
    editor = wire.scripts_of("vendor/editor", "run-editor")
    yield Figure(f"JavaScript of the editor, {answer}", editor, 130, "KiB", f"{all_of_it:.1f} with what changes a request besides: checks, offers, pictures")
    tab.close()
