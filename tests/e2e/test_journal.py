"""A reader goes through a journal: by words, by kind, by month, and by its feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.docs.sets import write
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

ENTRIES = 90
JOURNAL = "# Journal of Days\n\n" + "".join(
    f"## {date(2026, 6, 30) - timedelta(at)} 18:39 UTC\n\n"
    + ("**System snapshot**: " if at % 3 else "**Improvement cycle succeeded**: ") + f"entry number {at}" + (", a needle in it" if at in (7, 69) else "") + ".\n\n"
    for at in range(ENTRIES)
)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root: Path = write(tmp_path_factory.mktemp("journal"), {"index.md": "# Home\n", "JOURNAL.md": JOURNAL})
    with PortalServer(PORTAL_DOCS_ROOT=str(root), OLLAMA_HOST="127.0.0.1:1") as portal:
        yield portal


def rows(page: Page) -> Locator:
    return page.locator(".rows > li")


def test_entries_are_filtered_as_one_types_and_the_address_says_so(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}journal/")
    expect(page.locator(".tally")).to_contain_text(f"{ENTRIES} entries")
    words = page.get_by_role("searchbox", name="Entries with these words")
    words.press_sequentially("needle")
    expect(rows(page)).to_have_count(2)
    expect(page.locator(".tally")).to_contain_text(f"2 of {ENTRIES} entries")
    expect(rows(page).locator("mark")).to_have_text(["needle", "needle"])
    expect(words).to_be_focused()
    assert page.url == f"{portal.url}journal/?q=needle"
    page.reload()
    expect(words).to_have_value("needle")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".tally")).to_contain_text(f"{ENTRIES} entries")
    expect(words).to_have_value("")


def test_a_kind_of_entry_is_chosen_from_the_list_of_kinds(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}journal/")
    kind = page.get_by_label("Kind of entry")
    expect(kind.locator("option")).to_have_text(["All kinds", "System snapshot (60)", "Improvement cycle succeeded (30)"])
    kind.select_option("Improvement cycle succeeded")
    expect(page.locator(".tally")).to_contain_text(f"30 of {ENTRIES} entries")
    expect(rows(page).filter(has_text="System snapshot")).to_have_count(0)
    page.get_by_role("searchbox").fill("needle")
    expect(page.locator(".tally")).to_contain_text(f"1 of {ENTRIES} entries")


def test_each_month_has_its_page_with_a_bar_for_each_day_and_the_numbers_as_a_table(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}journal/")
    months = page.get_by_role("navigation", name="Months")
    expect(months.locator("ul ul a")).to_have_text(["June 30", "May 31", "April 29"])
    months.get_by_role("link", name="May").click()
    page.wait_for_url("**/journal/2026/05/")
    expect(page.get_by_role("heading", name="May 2026")).to_be_visible()
    expect(page.locator("section.entry")).to_have_count(20)
    page.get_by_role("navigation", name="Parts of this list").get_by_role("link", name="Part 2").click()
    expect(page.locator("section.entry")).to_have_count(11)
    assert page.locator(".entries-chart rect").count() == 31
    tallest = page.locator(".entries-chart rect:not(.none)").first.bounding_box()
    assert tallest is not None
    assert tallest["height"] > 10
    page.get_by_text("Entries by day, as a table").click()
    expect(page.locator(".entries-chart tbody tr").first).to_be_visible()


def test_an_entry_has_a_link_of_its_own_and_leads_to_those_before_and_after(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}journal/")
    rows(page).nth(1).get_by_role("link").click()
    address = page.url
    expect(page.locator("article.entry")).to_contain_text("entry number 1.")
    page.locator("a[rel=next]").click()
    expect(page.locator("article.entry")).to_contain_text("entry number 2.")
    page.locator("a[rel=prev]").click()
    page.wait_for_url(address)


def test_a_reader_of_feeds_finds_the_feed_and_all_entries_on_its_pages(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}journal/")
    place = page.locator("link[type='application/atom+xml']").get_attribute("href")
    assert page.get_by_role("link", name="Atom feed").get_attribute("href") == place
    address: str | None = f"{portal.origin}{place}"
    titles: list[str | None] = []
    while address:
        answer = page.request.get(address)
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = fromstring(answer.text())
        for entry in feed.findall(f"{ATOM}entry"):
            link = entry.find(f"{ATOM}link")
            assert link is not None
            titles.append(link.get("href"))
        address = next((link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"), None)
    assert len(set(titles)) == ENTRIES
    assert page.request.get(str(titles[-1])).ok


def test_with_scripts_off_the_journal_is_filtered_by_a_button(browser: Browser, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.url}journal/")
    page.get_by_role("searchbox").fill("needle")
    page.get_by_role("button", name="Filter").click()
    expect(rows(page)).to_have_count(2)
    context.close()
