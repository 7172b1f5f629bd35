"""A reader opens a page, presses Run, and sees the answer come."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cable import Cable
from tests.e2e.conftest import DOCS
from tests.farend import FarEnd, Held, chat, silence, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

WORDS = [f"{number} " for number in range(30)]


def panel(page: Page, number: int = 0) -> Locator:
    return page.locator("run-panel").nth(number)


def run(example: Locator) -> None:
    example.get_by_role("button", name="Run", exact=True).click()


def state(example: Locator) -> Locator:
    return example.get_by_role("status")


def text(example: Locator) -> Locator:
    return example.locator(".answer .text")


def editor(example: Locator) -> Locator:
    """The editor of the example's body, opened and loaded."""
    example.get_by_role("button", name="Edit", exact=True).click()
    return example.locator("run-editor").get_by_role("textbox", name="Request body, JSON")


def write(page: Page, field: Locator, body: str) -> None:
    """Put `body` in the place of what an editor holds, as a keyboard does."""
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(body)


def test_the_answer_grows_while_it_streams_and_ends_with_its_figures(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:5], records[5:9], records[9:])
    page.goto(portal.url)
    run(panel(page))
    for seen in (5, 9):
        expect(text(panel(page))).to_have_text("".join(WORDS[:seen]).strip())
        expect(state(panel(page))).to_have_text("Streaming")
        held.go()
    expect(state(panel(page))).to_have_text("Done")
    expect(text(panel(page))).to_have_text("".join(WORDS).strip())
    figures = panel(page).locator(".numbers")
    expect(figures).to_contain_text(re.compile(r"first token\s*[\d.]+ m?s"))
    expect(figures).to_contain_text("60 tokens/s")


def test_stop_stands_where_run_stood_and_hangs_up(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = Held(chat(["word "] * 5)[:5], [])
    page.goto(portal.url)
    run(panel(page))
    expect(text(panel(page))).to_contain_text("word word")
    panel(page).get_by_role("button", name="Stop").click()
    expect(state(panel(page))).to_have_text("Stopped")
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(20)
    expect(panel(page).get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(text(panel(page))).to_contain_text("word")


def test_a_reload_in_mid_stream_shows_the_whole_answer(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:5], records[5:])
    page.goto(portal.url)
    run(panel(page))
    expect(text(panel(page))).to_contain_text("3 ")
    before = len(upstream.requests_for("/api/chat"))
    page.reload()
    expect(text(panel(page))).to_contain_text("3 ")
    expect(state(panel(page))).to_have_text("Streaming")
    held.go()
    expect(state(panel(page))).to_have_text("Done")
    expect(text(panel(page))).to_have_text("".join(WORDS).strip())
    assert len(upstream.requests_for("/api/chat")) == before


def test_a_lost_network_comes_back_without_a_gap(page: Page, upstream: FarEnd) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:5], records[5:])
    with (
        Cable() as cable,
        PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS), PORTAL_ORIGINS=cable.origin) as portal,
    ):
        cable.target = int(portal.origin.rpartition(":")[2])
        page.goto(f"{cable.origin}/")
        run(panel(page))
        expect(text(panel(page))).to_contain_text("3 ")
        cable.pull()
        expect(state(panel(page))).to_have_text("Connection lost; reconnecting")
        held.go()
        cable.plug_in()
        expect(state(panel(page))).to_have_text("Done")
        expect(text(panel(page))).to_have_text("".join(WORDS).strip())
        page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the pulled cable on its console


def test_a_model_that_is_not_here_is_stood_in_for_and_the_panel_says_so(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = stream(chat(["ok"]))
    page.goto(portal.url)
    run(panel(page, 1))
    expect(panel(page, 1)).to_contain_text("qwen3:1.7b is not on this server; far:1b answers instead.")
    expect(text(panel(page, 1))).to_have_text("ok")
    assert upstream.requests_for("/api/chat")[-1].json["model"] == "far:1b"


def test_an_http_fence_runs_over_the_openai_wire(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    events = [f'data: {{"choices":[{{"delta":{{"content":"{word}"}}}}]}}\n\n'.encode() for word in ("Hel", "lo")]
    upstream.script = stream([*events, b"data: [DONE]\n\n"], content_type="text/event-stream")
    page.goto(portal.url)
    run(panel(page, 2))
    expect(text(panel(page, 2))).to_have_text("Hello")


def test_an_example_of_another_host_has_no_run_button(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    example = panel(page, 3)
    expect(example).to_contain_text("for https://api.example.com")
    assert example.get_by_role("button").count() == 0


@pytest.mark.parametrize(("body", "says"), [
    ('{\n  "model": "far:1b",\n  "messages": [\n}', "line 4, column 1"),
    ("", "line 1, column 1"),
])  # fmt: skip
def test_a_body_that_is_not_json_is_told_at_line_and_column_and_not_sent(
    page: Page, portal: PortalServer, upstream: FarEnd, body: str, says: str
) -> None:
    before = len(upstream.requests_for("/api/chat"))
    page.goto(portal.url)
    write(page, editor(panel(page)), body)
    run(panel(page))
    expect(panel(page).locator(".error")).to_contain_text(says)
    expect(panel(page).locator(".error")).to_contain_text("Nothing was sent.")
    assert len(upstream.requests_for("/api/chat")) == before


def test_what_the_reader_edits_is_what_is_sent_to_the_digit(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    page.goto(portal.url)
    body = editor(panel(page))
    write(page, body, '{"model": "far:1b", "messages": [], "options": {"seed": 12345678901234567890}}')
    body.press("Control+Enter")
    expect(text(panel(page))).to_have_text("ok")
    assert b"12345678901234567890" in upstream.requests_for("/api/chat")[-1].body


def test_a_refusal_of_ollama_is_a_sentence_with_the_next_step(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = whole({"error": "invalid temperature"}, "400 Bad Request")
    page.goto(portal.url)
    run(panel(page))
    error = panel(page).locator(".error")
    expect(error).to_contain_text("refused POST /api/chat with status 400: “invalid temperature”.")
    expect(error).to_contain_text("Correct the request")
    expect(state(panel(page))).to_have_text("Failed")


def test_text_of_a_model_is_never_taken_for_html(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    upstream.script = stream(chat([hostile, *hostile]))
    page.goto(portal.url)
    run(panel(page))
    expect(text(panel(page))).to_have_text(hostile * 2)
    assert page.title() != "owned"


def test_a_panel_that_waits_can_be_stopped_before_the_first_token(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    upstream.script = silence  # type: ignore[assignment]
    page.goto(portal.url)
    run(panel(page))
    expect(state(panel(page))).to_have_text("Waiting for the first token")
    panel(page).get_by_role("button", name="Stop").click()
    expect(state(panel(page))).to_have_text("Stopped")


def test_a_run_that_waits_for_others_says_its_place_in_line(page: Page, upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["word "] * 5)[:5], chat([])[-1:])
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS), PORTAL_RUNS_AT_ONCE="1") as portal:
        page.goto(portal.url)
        run(panel(page))
        expect(text(panel(page))).to_contain_text("word word")
        for number in (1, 2):
            run(panel(page, number))
            expect(state(panel(page, number))).to_have_text(f"Queued, {number} in line")
        panel(page, 1).get_by_role("button", name="Stop").click()
        expect(state(panel(page, 1))).to_have_text("Stopped")
        expect(state(panel(page, 2))).to_have_text("Queued, 1 in line")
        expect(panel(page, 1).locator(".ending")).to_contain_text("You stopped this run before anything came.")
        upstream.script = stream([b"data: [DONE]\n\n"], content_type="text/event-stream")
        held.go()
        expect(state(panel(page))).to_have_text("Done")
        expect(state(panel(page, 2))).to_have_text("Done")


def test_a_page_reads_whole_with_scripts_off(browser: object, portal: PortalServer) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(portal.url)
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    expect(panel(page)).to_contain_text("curl http://localhost:11434/api/chat")
    expect(panel(page)).to_contain_text("POST /api/chat")
    context.close()


def test_an_example_runs_with_scripts_off(browser: object, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Hello", " there"]))
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(portal.url)
    run(panel(page))
    expect(page.get_by_role("textbox", name="Body, JSON")).to_have_value(re.compile('"model": "far:1b"'))
    page.get_by_role("button", name="Run").click()
    expect(page.locator("pre.text")).to_have_text("Hello there")
    expect(page.locator(".outcome")).to_have_text("done")
    context.close()


def test_nothing_answers_at_the_address(page: Page) -> None:
    with FarEnd() as gone:
        pass
    with PortalServer(OLLAMA_HOST=gone.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        page.goto(portal.url)
        run(panel(page))
        error = panel(page).locator(".error")
        expect(error).to_contain_text(f"Nothing answers at {gone.origin}")
        expect(error).to_contain_text("ollama serve")
        error.get_by_text("Settings help").click()
        expect(error.get_by_text("set OLLAMA_HOST to its address")).to_be_visible()
        page.faults.clear()  # type: ignore[attr-defined]  # the 502 of the model list is on the console, as it should be
