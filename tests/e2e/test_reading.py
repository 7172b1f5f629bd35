"""A reader reads: tabs, diagrams, keys, themes, the way about on a phone, and all of it with scripts off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser import keys_work
from tests.e2e.conftest import ROOT
from tests.portal_server import PortalServer
from tests.strict import leave_out

pytestmark = pytest.mark.browser

needs_mermaid = pytest.mark.usefixtures("mermaid")


@pytest.fixture(scope="session")
def mermaid() -> None:
    if not (ROOT / "static" / "vendor" / "mermaid.js").is_file():
        leave_out("mermaid is not bundled (python tools/javascript.py), so no diagram was drawn")


def tabs(page: Page, group: int) -> Locator:
    return page.locator("doc-tabs").nth(group).get_by_role("tab")


def chosen(page: Page, group: int) -> str:
    return page.locator("doc-tabs").nth(group).locator("[role=tab][aria-selected=true]").inner_text()


# Tabs


def test_tabs_of_one_title_stay_in_step_and_are_remembered(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/components/")
    assert [chosen(page, group) for group in range(4)] == ["macOS", "Python", "JavaScript", "Linux"]
    tabs(page, 1).get_by_text("JavaScript").click()
    assert [chosen(page, group) for group in range(4)] == ["macOS", "JavaScript", "JavaScript", "Linux"]
    tabs(page, 0).get_by_text("Linux").click()
    tabs(page, 3).get_by_text("macOS").click()
    assert [chosen(page, group) for group in range(4)] == ["macOS", "JavaScript", "JavaScript", "macOS"]
    page.reload()
    assert [chosen(page, group) for group in range(4)] == ["macOS", "JavaScript", "JavaScript", "macOS"]
    expect(page.get_by_text('console.log("one");')).to_be_visible()
    expect(page.get_by_text('print("one")')).to_be_hidden()


def test_tabs_are_walked_with_the_arrow_keys(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/components/")
    first, second, third = (tabs(page, 0).nth(at) for at in range(3))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    assert chosen(page, 0) == "Linux"
    page.keyboard.press("End")
    expect(third).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(third).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('doc-tabs [role=tablist]').contains(document.activeElement)") is False


def test_the_tab_that_was_chosen_stays_where_it_is(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"{portal.url}docs/reading/components/")
    tab = tabs(page, 3).get_by_text("macOS")
    tab.scroll_into_view_if_needed()
    before = tab.bounding_box()
    tab.click()
    after = tab.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 1


def test_a_link_to_a_heading_in_a_tab_opens_the_tab(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/components/#a-heading-in-a-tab")
    expect(page.get_by_role("heading", name="A heading in a tab")).to_be_in_viewport()
    assert chosen(page, 0) == "Linux"


def test_a_link_with_another_sites_anchor_leads_to_the_heading_it_means(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/components/#A_heading_in--a-tab")
    expect(page.get_by_role("heading", name="A heading in a tab")).to_be_in_viewport()
    assert chosen(page, 0) == "Linux"
    assert page.url.endswith("#a-heading-in-a-tab")


@pytest.mark.parametrize("path", ["docs/reading/components/", "reference/openapi/"])
def test_an_address_that_ends_in_a_bare_percent_sign_does_not_break_its_page(page: Page, portal: PortalServer, path: str) -> None:
    broken: list[str] = []
    page.on("pageerror", lambda problem: broken.append(str(problem)))
    page.goto(f"{portal.url}{path}#100%", wait_until="networkidle")
    assert broken == []


def test_the_name_of_a_neighbour_is_not_broken_because_the_other_is_long(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{portal.url}docs/reading/diagrams/")
    before, after = page.locator(".neighbours a").all()
    after.evaluate("(link) => { link.lastChild.textContent = 'Background Tasks - BackgroundTasks'; }")
    lines = """(link) => {
      link.lastChild.textContent = "Reference";
      const range = document.createRange();
      range.selectNodeContents(link.lastChild);
      return range.getClientRects().length;
    }"""
    assert before.evaluate(lines) == 1


# Diagrams. The page fixture fails a test whose page breaks the policy or asks another host.


@needs_mermaid
def test_diagrams_are_drawn_when_the_reader_comes_near(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/diagrams/")
    diagrams = page.locator("mermaid-diagram")
    expect(diagrams.first).to_have_attribute("data-state", "drawn")
    last = diagrams.last
    assert last.get_attribute("data-state") is None
    last.scroll_into_view_if_needed()
    expect(last).to_have_attribute("data-state", "drawn")
    expect(diagrams.first.locator("svg")).to_contain_text("Reader opens a page")
    expect(diagrams.first.locator("svg")).to_have_attribute("aria-label", "Diagram, flowchart")


@needs_mermaid
def test_no_diagram_loads_the_largest_part_of_mermaid(page: Page, portal: PortalServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{portal.url}docs/reading/diagrams/")
    page.evaluate("Promise.all([...document.querySelectorAll('mermaid-diagram')].map((diagram) => diagram.draw()))")
    assert any("/vendor/dagre-" in address for address in asked)
    assert not any("/vendor/elk-" in address for address in asked)


@needs_mermaid
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_diagram_has_the_colours_of_the_theme(page: Page, portal: PortalServer, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(f"{portal.url}docs/reading/diagrams/")
    sequence = page.locator("mermaid-diagram").nth(1)
    sequence.scroll_into_view_if_needed()
    expect(sequence).to_have_attribute("data-state", "drawn")
    colour = "(one) => getComputedStyle(one).fill.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)"
    brightness = sequence.locator("text.messageText").first.evaluate(colour)
    assert (brightness > 384) == (theme == "dark")
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    page.wait_for_function(
        "(before) => Math.abs(before - getComputedStyle(document.querySelectorAll('mermaid-diagram')[1].shadowRoot"
        ".querySelector('text.messageText')).fill.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)) > 200",
        arg=brightness,
    )


@needs_mermaid
def test_a_diagram_that_cannot_be_understood_shows_its_source_and_says_so(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/diagrams/")
    broken = page.locator("mermaid-diagram", has_text="never closed")
    broken.scroll_into_view_if_needed()
    expect(broken.locator(".why")).to_have_text(re.compile(r"This diagram cannot be drawn: .*line \d+.*Its source:"))
    expect(broken.locator("pre")).to_be_visible()


@needs_mermaid
def test_a_diagram_cannot_reach_out_of_itself(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/diagrams/")
    hostile = page.locator("mermaid-diagram").last
    hostile.scroll_into_view_if_needed()
    expect(hostile).to_have_attribute("data-state", "drawn")
    expect(hostile.locator("svg")).to_contain_text("bold")
    assert hostile.locator("svg img, svg script, svg [onclick], svg [onerror], svg a[href^=javascript]").count() == 0


def test_without_mermaid_a_diagram_shows_its_source_and_says_so(page: Page, portal: PortalServer) -> None:
    page.route("**/static/vendor/**", lambda route: route.fulfill(status=404, body="not here"))
    page.goto(f"{portal.url}docs/reading/diagrams/")
    diagram = page.locator("mermaid-diagram").first
    expect(diagram.locator(".why")).to_contain_text("mermaid is not installed on this server")
    expect(diagram.locator("pre")).to_contain_text("Reader opens a page")
    page.close()  # each diagram asks anew, so another 404 may be on its way
    page.faults.clear()  # type: ignore[attr-defined]  # they are on the console


# Keys and themes


def test_the_keys_are_listed_on_a_question_mark_and_can_be_switched_off(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    keys_work(page)
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys and theme")
    expect(listed).to_contain_text("Go to the next page")
    listed.get_by_role("switch", name="Keys are on").uncheck()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    for key in ("?", "/", "t", "Control+k"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.locator("dialog[open]").count() == 0
    assert page.locator("html").get_attribute("data-theme") == "system"
    page.reload()
    page.get_by_role("button", name="Keys and theme").click()
    expect(listed.get_by_role("switch", name="Keys are on")).not_to_be_checked()
    expect(listed.get_by_role("switch", name="Change the theme")).to_be_disabled()


def test_each_key_can_be_switched_off_by_itself(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    keys_work(page)
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys and theme")
    listed.get_by_role("switch", name="Change the theme").uncheck()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.press("t")
    page.keyboard.press("?")
    expect(listed).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "system")
    listed.get_by_role("switch", name="Change the theme").check()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_lead_from_page_to_page(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/components/")
    keys_work(page)
    following = page.locator("a[rel=next]").get_attribute("href")
    page.keyboard.press("]")
    page.wait_for_url(f"**{following}")
    keys_work(page)
    page.keyboard.press("[")
    page.wait_for_url("**/docs/reading/components/")
    keys_work(page)
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/docs/")


def test_no_key_means_anything_while_one_types(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/")
    page.get_by_role("searchbox").fill("")
    page.keyboard.type("t?/gh[]")
    expect(page.get_by_role("searchbox")).to_have_value("t?/gh[]")
    assert page.locator("dialog[open]").count() == 0
    assert page.url == f"{portal.url}docs/"


def test_the_theme_is_chosen_by_button_key_and_dialog_and_stays(page: Page, portal: PortalServer) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(portal.url)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.get_by_role("button", name=re.compile("^Theme"))
    expect(button).to_have_accessible_name("Theme: system")
    button.click()
    expect(button).to_have_accessible_name("Theme: light")
    page.keyboard.press("t")
    expect(button).to_have_accessible_name("Theme: dark")
    assert page.evaluate(paper) != light
    page.reload()
    assert page.evaluate(paper) != light
    keys_work(page)
    page.keyboard.press("?")
    page.get_by_role("radio", name="As the system").check()
    assert page.evaluate(paper) == light


# The way about


def test_on_a_phone_the_way_about_slides_over_the_text(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}docs/reading/parts/deeper/four/")
    heading = page.get_by_role("heading", name="Part four")
    before = heading.bounding_box()
    drawer = page.locator("#side")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Contents of the site").click()
    expect(drawer.get_by_role("link", name="The Book")).to_be_visible()
    expect(drawer.locator("[aria-current=page]")).to_be_in_viewport()
    assert heading.bounding_box() == before
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_tree_is_open_where_the_page_is_and_closed_elsewhere(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/reading/parts/deeper/four/")
    tree = page.get_by_role("navigation", name="Documents")
    expect(tree.locator("[aria-current=page]")).to_have_text("Part four")
    expect(tree.get_by_role("link", name="Part one")).to_be_visible()
    expect(tree.get_by_role("link", name="The first chapter")).to_be_hidden()
    tree.get_by_text("Book", exact=True).click()
    expect(tree.get_by_role("link", name="The first chapter")).to_be_visible()


def test_the_heading_that_is_read_is_marked_in_the_contents(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{portal.url}docs/reading/everything/")
    contents = page.get_by_role("navigation", name="On this page")
    page.get_by_role("heading", name="Code", exact=True).evaluate("(heading) => heading.scrollIntoView()")
    expect(contents.locator("[aria-current]")).to_have_text("Code")
    page.get_by_role("heading", name="Lists").evaluate("(heading) => heading.scrollIntoView()")
    expect(contents.locator("[aria-current]")).to_have_text("Lists")


def test_on_a_phone_the_contents_unfold_above_the_text_until_a_heading_is_chosen(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}docs/reading/components/")
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link").last
    expect(link).to_be_hidden()
    contents.get_by_text("On this page").click()
    link.click()
    expect(link).to_be_hidden()
    expect(page.locator(":target")).to_be_in_viewport()


def test_contents_unfolded_before_the_scripts_come_stay_unfolded(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/*.js", hold)
    page.goto(f"{portal.url}docs/reading/components/", wait_until="commit")
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link").last
    expect(link).to_be_hidden()
    contents.get_by_text("On this page").click()
    expect(link).to_be_visible()
    page.route("**/*.js", lambda route: route.continue_())
    for route in held:
        route.continue_()
    page.evaluate("customElements.whenDefined('page-contents').then(() => null)")
    expect(link).to_be_visible()


def test_a_page_from_right_to_left_begins_at_the_right_and_its_code_at_the_left(
    page: Page, portal: PortalServer
) -> None:
    page.goto(f"{portal.url}docs/reading/right-to-left/")
    article = page.locator("article.prose")
    assert article.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert article.get_attribute("lang") == "ar"
    callout = article.locator(".callout")
    assert callout.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert callout.evaluate("(one) => getComputedStyle(one).borderRightWidth") == "3px"
    assert article.locator("pre").first.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    side = """(one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const [text, box] = [range, one.closest('article')].map((part) => part.getBoundingClientRect());
      return text.left - box.left > box.right - text.right ? "right" : "left";
    }"""
    assert article.locator("h1").evaluate(side) == "right"
    assert article.locator("p", has_text="in English").evaluate(side) == "left"


# Without scripts


def test_with_scripts_off_nothing_is_hidden_and_nothing_is_offered_in_vain(
    browser: Browser, portal: PortalServer
) -> None:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{portal.url}docs/reading/components/")
    for text in ("brew install ollama", "A heading in a tab", "Download the installer", "Linux again."):
        expect(page.locator("article").get_by_text(text)).to_be_visible()
    expect(page.locator("doc-tabs").nth(1)).to_contain_text("Python")
    expect(page.get_by_role("button", name=re.compile("Theme|Keys"))).to_have_count(0)
    page.get_by_role("button", name="Contents of the site").click()
    expect(page.locator("#side").get_by_role("link", name="The Book")).to_be_visible()
    page.goto(f"{portal.url}docs/reading/diagrams/")
    expect(page.get_by_text("Reader opens a page")).to_be_visible()
    page.close()
