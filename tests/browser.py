"""A real Chromium, one for the whole session, and fresh tabs in it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

from tests.strict import leave_out

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# The elements of which `main.js` loads the scripts wherever they are, once the page was painted.
ELEMENTS = re.findall(r'^ {2}"(\w+-\w+)": \(\) => import', (Path(__file__).parents[1] / "static/js/main.js").read_text("utf-8"), re.MULTILINE)
WORKS = f"""() => document.querySelector("button.theme:not([title])") === null
  && [...document.querySelectorAll("{", ".join(ELEMENTS)}")].every((one) => one.matches(":defined"))"""

# How long to wait for what is to come: no promise is measured by it, so it allows for a machine that is busy.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started with the first test that asks for it."""
    if CHROMIUM is None:
        leave_out("no Chromium on this machine (Debian: apt-get install chromium), so the browser tests were left out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab. Whatever it says on its console, or asks of another host, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    def on_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "ws://127.0.0.1:")):
            faults.append(f"request to {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", on_request)
    page.faults = faults  # type: ignore[attr-defined]
    page.goto, page.reload = _until_it_works(page, page.goto), _until_it_works(page, page.reload)  # type: ignore[method-assign]
    yield page
    context.close()
    assert faults == []


def _until_it_works(page: Page, go: Callable[..., Response | None]) -> Callable[..., Response | None]:
    """`go`, and wait for the page's scripts, unless the test says itself how far to wait (`wait_until`)."""

    def gone(*places: str, **how: Any) -> Response | None:
        answer = go(*places, **how)
        if "wait_until" not in how:
            page.wait_for_function(WORKS)
        return answer

    return gone


def keys_work(page: Page) -> None:
    """Wait until the page answers to its keys: its scripts come after it was painted."""
    page.wait_for_selector("button.theme[title]", state="attached")
