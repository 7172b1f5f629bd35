"""The Book goes to paper, or into a PDF, as one flow of pages, and so does a page of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.docs.sets import write
from tests.e2e.conftest import DOCS, ROOT
from tests.portal_server import PortalServer
from tests.strict import leave_out

pytestmark = pytest.mark.browser

A4 = {"width": 643, "height": 930}  # what the margins leave of it, in pixels
MARK = (DOCS / "reading" / "mark.svg").read_text("utf-8")
COMPONENTS = (DOCS / "reading" / "components.mdx").read_text("utf-8").partition("---\n\n")[2]
WIDE = "| " + " | ".join(f"column_{number}" for number in range(9)) + " |\n" + "|---" * 9 + "|\n" + "| some_value_of_a_setting " * 9 + "|\n"
LONG = "```text\n" + "word " * 60 + "\n```\n"
DIAGRAM = "```mermaid\nflowchart LR\n  A[A first station of many] --> B[A second station] --> C[A third station] --> D[A fourth station] --> E[A fifth station]\n```\n\n"
FILES = {
    "index.md": "# Home\n", "book/mark.svg": MARK,
    "book/index.md": "---\ntitle: A Book for Paper\n---\nA word before it begins.\n\n## How to read it\n\nOn paper.\n\n### With what\n\nWith eyes.\n",
    "book/01-first.md": f"# The first chapter\n\n{'A sentence of the first. ' * 400}\n\n{WIDE}\n{LONG}",
    "book/02-second.mdx": f"# The second chapter\n\n{COMPONENTS}",
    "book/03-third.md": "# The third chapter\n\nThe end, see [the first](01-first.md).\n\n```shell\ncurl http://localhost:11434/api/version\n```\n\n" + DIAGRAM * 3,
}  # fmt: skip
CHAPTERS = ["The first chapter", "The second chapter", "The third chapter"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root: Path = tmp_path_factory.mktemp("paper")
    with PortalServer(PORTAL_DOCS_ROOT=str(write(root, FILES)), OLLAMA_HOST="127.0.0.1:1") as portal:
        yield portal


def on_paper(page: Page, address: str) -> None:
    page.set_viewport_size(A4)  # type: ignore[arg-type]
    page.goto(address)
    page.emulate_media(media="print")


def test_the_book_is_one_pdf_that_begins_each_chapter_on_a_page_and_lists_it(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/print/")
    pdf = page.pdf(prefer_css_page_size=True, format="A4", outline=True, tagged=True)
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    outlined = [title.decode("latin-1") for title in re.findall(rb"/Title \(([^)]*)\)", pdf)]
    assert pages >= 2 + len(CHAPTERS) + 1, "a cover, the contents, and each chapter on pages of its own, the first on more than one"
    assert [title for title in outlined if title in CHAPTERS] == CHAPTERS


@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_title_is_larger_than_a_chapter_and_that_than_a_section_of_it_or_of_the_foreword(page: Page, portal: PortalServer, media: Literal["screen", "print"]) -> None:
    page.goto(f"{portal.url}book/print/")
    page.emulate_media(media=media)
    headings = (".cover h1", ".chapter > h2", ".table-of-contents h2", ".foreword h2", ".foreword h3")
    title, chapter, contents, section, below = (page.locator(f".whole {one}").first.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") for one in headings)
    assert title > 1.2 * chapter > 1.2 * contents > 1.2 * section > 1.2 * below
    assert section == page.locator(".chapter .prose h3").first.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
    assert chapter > 1.4 * section


def test_on_paper_there_is_the_book_and_nothing_to_press(page: Page, portal: PortalServer) -> None:
    on_paper(page, f"{portal.url}book/print/")
    article = page.locator("article.whole")
    expect(article).to_contain_text("A word before it begins.")
    expect(article.locator("section.chapter > h2")).to_have_text(CHAPTERS)
    for what in ("header.top", "#side", ".doors", "button:visible", "[role=tablist]:visible", "select:visible", ".read-bar:visible", ".engine:visible"):
        assert page.locator(what).locator("visible=true").count() == 0, what
    stuck = "[...document.querySelectorAll('main *')].filter((one) => ['fixed', 'sticky'].includes(getComputedStyle(one).position) && one.checkVisibility()).length"
    assert page.evaluate(stuck) == 0


def test_what_is_folded_or_behind_a_tab_is_on_paper_under_its_title(page: Page, portal: PortalServer) -> None:
    on_paper(page, f"{portal.url}book/print/")
    for text in ("brew install ollama", "Download the installer", "It may not fit into memory.", 'console.log("one");', 'print("two")'):
        expect(page.locator("article").get_by_text(text).first).to_be_visible()
    titles = page.locator("doc-tabs").first.locator(".tab-title")
    expect(titles).to_have_text(["macOS", "Linux", "Windows"])
    for title in titles.all():
        expect(title).to_be_visible()


def test_nothing_is_cut_off_at_the_edge_of_the_paper(page: Page, portal: PortalServer) -> None:
    on_paper(page, f"{portal.url}book/print/")
    beyond = """() => [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0
      && (one.getBoundingClientRect().right > innerWidth + 1 || (getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1)))
      .map((one) => one.cloneNode().outerHTML.slice(0, 120))"""
    assert page.evaluate(beyond) == []


def test_the_button_prints_once_every_diagram_is_drawn_and_each_fits_the_paper(page: Page, portal: PortalServer) -> None:
    if not (ROOT / "static" / "vendor" / "mermaid.js").is_file():
        leave_out("mermaid is not bundled (python tools/javascript.py), so no diagram was printed")
    page.goto(f"{portal.url}book/print/")
    page.evaluate(
        "() => { window.print = () => { document.body.dataset.printed = document.querySelectorAll('mermaid-diagram[data-state=drawn]').length; }; }"
    )
    page.get_by_role("button", name="Print or save as PDF").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "3")
    page.emulate_media(media="print")
    page.set_viewport_size(A4)  # type: ignore[arg-type]
    for drawing in page.locator("mermaid-diagram svg").all():
        box = drawing.bounding_box()
        assert box is not None
        assert 300 < box["width"] <= A4["width"]


def test_paper_is_white_in_the_dark_theme_too(page: Page, portal: PortalServer) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{portal.url}book/print/")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    brightness = "(one) => getComputedStyle(one).color.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)"
    assert page.locator(".chapter p").first.evaluate(brightness) > 384
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".chapter p").first.evaluate(brightness) < 384


def test_links_from_chapter_to_chapter_lead_on_within_the_paper(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}book/print/")
    assert page.locator("#chapter-3").get_by_role("link", name="the first").get_attribute("href") == "#chapter-1"
    page.get_by_role("navigation", name="Contents", exact=True).get_by_role("link", name="The third chapter").click()
    expect(page.get_by_role("heading", name="The third chapter")).to_be_in_viewport()


def test_a_page_of_documents_is_printed_without_what_stands_around_it(page: Page, portal: PortalServer) -> None:
    on_paper(page, f"{portal.url}docs/book/02-second/")
    for what in ("header.top", "#side", "nav.trail", "nav.neighbours", "nav.contents", "button"):
        assert page.locator(what).locator("visible=true").count() == 0, what
    expect(page.locator("article").get_by_text("Download the installer")).to_be_visible()
