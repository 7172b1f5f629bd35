"""What a page of documents with ten idle panels weighs in a browser: our JavaScript, and everything, as it comes over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.lighthouse import PAGE
from bench.report import Figure
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.portal_server import PortalServer


def measure(docs: Path = DOCS, page: str | None = None) -> Iterator[Figure]:
    """KiB of the page with ten panels, or of the first page of a set that is given."""
    place = page or (PAGE if docs == DOCS else "/")
    seen: dict[str, int] = {}
    addresses: dict[str, str] = {}
    with PortalServer(PORTAL_DOCS_ROOT=str(docs), OLLAMA_HOST="127.0.0.1:1") as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page()
        session = tab.context.new_cdp_session(tab)
        session.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))
        session.on("Network.loadingFinished", lambda event: seen.update({addresses[event["requestId"]]: event["encodedDataLength"]}))
        session.send("Network.enable")
        tab.goto(portal.origin + place, wait_until="networkidle")
        panels = tab.locator("run-panel").count()
        browser.close()
        others = [address for address in addresses.values() if not address.startswith((portal.origin, "data:"))]
    scripts = sum(size for address, size in seen.items() if address.endswith(".js"))
    detail = f"{place}, {panels} panels"
    yield Figure("our JavaScript on a page", scripts / 1024, 30, "KiB", detail)
    yield Figure("everything on a page", sum(seen.values()) / 1024, 80, "KiB", detail)
    yield Figure("requests to other hosts", len(others), 0, "requests", detail)
