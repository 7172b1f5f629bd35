"""From the far end's hand to the reader's eye: how long a token takes until the browser has painted it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from bench.report import Figure, percentile
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.farend import Asked, FarEnd, Line
from tests.portal_server import PortalServer

TOKENS = 300

# Each token is the time it was sent. The watcher notes, in the frame after the text changed, how old the newest one is.
WATCH = """() => {
  window.ages = [];
  new MutationObserver(() => {
    const text = document.querySelector("run-panel .answer .text")?.textContent ?? "";
    const newest = Number(text.trim().split(" ").at(-1));
    requestAnimationFrame(() => requestAnimationFrame(() => newest && window.ages.push(Date.now() - newest)));
  }).observe(document.querySelector("run-panel"), { subtree: true, childList: true, characterData: true });
}"""


def measure() -> Iterator[Figure]:
    """p50 and p95 of a token's age, in milliseconds, at the end of the frame that painted it; 100 tokens a second."""
    with FarEnd(_clock) as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.goto(portal.url)
            page.evaluate(WATCH)
            page.locator("run-panel button.run").first.click()
            page.wait_for_selector("run-panel[data-state=done]", timeout=60_000)
            ages = page.evaluate("() => window.ages")
            browser.close()
    detail = (
        f"{len(ages)} paints, median {percentile(ages, 0.5):.0f} ms; counted from the far end, so the relay is in it"
    )
    yield Figure("a token painted after the server has it, p95", percentile(ages, 0.95), 50.0, "ms", detail)


async def _clock(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    for _ in range(TOKENS):
        word = f"{time.time() * 1000:.0f} "
        await line.chunk(json.dumps({"message": {"content": word}, "done": False}).encode() + b"\n")
        await asyncio.sleep(0.01)
    await line.chunk(b'{"message":{"content":""},"done":true}\n')
    await line.last_chunk()
