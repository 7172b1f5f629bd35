"""axe-core finds nothing to object to on what is seen rarely: editions, single entries, what is broken, a set that holds nothing, and a reader's own pages."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.docs.sets import write
from tests.e2e.conftest import ROOT
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

FILES = {
    "index.md": "# Home\n", "openapi.yaml": "openapi: 3.1.0\npaths: [\n", "vast.md": "# Vast\n",
    "BOOK_2025-01-02.md": "# The Book\n\n## One\n\nSome words here.\n\n## Two\n\nMore.\n",
    "BOOK_2025-03-04.md": "# The Book\n\n## One\n\nOther words here.\n\n## Two\n\nMore.\n",
    "journal/2025-03-04-a-day.md": "# A day\n\nWords.\n",
}  # fmt: skip
RARE = {
    "book/editions/": 200, "book/editions/2025-01-02/": 200, "book/editions/2025-01-02/one/": 200,
    "book/compare/2025-01-02/2025-03-04/": 200, "book/compare/2025-01-02/2025-03-04/one/": 200,
    "journal/2025/03/04-a-day/": 200, "reference/openapi/": 200, "docs/vast/": 500, "runs/": 200, "runs/nothing/": 404, "selftest": 200,
}  # fmt: skip


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory, upstream: FarEnd) -> Iterator[PortalServer]:
    root = write(tmp_path_factory.mktemp("rare"), FILES)
    os.truncate(root / "vast.md", 40 << 20)
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never", OLLAMA_HOST=upstream.origin) as portal:
        yield portal


def test_no_page_that_is_seen_rarely_has_an_accessibility_fault(browser: Browser, rare: PortalServer, axe: str) -> None:  # noqa: F811
    page = _phone(browser)
    assert _seen(page, rare, axe, [*RARE]) == {place: (status, []) for place, status in RARE.items()}
    page.context.close()


def test_no_page_of_a_reader_s_own_has_an_accessibility_fault(
    browser: Browser, rare: PortalServer, upstream: FarEnd, axe: str  # noqa: F811
) -> None:
    upstream.script = stream(chat(["Hello"]))
    page = _phone(browser)
    asked = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    run = f"runs/{_sent(page, f'{rare.url}runs/', {'ref': str(uuid.uuid4()), 'request': asked})['run']}/"
    while not page.request.get(f"{rare.url}{run}log", params={"after": 0, "wait": 10}).json()["ended"]:
        continue
    link = _sent(page, f"{rare.url}{run}share", {}, until_recorded=True)["address"].lstrip("/")
    saved = _sent(page, f"{rare.url}library/", {"name": "A chat", "request": asked})["address"].lstrip("/")
    own = [run, link, saved, "runs/", "runs/new/", "library/", "shared/"]
    assert _seen(page, rare, axe, own) == dict.fromkeys(own, (200, []))
    assert _seen(page, rare, axe, ["library/999/"]) == {"library/999/": (404, [])}
    page.goto(f"{rare.url}shared/")
    page.evaluate("(place) => { const form = document.querySelector('main form'); form.action = place; form.submit(); }", "/shared/nowhere/take-back")
    page.wait_for_selector("text=That was not done")
    assert _faults_in_both_themes(page, axe) == []
    page.set_content((ROOT / "templates/500.html").read_text("utf-8"))
    assert _faults_in_both_themes(page, axe) == []
    page.context.close()


def test_no_page_of_an_empty_set_has_an_accessibility_fault(browser: Browser, tmp_path: Path, axe: str) -> None:  # noqa: F811
    places = ["", "docs/", "docs/index/", "book/", "journal/", "reference/"]
    page = _phone(browser)
    with PortalServer(PORTAL_DOCS_ROOT=str(tmp_path), PORTAL_EMBEDDED="never") as portal:
        assert _seen(page, portal, axe, places) == dict.fromkeys(places, (200, []))
    page.context.close()


def _phone(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    return context.new_page()


def _sent(page: Page, address: str, message: dict[str, object], *, until_recorded: bool = False) -> dict[str, str]:
    """What a door answers to the reader whose page this is."""
    origin = address.partition("/runs/")[0].partition("/library/")[0]
    token = page.request.get(f"{origin}/runs/token").json()["token"]
    answer = page.request.post(address, data=message, headers={"X-CSRFToken": token})
    while until_recorded and answer.status == 409 and answer.json()["error"]["code"] == "not_recorded":
        answer = page.request.post(address, data=message, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    told: dict[str, str] = answer.json()
    return told


def _seen(page: Page, portal: PortalServer, axe: str, places: list[str]) -> dict[str, tuple[int, list[str]]]:  # noqa: F811
    """The status and the faults of each page."""
    seen = {}
    for place in places:
        answer = page.goto(portal.url + place)
        assert answer is not None
        seen[place] = (answer.status, _faults_in_both_themes(page, axe))
    return seen
