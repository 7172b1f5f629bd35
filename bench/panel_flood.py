"""What an upstream out of its mind costs the page: a million tiny records, and one of eight megabytes."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from bench.panel_load import FRAMES, LAST, frame_figure, heap_of, run, tasks_of, trace
from bench.report import Figure
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.farend import FarEnd, Script, stream
from tests.portal_server import PortalServer

TINY = b'{"message":{"content":"x "}}\n'
COUNTS = (250_000, 1_000_000)
LARGE = 8 << 20


def measure() -> Iterator[Figure]:
    """The longest task in CPU milliseconds; the heap a byte of the body; and whether it grows in step with the records."""
    with FarEnd() as upstream, PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        with sync_playwright() as playwright:
            flags = [*FLAGS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            held: list[float] = []
            for count in COUNTS:
                upstream.script = tiny(count)
                page = _open(browser, portal)
                held.append((yield from _flooded(browser, page, count)))
                page.close()
            detail = f"{held[0] / 1e6:.0f} MB for {COUNTS[0]:,} records, {held[1] / 1e6:.0f} MB for {COUNTS[1]:,}"
            growth = held[1] / held[0] / (COUNTS[1] / COUNTS[0])
            yield Figure("memory of four times the records, beside four times the memory", growth, 1.2, "times", detail)
            upstream.script = large()
            yield from _swallowed(browser, _open(browser, portal))
            browser.close()


def tiny(count: int) -> Script:
    """So many records of one word, as fast as they go."""
    return stream([*[TINY * 1000] * (count // 1000), LAST])


def large() -> Script:
    """One record that is just not too long."""
    start, end = b'{"message":{"content":"', b'"}}\n'
    return stream([start, *[b"word " * 10_000] * ((LARGE - 100) // 50_000), end, LAST])


def _open(browser: Browser, portal: PortalServer) -> Page:
    page = browser.new_page()
    page.goto(portal.url)
    page.wait_for_timeout(1000)
    return page


def _flooded(browser: Browser, page: Page, count: int) -> Generator[Figure, None, float]:
    before = heap_of(page)
    trace(browser, page)
    run(page)
    _wait_for_text(page, 2 * count)
    yield tasks_of(browser).figure(f"longest task while {count:,} tiny records come at once, CPU", f"{2 * count} characters shown")
    held = heap_of(page) - before
    yield Figure(f"memory of {count:,} tiny records", held / (count * len(TINY)), 6.0, "bytes a byte", "the JavaScript heap after collection")
    trace(browser, page)
    page.get_by_role("tab", name="Events").first.click()
    page.get_by_text(f"{min(count + 1, 1_000_000):,} events").wait_for(timeout=120_000)
    frames = page.evaluate(FRAMES, "run-events .rows")
    yield tasks_of(browser).figure(f"longest task while {count:,} events are opened and scrolled, CPU", "every frame at another place")
    yield frame_figure(f"a frame while {count:,} events are scrolled, p95", frames)
    return held


def _swallowed(browser: Browser, page: Page) -> Iterator[Figure]:
    trace(browser, page)
    run(page)
    _wait_for_text(page, LARGE - 60_000)
    yield tasks_of(browser).figure("longest task while a record of 8 MB comes, CPU", "it is parsed in one go, and laid out in many")


def _wait_for_text(page: Page, size: int) -> None:
    page.wait_for_function("(size) => document.querySelector('.answer .text').textContent.length >= size", arg=size, timeout=240_000, polling=1000)


