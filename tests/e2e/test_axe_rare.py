"""axe-core finds nothing to object to on what is seen rarely, which fits a narrow telephone: editions, single entries, what is broken, what is
refused, and a set that holds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.docs.sets import write
from tests.e2e.conftest import ROOT
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
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
    "reference/openapi/": 200, "docs/vast/": 500, "runs/": 200, "runs/nothing/": 404, "selftest": 200,
}  # fmt: skip


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root = write(tmp_path_factory.mktemp("rare"), FILES)
    os.truncate(root / "vast.md", 40 << 20)
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        yield portal


def test_no_page_that_is_seen_rarely_has_an_accessibility_fault(browser: Browser, rare: PortalServer, axe: str) -> None:  # noqa: F811
    assert _seen(browser, rare, axe, [*RARE]) == {place: (status, []) for place, status in RARE.items()}


def test_neither_has_the_page_of_a_fault_nor_that_of_a_request_that_is_refused(browser: Browser, rare: PortalServer, axe: str) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    answer = page.goto(rare.url.replace("127.0.0.1", "nobody.localhost"))
    assert answer is not None
    assert answer.status == 400
    faults = _faults_in_both_themes(page, axe)
    page.set_content((ROOT / "templates" / "500.html").read_text("utf-8"))
    page.add_style_tag(content="html { background: Canvas; }")  # which it is anyhow, but axe takes it for white
    faults += _faults_in_both_themes(page, axe)
    page.close()
    assert faults == []


def test_no_page_of_an_empty_set_has_an_accessibility_fault(browser: Browser, tmp_path: Path, axe: str) -> None:  # noqa: F811
    places = ["", "docs/", "docs/index/", "book/", "journal/", "reference/"]
    with PortalServer(PORTAL_DOCS_ROOT=str(tmp_path), PORTAL_EMBEDDED="never") as portal:
        assert _seen(browser, portal, axe, places) == dict.fromkeys(places, (200, []))


def _seen(browser: Browser, portal: PortalServer, axe: str, places: list[str]) -> dict[str, tuple[int, list[str]]]:  # noqa: F811
    """The status and the faults of each page."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    seen = {}
    for place in places:
        answer = page.goto(portal.url + place)
        assert answer is not None
        seen[place] = (answer.status, _faults_in_both_themes(page, axe))
    page.close()
    return seen
