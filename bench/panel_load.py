"""A long answer in the browser: 20,000 tokens at 500 a second, what the page's tasks cost and what its memory holds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from bench.report import Figure
from tests.e2e.conftest import CHROMIUM, DOCS, FLAGS
from tests.farend import Asked, FarEnd, Line
from tests.portal_server import PortalServer

TOKENS = 20_000
A_SECOND = 500
RECORDS = 100_000

WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask" });
}"""
FRAMES = """(scroll) => new Promise((resolve) => {
  const times = [];
  const rows = document.querySelector("run-events .rows");
  const step = (now) => {
    times.push(now);
    if (scroll) rows.scrollTop = (rows.scrollHeight * times.length) / 120;
    if (times.length < 120) requestAnimationFrame(step);
    else resolve(times.slice(1).map((time, at) => time - times[at]));
  };
  requestAnimationFrame(step);
})"""


def measure() -> Iterator[Figure]:
    """The longest task while tokens stream, in milliseconds; the heap for a token; the longest frame of scrolled events."""
    with FarEnd(_steadily) as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--enable-precise-memory-info", "--js-flags=--expose-gc"])
            page = browser.new_page()
            page.goto(portal.url)
            page.evaluate(WATCH)
            yield from _streaming(page)
            upstream.script = _at_once
            yield from _scrolling(page)
            browser.close()


def _streaming(page: Page) -> Iterator[Figure]:
    before = _heap(page)
    started = time.monotonic()
    page.locator("run-panel button.run").first.click()
    page.wait_for_selector("run-panel[data-state=done]", timeout=180_000)
    page.wait_for_timeout(300)
    took = time.monotonic() - started
    tasks = page.evaluate("() => window.tasks")
    held = (_heap(page) - before) / TOKENS
    size = len(page.locator("run-panel .answer .text").first.text_content() or "")
    detail = f"{TOKENS} tokens in {took:.0f} s, {size} characters shown, {len(tasks)} tasks over 50 ms: {sorted(map(round, tasks))[-5:]}"
    yield Figure("longest task while 20,000 tokens stream", max(tasks, default=0.0), 50.0, "ms", detail)
    yield Figure("memory for a token", held, 1500.0, "bytes", "the JavaScript heap after collection, the raw body kept")


def _scrolling(page: Page) -> Iterator[Figure]:
    page.evaluate("() => { window.tasks = []; }")
    page.locator("run-panel button.run").first.click()
    page.wait_for_selector("run-panel[data-state=done]", timeout=180_000)
    page.get_by_role("tab", name="Events").first.click()
    page.get_by_text(f"{RECORDS + 1:,} events").wait_for(timeout=60_000)
    frames = sorted(page.evaluate(FRAMES, True))
    tasks = page.evaluate("() => window.tasks")
    detail = f"median {frames[len(frames) // 2]:.0f} ms, longest {frames[-1]:.0f} ms; {len(tasks)} tasks over 50 ms since Run: {sorted(map(round, tasks))[-5:]}"
    yield Figure("frame while 100,000 events are scrolled, p95", frames[int(len(frames) * 0.95)], 34.0, "ms", detail)


def _heap(page: Page) -> float:
    page.evaluate("() => window.gc?.()")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize"))


def _record(word: str) -> bytes:
    return json.dumps({"model": "far:1b", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": word}, "done": False}).encode() + b"\n"


LAST = b'{"model":"far:1b","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n'


async def _steadily(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    started = time.monotonic()
    for number in range(TOKENS):
        await line.chunk(_record("word\n\n" if number % 80 == 79 else "word "))
        ahead = started + number / A_SECOND - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
    await line.chunk(LAST)
    await line.last_chunk()


async def _at_once(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    for _ in range(RECORDS // 500):
        await line.chunk(_record("x ") * 500)
    await line.chunk(LAST)
    await line.last_chunk()


if __name__ == "__main__":
    from bench.report import report

    for figure in measure():
        report(figure)
