"""A reader goes through a book: where he is, where he was, what he has read, and how two editions differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.sets import write
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

PARAGRAPH = "Words of this chapter go on for a while. " * 12
OLD = f"# A Book of Days\n\n## I. Morning\n\n### Before six\n\n{PARAGRAPH}\n\n### At nine\n\n{PARAGRAPH}\n\n## II. Noon\n\nThe cat sat on the mat.\n\n## III. Gone\n\nLost.\n"
NEW = "# A Book of Days\n\nA foreword.\n\n" + "".join(
    f"## {name}\n\n" + "".join(f"### {name} {part}\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n" for part in ("begins", "goes on", "ends"))
    for name in ("I. Morning", "II. Noon", "III. Evening")
).replace("### II. Noon begins", "The cat sat on the chair.\n\n### II. Noon begins")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root: Path = write(tmp_path_factory.mktemp("book"), {"index.md": "# Home\n", "book_2026-01-01.md": OLD, "book_2026-02-01.md": NEW})
    with PortalServer(PORTAL_DOCS_ROOT=str(root), OLLAMA_HOST="127.0.0.1:1") as portal:
        yield portal


def test_reading_goes_on_where_it_was_left_and_what_was_read_is_ticked(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/")
    expect(page.get_by_role("link", name="Continue reading")).to_have_count(0)
    page.get_by_role("link", name="Begin to read").click()
    page.wait_for_url("**/book/i-morning/")
    kept = "JSON.parse(localStorage.getItem('book:/book/'))"
    page.wait_for_function(f"() => {kept} !== null")
    page.get_by_role("heading", name="I. Morning goes on").evaluate("(one) => one.scrollIntoView()")
    page.wait_for_function(f"() => {kept}.anchor === 'i-morning-goes-on'")
    page.goto(f"{portal.url}book/")
    on = page.get_by_role("link", name="Continue reading: I. Morning")
    on.click()
    page.wait_for_url("**/book/i-morning/#i-morning-goes-on")
    expect(page.get_by_role("heading", name="I. Morning goes on")).to_be_in_viewport()

    page.wait_for_function("() => customElements.get('book-place')")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function(f"() => {kept}.finished.length === 1")
    page.goto(f"{portal.url}book/")
    expect(page.locator(".contents-list [data-read]")).to_have_count(1)
    expect(page.locator(".contents-list").get_by_role("link", name="I. Morning")).to_have_accessible_description("read")
    on = page.get_by_role("link", name="Continue reading: II. Noon")
    expect(on).to_have_attribute("href", "/book/ii-noon/")


def test_a_line_says_how_much_of_a_chapter_has_passed(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/i-morning/")
    share = "() => { const bar = document.querySelector('.read-bar'); return bar.getBoundingClientRect().width / bar.parentElement.ownerDocument.documentElement.clientWidth; }"
    assert page.evaluate(share) < 0.05
    page.evaluate("scrollTo(0, (document.documentElement.scrollHeight - innerHeight) / 2)")
    page.wait_for_function(f"() => Math.abs(({share})() - 0.5) < 0.05")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function(f"() => ({share})() > 0.95")


def test_the_keys_lead_from_chapter_to_chapter(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/i-morning/")
    page.wait_for_selector("button.theme[title]", state="attached")
    page.keyboard.press("n")
    page.wait_for_url("**/book/ii-noon/")
    page.wait_for_selector("button.theme[title]", state="attached")
    page.keyboard.press("p")
    page.wait_for_url("**/book/i-morning/")


def test_two_editions_are_chosen_and_stand_side_by_side(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/")
    page.get_by_role("link", name="2 editions").click()
    page.get_by_role("button", name="Side by side").click()
    page.wait_for_url("**/book/compare/2026-01-01/2026-02-01/")
    pairs = page.locator(".pairs li")
    expect(pairs).to_have_count(4)
    expect(pairs.filter(has_text="II. Noon")).to_have_attribute("data-change", "changed")
    expect(pairs.filter(has_text="III. Gone")).to_have_attribute("data-change", "removed")
    pairs.get_by_role("link", name="II. Noon").click()
    row = page.get_by_role("group", name="Changed").first
    expect(row.locator("del")).to_have_text("mat.")
    expect(row.locator("ins")).to_have_text("chair.")
    old, new = row.locator(".old").bounding_box(), row.locator(".new").bounding_box()
    assert old is not None
    assert new is not None
    assert abs(old["y"] - new["y"]) < 1
    assert old["x"] + old["width"] <= new["x"]
    assert abs(old["width"] - new["width"]) < 1
    page.get_by_role("link", name="Show changes only").click()
    expect(page.locator(".row[data-change=same]")).to_have_count(0)


def test_on_a_phone_two_editions_stand_one_above_the_other(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{portal.url}book/compare/2026-01-01/2026-02-01/ii-noon/")
    row = page.get_by_role("group", name="Changed").first
    old, new = row.locator(".old").bounding_box(), row.locator(".new").bounding_box()
    assert old is not None
    assert new is not None
    assert old["y"] + old["height"] <= new["y"] + 1
    assert old["x"] == new["x"]


def test_a_book_reads_with_scripts_off(browser: Browser, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.url}book/")
    page.get_by_role("link", name="Begin to read").click()
    page.get_by_role("link", name="II. Noon").last.click()
    expect(page.get_by_role("heading", name="II. Noon", exact=True)).to_be_visible()
    page.goto(f"{portal.url}book/editions/")
    page.get_by_role("button", name="Side by side").click()
    expect(page.get_by_role("heading", name="Two editions")).to_be_visible()
    context.close()
