"""Every page of a doc set in a real browser: what its console says, what it asks of other hosts, whether it fits and holds still.

    python -m bench.every_page DIR [--width 320]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.browser import CHROMIUM, FLAGS
from tests.portal_server import PortalServer

OURS = ("http://127.0.0.1:", "data:")
LOOK = """async () => {
  for (const fold of document.querySelectorAll("main details")) fold.open = true;
  const diagrams = [...document.querySelectorAll("mermaid-diagram")];
  if (diagrams.length) await customElements.whenDefined("mermaid-diagram");
  await Promise.all(diagrams.map((diagram) => diagram.draw()));
  const wide = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  return {
    width: document.documentElement.scrollWidth - innerWidth,
    widest: wide.slice(0, 1).map((one) => one.cloneNode().outerHTML.slice(0, 160)).join(),
    failed: diagrams.map((diagram) => diagram.querySelector(".why")?.textContent).filter(Boolean),
  };
}"""
SHIFT = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 50);
})"""


def addresses(portal: PortalServer) -> list[str]:
    """Every address of the site's map."""
    with urlopen(f"{portal.url}sitemap.xml", timeout=60) as answer:
        root = ElementTree.fromstring(answer.read())
    return [place.text or "" for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def look_at(page: Page, address: str) -> Iterator[str]:
    """What is wrong with a page, a sentence each."""
    said: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def on_request(request: Request) -> None:
        if not request.url.startswith(OURS):
            said.append(f"asks {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", on_request)
    answer = page.goto(address, wait_until="load")
    if answer is None or answer.status != 200:
        yield f"answers {answer and answer.status}"
        return
    shifted = page.evaluate(SHIFT)
    seen = page.evaluate(LOOK)
    yield from said
    yield from seen["failed"]
    if seen["width"] > 0:
        yield f"is {seen['width']} pixels too wide: {seen['widest']}"
    if shifted > 0.001:
        yield f"moves while it loads: {shifted:.3f}"


def look_at_all(browser: Browser, portal: PortalServer, width: int) -> int:
    """Print what is wrong, page by page; returns how many pages have something."""
    faulty = 0
    pages = addresses(portal)
    for address in pages:
        page = browser.new_page(viewport={"width": width, "height": 800})
        faults = list(look_at(page, address))
        page.close()
        faulty += bool(faults)
        for fault in faults:
            print(f"{address.removeprefix(portal.url)}: {fault[:300]}", flush=True)
    print(f"{len(pages)} pages at {width} pixels, {faulty} with something to say")
    return faulty


def main() -> int:
    """Returns 1 when a page has a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--width", type=int, default=320)
    asked = parser.parse_args()
    portal = PortalServer(PORTAL_DOCS_ROOT=str(asked.root.resolve()), OLLAMA_HOST="127.0.0.1:1")
    with portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        faulty = look_at_all(browser, portal, asked.width)
        browser.close()
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
