"""What a page owes to everybody: a way past the header, no motion nobody asked for, formulas, its source to take along, and that it is never out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import keys_work
from tests.docs.sets import write
from tests.e2e.conftest import DOCS
from tests.e2e.places import PLACES
from tests.farend import FarEnd
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

# Motion is what moves by itself: a line that follows the reader's own scrolling is none.
MOVING = "document.getAnimations().filter((one) => one.timeline instanceof DocumentTimeline).length"


@pytest.mark.parametrize("place", [place for place in PLACES if place not in ("no such page", "search, not asked")])
def test_the_first_tab_is_a_way_past_the_header(page: Page, portal: PortalServer, place: str) -> None:
    page.goto(portal.url + PLACES[place])
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('header.top, #side') === null")


def test_nothing_moves_for_whoever_wants_no_motion(page: Page, portal: PortalServer) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}docs/reading/everything/")
    keys_work(page)
    page.get_by_role("button", name="Contents of the site").click()
    expect(page.locator("#side")).to_be_visible()
    assert page.evaluate(MOVING) == 0
    page.keyboard.press("Escape")
    for key in ("/", "?"):
        page.keyboard.press(key)
        expect(page.locator("dialog[open]")).to_be_visible()
        assert page.evaluate(MOVING) == 0
        page.keyboard.press("Escape")
    # A mark far below is there at once.
    page.goto(f"{portal.url}docs/reading/everything/?q=sixth")
    expect(page.get_by_role("region", name="Marks of the search")).to_contain_text("1 of 1")
    assert page.get_by_role("heading", name="The sixth").evaluate("(one) => one.getBoundingClientRect().top < innerHeight")


def test_where_motion_is_welcome_what_opens_slides_in(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}docs/reading/everything/")
    page.evaluate("addEventListener('animationstart', (event) => { document.body.dataset.moved = event.animationName; })")
    page.get_by_role("button", name="Contents of the site").click()
    expect(page.locator("body")).to_have_attribute("data-moved", "slide-in")


def test_formulas_are_drawn_by_the_browser_from_mathml(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/everything/")
    formulas = page.locator("article math")
    assert formulas.evaluate_all("(all) => all.map((one) => one.namespaceURI)") == ["http://www.w3.org/1998/Math/MathML"] * 2
    for formula in formulas.all():
        box = formula.bounding_box()
        assert box is not None
        assert box["width"] > 20
        assert box["height"] > 10
    squared = formulas.first.locator("msup > *")
    base, raised = (squared.nth(at).bounding_box() for at in range(2))
    assert base is not None
    assert raised is not None
    assert raised["height"] < base["height"] or raised["y"] < base["y"]
    over = formulas.last.locator("mfrac > *")
    above, below = (over.nth(at).bounding_box() for at in range(2))
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"] + 1
    display = formulas.last.evaluate("(one) => getComputedStyle(one).display")
    assert display == "block math"


def test_a_pages_markdown_is_copied_to_the_letter(page: Page, context_that_copies: BrowserContext, portal: PortalServer) -> None:
    page = context_that_copies.new_page()
    page.goto(f"{portal.url}docs/reading/everything/")
    page.get_by_role("button", name="Copy as markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (DOCS / "reading" / "everything.md").read_text("utf-8")
    expect(page.get_by_role("button", name="Copy as markdown")).to_be_visible()


@pytest.fixture
def context_that_copies(page: Page) -> Iterator[BrowserContext]:
    context = page.context.browser.new_context(permissions=["clipboard-read", "clipboard-write"])  # type: ignore[union-attr]
    yield context
    context.close()


def test_where_nothing_may_be_copied_the_button_says_where_the_source_is(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/everything/")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name="Copy as markdown").click()
    expect(page.get_by_role("button", name="Could not copy; open Markdown instead")).to_be_visible()
    page.get_by_role("link", name="Markdown", exact=True).click()
    expect(page.locator("body")).to_contain_text("# Everything a page can hold")
    page.faults.clear()  # type: ignore[attr-defined]  # a page of mere text has no icon of its own, so the browser looks for one


def test_all_documents_narrow_as_one_types_with_their_sizes_and_dates(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/")
    rows = page.locator("table.documents tbody tr")
    every = rows.count()
    page.get_by_role("searchbox", name="Filter").press_sequentially("part DEEPER")
    shown = rows.locator("visible=true")
    expect(shown).to_have_count(2)
    expect(page.locator(".filter [role=status]")).to_have_text(f"2 of {every}")
    expect(shown.first).to_contain_text("reading/parts/deeper")
    expect(shown.first.locator("td").nth(1)).to_have_text("19\xa0bytes")
    expect(shown.first.locator("time")).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d$"))
    page.get_by_role("searchbox", name="Filter").fill("")
    expect(shown).to_have_count(every)


def test_what_is_saved_shows_at_the_next_reload_and_a_draft_does_not(
    page: Page, upstream: FarEnd, tmp_path: Path
) -> None:
    root = write(tmp_path, {"index.md": "# Home\n\n[guide](guide.md)\n", "guide.md": "# Guide\n\nAs it was.\n", ".hidden.md": "# Hidden\n"})
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(root)) as portal:
        page.goto(f"{portal.url}docs/guide/")
        expect(page.locator("article")).to_contain_text("As it was.")
        write(root, {"guide.md": "# Manual\n\nAs it is now.\n", "new.md": "# Newcomer\n", "planned.md": "---\ndraft: true\n---\n# Planned\n"})
        page.reload()
        expect(page.locator("article")).to_contain_text("As it is now.")
        expect(page).to_have_title("Manual · mindX docs")
        page.goto(f"{portal.url}docs/new/")
        tree = page.get_by_role("navigation", name="Documents")
        expect(tree.get_by_role("link")).to_have_text(["Manual", "Newcomer"])
        page.goto(f"{portal.url}docs/")
        expect(page.locator("table.documents tbody tr")).to_have_count(3)
        for path in ("docs/planned/", "docs/.hidden/", "docs/.hidden.md", "docs/planned.md"):
            assert page.request.get(portal.url + path).status == 404
        for path in ("llms.txt", "llms-full.txt", "sitemap.xml", "docs/index/", "search/?q=planned+hidden"):
            text = page.request.get(portal.url + path).text()
            assert "# Planned" not in text
            assert "# Hidden" not in text
            assert "docs/planned" not in text
        write(root, {"guide.md": "---\ndraft: true\n---\n# Manual\n"})
        assert page.request.get(f"{portal.url}docs/guide/").status == 404
        page.goto(portal.url)
        expect(page.locator("article [data-link=dead]")).to_have_text("guide")
