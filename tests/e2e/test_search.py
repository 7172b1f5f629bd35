"""A reader presses a key, types, and is at the section that has it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser import keys_work
from tests.docs.search.conftest import DOCUMENTS
from tests.docs.search.test_reference import OPENAPI
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

LONG = "# Long\n\n" + "".join(f"## Part {number}\n\n{'Filler stands here. ' * 60}\n\n" for number in range(12)) + "## Last\n\nThe pangolin, more pangolins, <b>pango</b>lins.\n"
FOLDED = """# Folded

A tapir in the open.

{filler}

<Tabs>
  <Tab title="Here">Shown from the start.</Tab>
  <Tab title="Tapir">
    <Accordion title="More">
      A tapir in a fold in a tab.
    </Accordion>
  </Tab>
</Tabs>

{filler}

<details><summary>Outside</summary>

<Tabs>
  <Tab title="Here">Shown once it is open.</Tab>
  <Tab title="Elsewhere">A tapir in a tab in a fold.</Tab>
</Tabs>

</details>

{filler}
""".format(filler="Filler stands here.\n\n" * 60)

LINES = "filler\n" * 200
IN_CODE = f"# In code\n\n```text\n{LINES}{'filler ' * 80}okapi\n{LINES}```\n"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root = tmp_path_factory.mktemp("docs")
    for name, text in {**DOCUMENTS, "long.md": LONG, "folded.mdx": FOLDED, "code.md": IN_CODE, "kiosk.yaml": OPENAPI}.items():
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        yield portal


@pytest.fixture(scope="module", autouse=True)
def indexed(portal: PortalServer, browser: Browser) -> None:
    """All of it can be found."""
    context = browser.new_context()
    can_be_found(context, portal, "begins")
    context.close()


def can_be_found(context: BrowserContext, portal: PortalServer, word: str) -> None:
    """Waits until it can."""
    until = time.monotonic() + 60
    while context.request.get(f"{portal.url}search/?q={word}&format=json").json()["total"] != 1:
        assert time.monotonic() < until
        time.sleep(0.05)


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search the documents")


def options(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search").get_by_role("option")


def selected(page: Page) -> Locator:
    return page.locator("search-palette [role=option][aria-selected=true]")


def search_for(page: Page, portal: PortalServer, text: str, path: str = "docs/guide/") -> None:
    page.goto(f"{portal.url}{path}")
    keys_work(page)
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.type(text)
    expect(page.get_by_role("listbox", name="Results")).to_have_attribute("aria-busy", "false")
    expect(options(page).first).to_be_visible()
    expect(page.locator("search-palette .count")).to_contain_text("match")


@pytest.mark.parametrize("key", ["Control+k", "Meta+k", "/"])
def test_a_key_opens_search_and_escape_goes_back_to_where_one_was(page: Page, portal: PortalServer, key: str) -> None:
    page.goto(f"{portal.url}docs/guide/")
    keys_work(page)
    link = page.get_by_role("banner").get_by_role("link", name="All Documents")
    link.focus()
    page.keyboard.press(key)
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(field(page)).to_be_hidden()
    expect(link).to_be_focused()


def test_the_button_opens_search_too(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    keys_work(page)
    page.get_by_role("link", name="Search").click()
    expect(field(page)).to_be_focused()


def test_nothing_of_search_is_loaded_before_it_is_used(page: Page, portal: PortalServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{portal.url}docs/guide/", wait_until="networkidle")
    assert not [url for url in asked if "search" in url or "marking" in url]
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    assert [url for url in asked if "search-palette" in url]


def test_a_slash_in_a_field_is_a_slash(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}search/")
    page.get_by_role("searchbox").press("/")
    expect(page.get_by_role("searchbox")).to_have_value("/")
    expect(field(page)).to_be_hidden()


def test_shortcuts_that_are_switched_off_are_off(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/guide/")
    keys_work(page)
    page.evaluate("localStorage.setItem('shortcuts', 'off')")
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    page.wait_for_timeout(300)
    expect(field(page)).to_be_hidden()


def test_enter_opens_the_best_section_with_what_was_asked_marked(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "pangol")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/docs/long/\?q=.*#last$"))
    expect(page.get_by_role("region", name="Marks of the search")).to_contain_text("3 marks")
    assert page.evaluate("[...CSS.highlights.get('search')].map((range) => range.toString())") == ["pangolin", "pangolins", "pangolins"]
    expect(page.get_by_role("heading", name="Last")).to_be_in_viewport()
    assert page.locator("article mark").count() == 0


def test_marks_are_stepped_through_and_cleared(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/long/?q=pangolin")
    keys_work(page)
    marks = page.get_by_role("region", name="Marks of the search")
    expect(marks).to_contain_text("1 of 3")
    expect(page.get_by_role("heading", name="Last")).to_be_in_viewport()
    marks.get_by_role("button", name="Next").click()
    expect(marks).to_contain_text("2 of 3")
    marks.get_by_role("button", name="Previous").click()
    marks.get_by_role("button", name="Previous").click()
    expect(marks).to_contain_text("3 of 3")
    page.keyboard.press("Escape")
    expect(marks).to_be_hidden()
    assert page.evaluate("CSS.highlights.size") == 0
    assert page.url == f"{portal.url}docs/long/"


def test_a_mark_deep_in_a_block_of_code_is_brought_into_view(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/code/?q=okapi")
    keys_work(page)
    expect(page.get_by_role("region", name="Marks of the search")).to_contain_text("1 of 1")
    page.wait_for_function("""() => {
        const mark = [...CSS.highlights.get("search-current")][0].getBoundingClientRect();
        const [middle, code] = [mark.top + mark.height / 2 - innerHeight / 2, document.querySelector("article pre").getBoundingClientRect()];
        return Math.abs(middle) < 2 && mark.left >= code.left && mark.right <= code.right;
    }""")


def test_a_step_to_a_mark_opens_the_tab_and_the_fold_that_it_is_in(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/folded/?q=tapir")
    keys_work(page)
    marks = page.get_by_role("region", name="Marks of the search")
    expect(marks).to_contain_text("1 of 4")
    assert page.evaluate("[...CSS.highlights.get('search')].map((range) => range.toString())") == ["tapir", "Tapir", "tapir", "tapir"]
    for number, text in ((2, "Tapir"), (3, "A tapir in a fold in a tab."), (4, "A tapir in a tab in a fold.")):
        marks.get_by_role("button", name="Next").click()
        expect(marks).to_contain_text(f"{number} of 4")
        expect(page.locator("article").get_by_text(text, exact=True).and_(page.locator(":not(.tab-title)")).first).to_be_in_viewport(ratio=1)
    assert page.locator("[role=tab][aria-selected=true]").all_inner_texts() == ["Tapir", "Elsewhere"]
    page.goto(f"{portal.url}docs/folded/")
    keys_work(page)
    assert page.locator("[role=tab][aria-selected=true]").first.inner_text() == "Here", "what a step opened was not chosen by the reader"


def test_the_first_step_from_a_place_goes_on_from_there(page: Page, portal: PortalServer) -> None:
    """A mark that is folded away above has no place of its own, and is not taken for the next."""
    page.goto(f"{portal.url}docs/folded/?q=tapir#none")
    keys_work(page)
    marks = page.get_by_role("region", name="Marks of the search")
    expect(marks).to_contain_text("4 marks")
    page.locator("summary").get_by_text("Outside").evaluate("(one) => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    marks.get_by_role("button", name="Next").click()
    expect(marks).to_contain_text("4 of 4")
    expect(page.get_by_text("A tapir in a tab in a fold.")).to_be_in_viewport(ratio=1)


def test_a_word_that_fills_a_cell_is_marked(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/api/chat/?q=done_reason+meaning#fields-of-the-answer")
    keys_work(page)
    expect(page.get_by_role("region", name="Marks of the search")).to_be_visible()
    marks = page.evaluate("[...CSS.highlights.get('search')].map((range) => range.toString())")
    assert marks == ["meaning", "done_reason", "doneReason"]


def test_what_was_found_in_the_reference_is_marked_there(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "wombat")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/reference/kiosk/\?q=wombat#"))
    expect(page.get_by_role("region", name="Marks of the search")).to_contain_text("1 mark")


def test_the_keyboard_goes_through_the_options_and_round(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "the")
    count = options(page).count()
    assert count > 3
    for key, at in (("ArrowDown", 1), ("ArrowDown", 2), ("Home", 0), ("ArrowUp", count - 1), ("ArrowDown", 0), ("End", count - 1)):
        page.keyboard.press(key)
        expect(options(page).nth(at)).to_have_attribute("aria-selected", "true")
        expect(selected(page)).to_have_count(1)
        assert field(page).get_attribute("aria-activedescendant") == selected(page).get_attribute("id")
        expect(selected(page)).to_be_in_viewport()
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("the")


def test_more_answers_to_the_same_words_leave_the_reader_where_he_is(page: Page, portal: PortalServer) -> None:
    def still_indexing(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"indexing": {"done": 1, "of": 2}})

    page.route("**/search/?*", still_indexing)
    search_for(page, portal, "the")
    page.keyboard.press("End")
    place = selected(page).get_attribute("id")
    page.evaluate("document.querySelector('search-palette [role=option]').scrollIntoView()")
    with page.expect_response("**/search/?*"), page.expect_response("**/search/?*"):
        pass
    expect(selected(page)).to_have_attribute("id", place or "")
    expect(options(page).first).to_be_in_viewport()
    page.unroute_all(behavior="ignoreErrors")


def test_a_screen_reader_is_told_what_a_combobox_tells(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "answer")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(field(page)).to_have_attribute("aria-controls", "search-options")
    groups = page.get_by_role("listbox", name="Results").get_by_role("group")
    expect(groups.filter(has_text="Chat").first).to_have_accessible_name(re.compile("^Chat"))
    expect(page.locator("search-palette [role=status]")).to_contain_text("matches")


def test_what_matches_is_marked_in_the_options(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "num_ct")
    expect(options(page).first.locator("mark").first).to_have_text("num_ctx")


def test_results_give_way_to_results_without_a_gap(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "co")
    page.evaluate(
        """() => { window.least = Infinity;
        const count = () => { const list = document.querySelector("#search-options"); window.least = Math.min(window.least, list.querySelectorAll("[role=option]").length); };
        new MutationObserver(count).observe(document.querySelector("#search-options"), { childList: true }); }"""
    )
    page.keyboard.type("nversation", delay=20)
    expect(options(page).first).to_contain_text("conversation")
    assert page.evaluate("window.least") > 0


def test_enter_pressed_before_the_answer_opens_the_best_of_what_was_typed(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "pooling")
    asked: list[Route] = []

    def keep(route: Route) -> None:  # Playwright marks the function it is handed, which a method of a list does not allow
        asked.append(route)

    page.route("**/search/?*", keep, times=1)
    with page.expect_request("**/search/?*"):
        field(page).fill("num_ctx")
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    for route in asked:
        route.continue_()
    page.wait_for_url(re.compile(r"/docs/api/generate/.*#options$"))


def test_what_was_opened_before_is_offered_again(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "num_ctx")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/docs/api/generate/"))
    keys_work(page)
    page.keyboard.press("/")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("Generate")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/docs/api/generate/.*#options$"))


def test_nothing_found_is_said_in_the_palette(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    keys_work(page)
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("zzzzqqqq")
    expect(page.locator("search-palette .hint")).to_contain_text("Nothing was found for “zzzzqqqq”")
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()


def test_a_server_that_is_gone_is_said_and_what_was_found_stays(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "pooling")
    page.route("**/search/?*", lambda route: route.abort())
    field(page).fill("num_ctx")
    expect(page.locator("search-palette .notes")).to_contain_text("does not answer")
    expect(options(page)).to_have_count(1)
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the failed request on its console


def test_a_click_with_control_opens_another_tab(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "num_ctx")
    with page.context.expect_page() as opened:
        options(page).first.click(modifiers=["Control"])
    assert "/docs/api/generate/" in opened.value.url or opened.value.wait_for_url(re.compile("/docs/api/generate/")) is None
    assert page.url.endswith("/docs/guide/")


def test_search_works_with_scripts_off(browser: Browser, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal.url)
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("keep_alive")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Keep a model loaded").click()
    assert page.url.endswith("/docs/api/chat/?q=keep_alive#keep-a-model-loaded")
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280, 3840])
def test_nothing_runs_over_the_edge(page: Page, portal: PortalServer, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    search_for(page, portal, "the answer")
    box = page.locator("search-palette dialog").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    page.goto(f"{portal.url}search/?q={'the+answer' if width < 400 else 'x' * 300}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_edit_is_found_while_the_palette_stays_open(page: Page, portal: PortalServer) -> None:
    search_for(page, portal, "pooling")
    Path(portal.environment["PORTAL_DOCS_ROOT"], "fresh.md").write_text("# Fresh\n\nAn axolotl.\n")
    can_be_found(page.context, portal, "axolotl")
    field(page).fill("axolotl")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("axolotl")
