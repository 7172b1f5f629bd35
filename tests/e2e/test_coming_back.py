"""However a reader is parted from an answer in mid-stream, coming back shows all of it, and it was asked for once."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_panel import WORDS, panel, run, state, text
from tests.farend import FarEnd, Held, chat
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

WHOLE = "".join(WORDS).strip()
RECORDS = chat(WORDS)


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """The portal's address, held over its restart as systemd holds it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


def server(upstream: FarEnd, data: Path, held: socket.socket) -> PortalServer:
    return PortalServer(data=data, held=held, OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS), PORTAL_DRAIN="300")


def see_it_end_elsewhere(browser: Browser, url: str, answer: Held) -> None:
    """The reader's newest run, which has come to its fifth record, comes and ends in another browser."""
    other = browser.new_context().new_page()
    other.goto(f"{url}runs/")
    other.get_by_role("row").nth(1).get_by_role("link", name="POST /api/chat").click()
    expect(other.locator("pre.text")).to_contain_text("3 ")
    answer.go()
    expect(other.locator("pre.text")).to_have_text(WHOLE)
    expect(other.locator("main .outcome")).to_have_text("done")
    other.context.close()


def test_a_browser_that_is_offline_for_the_rest_of_an_answer_shows_it_once_it_is_back(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = answer = Held(RECORDS[:5], RECORDS[5:])
    before = len(upstream.requests_for("/api/chat"))
    page.goto(portal.url)
    run(panel(page))
    expect(text(panel(page))).to_contain_text("3 ")
    page.context.set_offline(True)
    assert not page.evaluate("() => fetch('/healthz').then(() => true, () => false)")
    answer.go()
    page.context.set_offline(False)
    expect(state(panel(page))).to_have_text("Done")
    expect(text(panel(page))).to_have_text(WHOLE)
    assert len(upstream.requests_for("/api/chat")) == before + 1
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports what it could not reach on its console


def test_a_restart_in_mid_stream_costs_a_page_that_stays_open_nothing(
    page: Page, far_end: FarEnd, tmp_path: Path, held: socket.socket
) -> None:
    far_end.script = answer = Held(RECORDS[:5], RECORDS[5:])
    with server(far_end, tmp_path, held) as old:
        page.goto(old.url)
        run(panel(page))
        expect(text(panel(page))).to_contain_text("3 ")
        old.process.send_signal(signal.SIGTERM)
        while httpx.get(f"{old.url}readyz", trust_env=False, timeout=60).status_code != 503:
            pass
        answer.go()
        expect(state(panel(page))).to_have_text("Done")
        assert old.process.wait(60) == 0
    with server(far_end, tmp_path, held):
        expect(text(panel(page))).to_have_text(WHOLE)
        far_end.script = Held(RECORDS)
        run(panel(page, 1))
        expect(state(panel(page, 1))).to_have_text("Done")
        page.reload()
        expect(state(panel(page))).to_have_text("Done")
        expect(text(panel(page))).to_have_text(WHOLE)
    assert len(far_end.requests_for("/api/chat")) == 2
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the socket that was lost


def test_another_browser_of_the_same_reader_sees_the_answer_come_and_end(
    page: Page, browser: Browser, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = answer = Held(RECORDS[:5], RECORDS[5:])
    before = len(upstream.requests_for("/api/chat"))
    page.goto(portal.url)
    run(panel(page))
    expect(text(panel(page))).to_contain_text("3 ")
    page.goto("about:blank")
    see_it_end_elsewhere(browser, portal.url, answer)
    assert len(upstream.requests_for("/api/chat")) == before + 1
