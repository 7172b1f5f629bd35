"""The reference as it is served, and as it behaves in a browser."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.reference.reading import BOOKSHOP
from tests.farend import FarEnd, whole
from tests.portal_server import ROOT, PortalServer

# Names that are no ids as they stand, two that would be the same, and one that reads like a field of another.
ODD = {
    "openapi": "3.1.0",
    "info": {"title": "Odd"},
    "paths": {
        "/a": {"get": {"operationId": "a", "tags": ["old & new"], "parameters": [{"name": "b", "in": "query"}]}},
        "/b": {"get": {"operationId": "a.query.b", "tags": ["old & new"]}},
    },
    "components": {"schemas": {"a b": {"properties": {"c": {}}}, "a/b": {}, "a-b.c": {"items": {"$ref": "#/components/schemas/a~1b"}}}},
}
EXAMPLE = {"openapi": "3.1.0", "info": {"title": "Small"}, "paths": {"/api/version": {"get": {"operationId": "version"}}}}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root: Path = tmp_path_factory.mktemp("set")
    (root / "index.md").write_text("# Home\n")
    (root / "apis").mkdir()
    (root / "apis" / "shop.yaml").write_text(BOOKSHOP)
    (root / "small.json").write_text(json.dumps(EXAMPLE))
    (root / "odd.json").write_text(json.dumps(ODD))
    (root / "broken.yaml").write_text("openapi: 3.1.0\ninfo: [\n")
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(root)) as portal:
        yield portal


def test_every_document_is_listed_and_a_broken_one_says_so(portal: PortalServer) -> None:
    answer = httpx.get(portal.url + "reference/")
    assert answer.status_code == 200
    for words in ("Bookshop", "Small", "broken.yaml", "It is not YAML"):
        assert words in answer.text


@pytest.mark.parametrize("path", ["apis/shop/", "apis/shop/schemas/", "small/"])
def test_every_page_of_a_document_is_served(portal: PortalServer, path: str) -> None:
    answers = [httpx.get(portal.url + "reference/" + path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text


@pytest.mark.parametrize("document", ["apis/shop/", "odd/"])
def test_every_link_within_a_document_leads_to_one_place(portal: PortalServer, document: str) -> None:
    address = f"/reference/{document}"
    pages = {path: httpx.get(portal.url + path[1:]).text for path in (address, f"{address}schemas/")}
    found = {path: re.findall(r'\sid="([^"]+)"', page) for path, page in pages.items()}
    assert {path: len(ids) for path, ids in found.items()} == {path: len(set(ids)) for path, ids in found.items()}
    for path, page in pages.items():
        links = [html.unescape(link).partition("#") for link in re.findall(r'href="([^"]*#[^"]*)"', page)]
        assert {f"{where}#{anchor}" for where, _, anchor in links if anchor not in found[where or path]} == set()


def test_a_broken_documents_page_says_what_is_wrong_and_where(portal: PortalServer) -> None:
    answer = httpx.get(portal.url + "reference/broken/")
    assert answer.status_code == 200
    assert "It is not YAML" in answer.text
    assert re.search(r"See line \d of <code>broken.yaml</code>", answer.text)


def test_another_case_redirects_and_what_is_not_there_is_not_found(portal: PortalServer) -> None:
    answer = httpx.get(portal.url + "reference/Apis/SHOP/schemas/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/reference/apis/shop/schemas/")
    for path in ("nothing/", "apis/shop/nothing/", "apis/", "broken/schemas/", "..%2f..%2fetc/passwd/"):
        assert httpx.get(portal.url + "reference/" + path).status_code == 404


def test_a_set_with_one_document_shows_it_at_once(tmp_path: Path, upstream: FarEnd) -> None:
    (tmp_path / "small.json").write_text(json.dumps(EXAMPLE))
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(tmp_path)) as portal:
        answer = httpx.get(portal.url + "reference/")
    assert '<article class="operation" id="version">' in answer.text
    for place in ('<link rel="canonical" href', '<meta property="og:url" content'):
        assert f'{place}="{portal.url}reference/small/">' in answer.text


@pytest.mark.browser
def test_an_operation_runs_in_its_panel(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.routes["/api/version"] = whole({"version": "9.8.7"})
    page.goto(portal.url + "reference/small/#version")
    page.locator("#version").get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#version run-panel").get_by_role("status")).to_have_text("Done")
    expect(page.locator("#version .answer")).to_contain_text("9.8.7")
    assert upstream.asked[-1].path == "/api/version"


@pytest.mark.browser
@pytest.mark.parametrize("anchor", ["addBook.body.by.born", "addBook.body.format.Audio.reader", "addBook.404.code", "addBook.404"])
def test_a_deep_link_opens_what_it_leads_into(page: Page, portal: PortalServer, anchor: str) -> None:
    page.goto(portal.url + "reference/apis/shop/#" + anchor)
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()
    expect(page.locator("nav.tree [aria-current=true]")).to_have_text(re.compile("Add a book"))
    page.goto(portal.url + "reference/apis/shop/#listBooks")
    expect(page.locator("[id='listBooks'] h3")).to_be_in_viewport()


@pytest.mark.browser
def test_an_answers_deep_link_unfolds_it(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url + "reference/apis/shop/#addBook.404")
    expect(page.locator("[id='addBook.404.code']")).to_be_visible()


# Goes to each deep link of a page in turn, and tells those whose place is not in sight, or not marked as the one that was meant.
EACH_LINK = """async () => {
  const links = [...document.querySelectorAll("api-reference a.anchor, api-reference .response")].map((one) => one.hash?.slice(1) || one.id);
  const wrong = [];
  for (const fold of document.querySelectorAll("api-reference details")) fold.open = false;
  for (const link of links) {
    const arrived = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
    location.hash = link;
    await arrived;
    await new Promise(requestAnimationFrame);
    const place = document.getElementById(decodeURIComponent(link));
    const { top, height } = place?.getBoundingClientRect() ?? {};
    const isSeen = height > 0 && top >= 0 && top < innerHeight;
    const isMarked = place?.matches(".operation, h4") || getComputedStyle(place, "::before").borderInlineStartStyle === "solid";
    if (!isSeen || !isMarked) wrong.push(link);
  }
  return [links.length, wrong];
}"""


@pytest.mark.browser
def test_every_field_of_ollamas_document_has_a_link_that_opens_and_marks_it(page: Page, upstream: FarEnd) -> None:
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(ROOT / "docs_content" / "ollama")) as portal:
        page.goto(portal.url + "reference/")
        parts = page.locator("nav.tree li.section > a").evaluate_all("(links) => links.map((link) => link.href)")
        assert len(parts) > 5
        total = 0
        for part in parts:
            page.goto(part)
            count, wrong = page.evaluate(EACH_LINK)
            assert wrong == [], part
            total += count
    assert total > 500


@pytest.mark.browser
def test_without_scripts_everything_can_be_read(browser: Browser, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(portal.url + "reference/apis/shop/")
    field = tab.locator("[id='addBook.body.by.born']")
    expect(field).to_be_hidden()
    tab.locator("[id='addBook.body.by'] > details > summary").click()
    expect(field).to_be_visible()
    expect(tab.locator("#embed run-panel figure")).to_contain_text("curl http://localhost:11434/api/embed")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1440, 2560])
def test_no_width_makes_the_page_scroll_sideways_or_squeezes_a_column(browser: Browser, portal: PortalServer, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    tab = context.new_page()
    for path in ("reference/", "reference/apis/shop/", "reference/apis/shop/schemas/"):
        tab.goto(portal.url + path)
        tab.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.removeAttribute('name'); fold.open = true; })")
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        widths = tab.evaluate("[...document.querySelectorAll('.operation > .tables, .samples')].map((part) => part.offsetWidth)")
        assert all(found >= min(270, width) for found in widths)
    context.close()
