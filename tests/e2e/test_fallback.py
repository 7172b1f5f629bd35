"""Where a proxy lets no websocket through, or holds event streams back, the page goes another way and says which; so does /selftest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DOCS
from tests.farend import FarEnd, Held, chat
from tests.nginx import Nginx
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

WORDS = [f"{number} " for number in range(9)]
NO_WEBSOCKET = """
server { listen 127.0.0.1:{port}; location / {
  proxy_pass ORIGIN; proxy_http_version 1.1; proxy_set_header Host $http_host; MORE } }
"""
# A compressing proxy waits for enough to compress.
HELD_BACK = "proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;"


@contextmanager
def behind(upstream: FarEnd, more: str, *, origins: str = "") -> Iterator[str]:
    """A portal behind an nginx that passes no upgrade on: the origin readers see."""
    proxy = Nginx("")
    with PortalServer(
        OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS), PORTAL_ORIGINS=origins or proxy.origin
    ) as portal:
        proxy.site = NO_WEBSOCKET.replace("ORIGIN", portal.origin).replace("MORE", more)
        with proxy:
            yield proxy.origin


def leave(page: Page) -> None:
    """Go, before the portal does: a page that stays would ask after it. The refused websockets are on the console."""
    page.goto("about:blank")
    page.faults.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("more", "way"), [("", "over server-sent events"), (HELD_BACK, "by polling")])
def test_an_answer_comes_without_a_websocket_and_the_panel_says_how(
    page: Page, upstream: FarEnd, more: str, way: str
) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:3], records[3:5], records[5:])
    with behind(upstream, more) as origin:
        page.goto(f"{origin}/")
        panel = page.locator("run-panel").first
        panel.get_by_role("button", name="Run", exact=True).click()
        expect(panel.locator(".answer .text")).to_have_text("".join(WORDS[:3]).strip())
        held.go()
        expect(panel.locator(".answer .text")).to_have_text("".join(WORDS[:5]).strip())
        expect(panel.get_by_role("status")).to_have_text(f"Streaming {way}")
        held.go()
        expect(panel.get_by_role("status")).to_have_text("Done")
        expect(panel.locator(".answer .text")).to_have_text("".join(WORDS).strip())
        leave(page)


def test_stop_hangs_up_without_a_websocket_too(page: Page, upstream: FarEnd) -> None:
    upstream.script = Held(chat(WORDS)[:3], [])
    with behind(upstream, "") as origin:
        page.goto(f"{origin}/")
        panel = page.locator("run-panel").first
        panel.get_by_role("button", name="Run", exact=True).click()
        expect(panel.locator(".answer .text")).to_contain_text("2")
        panel.get_by_role("button", name="Stop").click()
        expect(panel.get_by_role("status")).to_have_text("Stopped")
        assert upstream.requests_for("/api/chat")[-1].hung_up.wait(20)
        leave(page)


def checked(page: Page, name: str) -> Locator:
    return page.locator(f"[data-check={name}] td")


def test_the_selftest_says_that_everything_gets_through(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.origin}/selftest")
    expect(page.get_by_role("status")).to_have_text("Everything gets through.")
    expect(checked(page, "websocket")).to_contain_text("Opened and answered")
    expect(checked(page, "events")).to_contain_text("They come one by one.")


def test_the_selftest_names_what_a_proxy_keeps_back(page: Page, upstream: FarEnd) -> None:
    with behind(upstream, HELD_BACK) as origin:
        page.goto(f"{origin}/selftest")
        expect(page.get_by_role("status")).to_have_text("3 of 5 checks found something.")
        expect(checked(page, "websocket")).to_contain_text("The proxy has to pass the Upgrade header on")
        expect(checked(page, "events")).to_contain_text("the proxy holds them back")
        expect(checked(page, "large")).to_contain_text("refused with 413")
        leave(page)


def test_the_selftest_says_when_this_address_may_not_open_the_websocket(page: Page, upstream: FarEnd) -> None:
    with behind(upstream, "", origins="https://docs.example") as origin:
        page.goto(f"{origin}/selftest")
        expect(checked(page, "origin")).to_contain_text(f"{origin} is not among the origins that may open the websocket.")
        expect(page.get_by_role("status")).to_have_text("3 of 5 checks found something.")
        leave(page)
