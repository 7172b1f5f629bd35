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

# Scrolls from one end to the other and back, and tells how long each frame took.
FRAMES = """(what) => new Promise((resolve) => {
  const times = [];
  const scrolled = what === "page" ? document.scrollingElement : document.querySelector(what);
  const step = (now) => {
    times.push(now);
    const share = (times.length % 120) / 120;
    scrolled.scrollTop = (scrolled.scrollHeight - scrolled.clientHeight) * (times.length % 240 < 120 ? share : 1 - share);
    if (times.length < 240) requestAnimationFrame(step);
    else resolve(times.slice(1).map((time, at) => time - times[at]));
  };
  requestAnimationFrame(step);
})"""


def measure() -> Iterator[Figure]:
    """The longest task of the page in CPU milliseconds, while tokens stream, come at once and are scrolled; frames; the heap a token."""
    with FarEnd(_steadily) as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            flags = [*FLAGS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            page = browser.new_page()
            page.goto(portal.url)
            page.wait_for_timeout(1000)
            yield from _streaming(browser, page)
            upstream.script = _at_once
            yield from _scrolling(browser, page)
            browser.close()


def _streaming(browser: Browser, page: Page) -> Iterator[Figure]:
    before = heap_of(page)
    trace(browser, page)
    page.locator("run-panel button.run").first.click()
    page.wait_for_timeout(5_000)
    frames = page.evaluate(FRAMES, "page")
    wait_for_end(page)
    tasks = tasks_of(browser)
    size = len(page.locator("run-panel .answer .text").first.text_content() or "")
    yield tasks.figure("longest task while 20,000 tokens stream, CPU", f"{size} characters shown")
    yield frame_figure("a frame while the page is scrolled under 500 tokens a second, p95", frames)
    held = (heap_of(page) - before) / TOKENS
    yield Figure("memory for a token", held, 1500.0, "bytes", "the JavaScript heap after collection, the raw body kept")


def _scrolling(browser: Browser, page: Page) -> Iterator[Figure]:
    trace(browser, page)
    run(page)
    yield tasks_of(browser).figure("longest task while 100,000 events come at once, CPU", "in one line of text")
    trace(browser, page)
    page.get_by_role("tab", name="Events").first.click()
    page.get_by_text(f"{RECORDS + 1:,} events").wait_for(timeout=60_000)
    frames = page.evaluate(FRAMES, "run-events .rows")
    yield tasks_of(browser).figure("longest task while 100,000 events are opened and scrolled, CPU", "every frame at another place")
    yield frame_figure("a frame while 100,000 events are scrolled, p95", frames)


def run(page: Page) -> None:
    """Run the first example of the page to its end."""
    page.locator("run-panel button.run").first.click()
    wait_for_end(page)


def wait_for_end(page: Page) -> None:
    """Return when its answer is whole and laid out."""
    page.wait_for_selector("run-panel[data-state=done]", timeout=180_000)
    page.wait_for_timeout(300)


def frame_figure(name: str, frames: list[float]) -> Figure:
    """How long a frame took; at 60 a second it is 16.7 ms."""
    late = sum(1 for frame in frames if frame > 25)
    return Figure(name, percentile(frames, 0.95), 20.0, "ms", f"median {percentile(frames, 0.5):.1f} ms, {late} of {len(frames)} frames came late")


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


def trace(browser: Browser, page: Page) -> None:
    """Note every task of the page from now on."""
    browser.start_tracing(page=page, categories=["toplevel", "disabled-by-default-lighthouse", "devtools.timeline"])


def tasks_of(browser: Browser) -> Tasks:
    """The tasks there were since."""
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    own = [event for event in events if event.get("ph") == "X" and (event["pid"], event["tid"]) in threads]
    # What the measuring itself has the page do is none of the page's.
    asked = [event["ts"] for event in own if "DevToolsSession" in str(event.get("args", {}).get("chrome_mojo_event_info"))]
    tasks = [
        event for event in own if "RunTask" in event["name"] and not any(0 <= at - event["ts"] <= event["dur"] for at in asked)
    ]
    return Tasks([task["dur"] / 1000 for task in tasks], [task.get("tdur", 0) / 1000 for task in tasks])


def heap_of(page: Page) -> float:
    """Bytes of the JavaScript heap after a collection."""
    page.evaluate("() => window.gc?.()")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize"))


def record(word: str) -> bytes:
    message = {"role": "assistant", "content": word}
    record = {"model": "far:1b", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}
    return json.dumps(record).encode() + b"\n"


LAST = b'{"model":"far:1b","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n'


async def _steadily(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    started = time.monotonic()
    for number in range(TOKENS):
        await line.chunk(record("word\n\n" if number % 80 == 79 else "word "))
        ahead = started + number / A_SECOND - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
    await line.chunk(LAST)
    await line.last_chunk()


async def _at_once(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    for _ in range(RECORDS // 500):
        await line.chunk(record("x ") * 500)
    await line.chunk(LAST)
    await line.last_chunk()


if __name__ == "__main__":
    for figure in measure():
        report(figure)
