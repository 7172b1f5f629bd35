"""The main job, end to end: no Ollama, the portal started as its README says, a real model's answer in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_answer_views import CHAT, DOCS, EMBED, FORMAT, MESSAGES, OPENAI, RESPONSES, SHOW, TAGS, turn_to
from tests.e2e.test_panel import panel, run, state, text
from tests.engine import missing_wheels
from tests.portal_server import PortalServer
from tests.strict import leave_out

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

# How long the text of the answer was after each change.
GROWTHS = """() => { window.sizes = new Set();
  const note = () => window.sizes.add(document.querySelector(".answer .text")?.textContent.length ?? 0);
  new MutationObserver(note).observe(document.querySelector("main"), { childList: true, subtree: true, characterData: true }); }"""


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    if missing := missing_wheels():
        leave_out(f"the embedded engine's packages are not installed ({', '.join(missing)})")
    with PortalServer(PORTAL_EMBEDDED="always") as portal:
        yield portal


def test_a_real_answer_streams_into_the_page_of_the_openai_api(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    page.get_by_role("main").get_by_role("link", name="OpenAI API compatibility").first.click()
    example = page.locator("run-panel", has_text="Tell me a story").first
    page.evaluate(GROWTHS)
    run(example)
    expect(state(example)).to_have_text("Done")
    assert page.evaluate("window.sizes.size") >= 3
    expect(example.locator(".numbers")).to_contain_text(re.compile(r"first token.*tokens/s"))
    expect(example).to_contain_text("smollm2:135m answers instead")
    assert len(text(example).text_content() or "") > 40


def test_stop_ends_a_real_answer_where_it_is(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}docs/ollama/api/chat/")
    panel(page).get_by_role("button", name="Edit").click()
    panel(page).get_by_role("textbox").fill(
        '{"model": "smollm2:135m", "messages": [{"role": "user", "content": "Write a long story about a lighthouse keeper and her daughter, with many chapters."}], "options": {"num_predict": 2000}}'
    )
    run(panel(page))
    expect(text(panel(page))).not_to_be_empty()
    panel(page).get_by_role("button", name="Stop").click()
    expect(state(panel(page))).to_have_text("Stopped")


@pytest.fixture(scope="module")
def views() -> Iterator[PortalServer]:
    if missing := missing_wheels():
        leave_out(f"the embedded engine's packages are not installed ({', '.join(missing)})")
    with PortalServer(PORTAL_EMBEDDED="always", PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


# The answer of the last has a limit of tokens; how long the others become is the model's own affair.
@pytest.mark.parametrize(("number", "view", "shows"), [
    (FORMAT, "Data", "(as the request's schema asks|Not complete yet)"), (EMBED, "Data", "576 dimensions norm 1.000"), (TAGS, "Data", "134.52M Q4_1 llama"),
    (SHOW, "Data", "general.architecture llama"), (FORMAT, "Events", "[0-9]+ events"), (FORMAT, "Raw", '{"model":"smollm2:135m"'),
    (RESPONSES, "Events", "response.output_text.delta"), (OPENAI, "Text", "[a-z]+"), (MESSAGES, "Text", "[a-z]+"), (MESSAGES, "Figures", "output tokens [0-9]+ Ollama"),
])  # fmt: skip
def test_a_real_answer_is_shown_in_its_views(page: Page, views: PortalServer, number: int, view: str, shows: str) -> None:
    page.goto(views.url)
    example = panel(page, number)
    run(example)
    expect(turn_to(example, view)).to_contain_text(re.compile(shows.replace(" ", r"\s*")), timeout=60_000)
    if example.get_by_role("button", name="Stop").is_visible():
        example.get_by_role("button", name="Stop").click()


def test_the_engine_that_installs_nothing_offers_only_the_model_it_has(page: Page, views: PortalServer) -> None:
    page.goto(views.url)
    run(panel(page, CHAT))
    card = panel(page, CHAT).locator(".error")
    expect(card).to_contain_text("The model “far:1b” is not installed on the embedded engine.")
    expect(card.get_by_role("button", name="Use smollm2:135m")).to_be_visible()
    expect(card.get_by_role("button", name="Install")).to_have_count(0)
    page.faults.clear()  # type: ignore[attr-defined]


def test_every_page_says_that_the_embedded_model_answers(page: Page, portal: PortalServer) -> None:
    for address in ("", "docs/", "docs/ollama/api/chat/", "docs/nowhere/"):
        page.goto(f"{portal.url}{address}")
        expect(page.get_by_role("note").first).to_contain_text("embedded model smollm2:135m")
        expect(page.get_by_role("note").first).to_contain_text("set OLLAMA_HOST")
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the 404 on its console
