"""How soon a reload in mid-stream shows everything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from bench.report import Figure
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.farend import Asked, FarEnd, Line, chat
from tests.portal_server import PortalServer

WORDS = [f"word{number}. " + ("\n\n" if number % 60 == 59 else "") for number in range(3_000)]


def measure() -> Iterator[Figure]:
    """Seconds to the whole text after a reload."""
    with FarEnd() as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield _reload(browser, portal, upstream)
            browser.close()


def _reload(browser: Browser, portal: PortalServer, upstream: FarEnd) -> Figure:
    held = asyncio.Event()

    async def half(line: Line, asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        for record in chat(WORDS)[:-1]:
            await line.chunk(record)
        await held.wait()

    upstream.script = half
    page = browser.new_page()
    page.goto(portal.url)
    page.locator("run-panel button.run").first.click()
    page.get_by_text("word2999.").wait_for()
    started = time.monotonic()
    page.reload(wait_until="commit")
    page.get_by_text("word2999.").wait_for()
    taken = time.monotonic() - started
    page.close()
    return Figure("a reload in mid-stream shows the whole text after", taken, 1.0, "s", f"{len(WORDS)} words of an answer that goes on")
