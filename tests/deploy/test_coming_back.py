"""A reader parted from an answer in mid-stream, where nginx stands before three workers: coming back shows all of it."""

from __future__ import annotations

import signal
import socket

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.deploy.test_three_workers import held, proxy  # noqa: F401 - fixtures
from tests.e2e.conftest import DOCS
from tests.e2e.test_coming_back import RECORDS, WHOLE, see_it_end_elsewhere
from tests.e2e.test_panel import panel, run, state, text
from tests.farend import FarEnd, Held
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.stores import Stores

pytestmark = pytest.mark.browser



def portal_of(shared: Stores, upstream: FarEnd, held: socket.socket, proxy: Nginx) -> PortalServer:  # noqa: F811
    return shared.worker(upstream, workers=3, held=held, PORTAL_ORIGINS=proxy.origin, PORTAL_DRAIN="300", PORTAL_DOCS_ROOT=str(DOCS))


def test_offline_then_a_restart_then_another_browser_each_in_mid_stream_show_the_whole_answer_asked_for_once(
    page: Page, browser: Browser, shared: Stores, upstream: FarEnd, held: socket.socket, proxy: Nginx  # noqa: F811
) -> None:
    with portal_of(shared, upstream, held, proxy) as old:
        page.goto(f"{proxy.origin}/")
        upstream.script = answer = Held(RECORDS[:5], RECORDS[5:])
        run(panel(page))
        expect(text(panel(page))).to_contain_text("3 ")
        page.context.set_offline(True)
        assert not page.evaluate("() => fetch('/healthz').then(() => true, () => false)")
        answer.go()
        page.context.set_offline(False)
        expect(state(panel(page))).to_have_text("Done")
        expect(text(panel(page))).to_have_text(WHOLE)

        upstream.script = answer = Held(RECORDS[:5], RECORDS[5:])
        run(panel(page, 1))
        expect(text(panel(page, 1))).to_contain_text("3 ")
        old.process.send_signal(signal.SIGTERM)
        while httpx.get(f"{proxy.origin}/readyz", trust_env=False, timeout=60).status_code != 503:
            pass
        answer.go()
        expect(state(panel(page, 1))).to_have_text("Done")
        assert old.process.wait(60) == 0
    with portal_of(shared, upstream, held, proxy):
        expect(text(panel(page, 1))).to_have_text(WHOLE)
        page.reload()
        for number in (0, 1):
            expect(state(panel(page, number))).to_have_text("Done")
            expect(text(panel(page, number))).to_have_text(WHOLE)

        upstream.script = answer = Held(RECORDS[:5], RECORDS[5:])
        run(panel(page))
        expect(text(panel(page))).to_contain_text("3 ")
        page.goto("about:blank")
        see_it_end_elsewhere(browser, f"{proxy.origin}/", answer)
    assert len(upstream.requests_for("/api/chat")) == 3
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports what it could not reach, and the socket that was lost
