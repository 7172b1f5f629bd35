"""A long answer in the browser: 20,000 tokens at 500 a second, what the page's tasks cost and its memory holds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from bench.report import Figure, percentile, report
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.farend import Asked, FarEnd, Line
from tests.portal_server import PortalServer

TOKENS = 20_000
A_SECOND = 500
RECORDS = 100_000

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
    """The longest task of the page in CPU milliseconds, while tokens stream and while events are scrolled; the heap a token."""
    with FarEnd(_steadily) as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            flags = [*FLAGS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            page = browser.new_page()
            page.goto(portal.url)
            page.wait_for_timeout(1000)
            yield from _streaming(browser, page)
            upstream.script = _at_once
            yield _scrolling(browser, page)
            browser.close()


def _streaming(browser: Browser, page: Page) -> Iterator[Figure]:
    before = _heap(page)
    _trace(browser, page)
    _run(page)
    tasks = _tasks(browser)
    size = len(page.locator("run-panel .answer .text").first.text_content() or "")
    yield tasks.figure("longest task while 20,000 tokens stream, CPU", f"{size} characters shown")
    held = (_heap(page) - before) / TOKENS
    yield Figure("memory for a token", held, 1500.0, "bytes", "the JavaScript heap after collection, the raw body kept")


def _scrolling(browser: Browser, page: Page) -> Figure:
    _run(page)
    _trace(browser, page)
    page.get_by_role("tab", name="Events").first.click()
    page.get_by_text(f"{RECORDS + 1:,} events").wait_for(timeout=60_000)
    frames = page.evaluate(FRAMES, True)
    detail = f"scrolled at a median of {percentile(frames, 0.5):.0f} ms a frame"
    return _tasks(browser).figure("longest task while 100,000 events are opened and scrolled, CPU", detail)


def _run(page: Page) -> None:
    page.locator("run-panel button.run").first.click()
    page.wait_for_selector("run-panel[data-state=done]", timeout=180_000)
    page.wait_for_timeout(300)


@dataclass(frozen=True)
class Tasks:
    """The longest tasks of the page's main thread, milliseconds: by the clock, and by the CPU they had.

    On a busy machine a task also waits for its turn; the CPU time is what the page itself costs.
    """

    clock: list[float]
    cpu: list[float]

    def figure(self, name: str, detail: str) -> Figure:
        slow = sum(1 for time in self.clock if time > 50)
        clock = f"by the clock {slow} tasks over 50 ms, the longest {max(self.clock):.0f} ms"
        return Figure(name, max(self.cpu), 50.0, "ms", f"{detail}; {clock}")


def _trace(browser: Browser, page: Page) -> None:
    browser.start_tracing(page=page, categories=["toplevel", "disabled-by-default-lighthouse", "devtools.timeline"])


def _tasks(browser: Browser) -> Tasks:
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    tasks = [
        event
        for event in events
        if event.get("ph") == "X" and "RunTask" in event["name"] and (event["pid"], event["tid"]) in threads
    ]
    return Tasks([task["dur"] / 1000 for task in tasks], [task.get("tdur", 0) / 1000 for task in tasks])


def _heap(page: Page) -> float:
    page.evaluate("() => window.gc?.()")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize"))


def _record(word: str) -> bytes:
    message = {"role": "assistant", "content": word}
    record = {"model": "far:1b", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}
    return json.dumps(record).encode() + b"\n"


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
    for figure in measure():
        report(figure)
