"""A reader sees an example in their language, pastes one of their own, and fills in what one leaves open."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_panel import editor, write
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """(area, text) => {
  const transfer = new DataTransfer();
  transfer.setData("text/plain", text);
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    """A portal that sends examples for one other host to an upstream of its own."""
    with PortalServer(
        OLLAMA_HOST=upstream.origin,
        PORTAL_UPSTREAMS=f"gpu={upstream.origin}",
        PORTAL_EXAMPLE_HOSTS="gpu.example:8080=gpu",
        PORTAL_DOCS_ROOT=str(Path(__file__).parent / "languages"),
    ) as portal:
        yield portal


def panel(page: Page, number: int) -> Locator:
    return page.locator("run-panel").nth(number)


def choose(page: Page, title: str, number: int = 0) -> None:
    panel(page, number).get_by_label("Language of the examples").select_option(title)


def code(page: Page, number: int) -> Locator:
    return panel(page, number).locator("run-snippets code")


def body_of(page: Page, number: int) -> Locator:
    return panel(page, number).locator("textarea.request")


def test_all_panels_follow_the_choice_and_keep_it(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    choose(page, "Python openai")
    expect(code(page, 1)).to_contain_text("client.chat.completions.create(")
    expect(code(page, 2)).to_contain_text("client.models.retrieve('far:1b')")
    expect(code(page, 0)).to_contain_text("httpx.stream(")
    expect(panel(page, 0).locator("run-snippets .hint")).to_have_text(
        "Python openai cannot send this request as it is, so this is Python httpx."
    )
    page.reload()
    expect(code(page, 1)).to_contain_text("client.chat.completions.create(")
    expect(panel(page, 1).get_by_label("Language of the examples")).to_have_value("python-openai")
    expect(panel(page, 1).locator("> figure.code")).to_be_hidden()
    chosen = panel(page, 3).locator("select")
    chosen.scroll_into_view_if_needed()
    top = chosen.evaluate("select => select.getBoundingClientRect().top")
    choose(page, "curl", 3)
    expect(code(page, 0)).to_contain_text("curl -N")
    expect(code(page, 3)).to_contain_text("curl ")
    page.wait_for_function("([top, select]) => Math.abs(select.getBoundingClientRect().top - top) < 2", arg=[top, chosen.element_handle()])
    choose(page, "As written", 1)
    expect(panel(page, 0).locator("> figure.code")).to_be_visible()
    expect(code(page, 0)).to_be_hidden()


def test_what_the_reader_changed_is_in_it_and_a_broken_body_changes_nothing(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    choose(page, "curl")
    expect(code(page, 0)).to_contain_text("It is $(late).")
    body = editor(panel(page, 0))
    write(page, body, '{"model": "far:1b", "messages": [{"role": "user", "content": "It\'s !"}], "keep_alive": 12345678901234567890}')
    expect(code(page, 0)).to_contain_text("It'\\''s !")
    expect(code(page, 0)).to_contain_text("12345678901234567890")
    before = code(page, 0).text_content()
    body.focus()
    write(page, body, '{"model": ')
    choose(page, "JavaScript fetch")
    expect(code(page, 1)).to_contain_text("await fetch(")
    assert code(page, 0).text_content() == before
    body.focus()
    write(page, body, '{"model": "other"}')
    expect(code(page, 0)).to_contain_text('model: "other"')


def test_the_snippet_can_be_copied(page: Page, portal: PortalServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(portal.url)
    choose(page, ".http")
    expect(code(page, 1)).to_contain_text("POST http://localhost:11434/v1/chat/completions")
    panel(page, 1).get_by_role("button", name="Copy").click()
    expect(panel(page, 1).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code(page, 1).text_content()


def test_a_pasted_command_becomes_the_request(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    page.goto(portal.url)
    panel(page, 0).get_by_role("button", name="Edit").click()
    pasted = panel(page, 0).locator(".pasted")
    expect(panel(page, 0).get_by_role("group", name="Request")).to_be_visible()
    body_of(page, 0).evaluate(PASTE, "curl http://localhost:11434/api/generate -d '{\"model\": \"far:1b\", \"prompt\": \"Pasted\"}'")
    expect(pasted).to_have_text("Pasted: POST /api/generate.")
    panel(page, 0).get_by_role("button", name="Run", exact=True).click()
    expect(panel(page, 0).get_by_role("status").filter(has_text="Done")).to_be_visible()
    assert upstream.requests_for("/api/generate")[-1].json == {"model": "far:1b", "prompt": "Pasted"}
    body_of(page, 0).evaluate(PASTE, "GET https://api.example.com/things")
    expect(pasted).to_have_text("No request to Ollama's API was found in the text. The request is as it was.")
    expect(panel(page, 0).locator(".path")).to_have_text("/api/generate")
    body_of(page, 0).evaluate(PASTE, "POST https://api.example.com/v1/chat/completions\n\n{\"model\": \"x\", \"messages\": []}")
    expect(pasted).to_have_text("Pasted: POST /v1/chat/completions. It was for https://api.example.com; here it goes to “local”.")


def test_what_an_example_leaves_open_is_filled_in_and_runs(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = whole({"model": "far:1b", "message": {"role": "assistant", "content": "ok"}, "done": True})
    page.goto(portal.url)
    example, inputs = panel(page, 3), panel(page, 3).locator("run-inputs")
    sent = len(upstream.requests_for("/api/chat"))
    example.get_by_role("button", name="Run", exact=True).click()
    expect(inputs.locator(".hint")).to_contain_text("“model”, “report.txt”, “photo.png” are still missing.")
    expect(inputs.get_by_label("model")).to_be_focused()
    inputs.get_by_label("model").fill("far:1b")
    inputs.get_by_label("report.txt", exact=True).fill('So "it" went.\n')
    inputs.get_by_label("photo.png").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)}
    )
    expect(body_of(page, 3)).to_have_value(re.compile(re.escape(PIXEL)))
    assert len(upstream.requests_for("/api/chat")) == sent
    example.get_by_role("button", name="Run", exact=True).click()
    expect(example.get_by_role("status").filter(has_text="Done")).to_be_visible()
    received = upstream.requests_for("/api/chat")[-1].json
    assert received["model"] == "far:1b"
    assert received["messages"] == [{"role": "user", "content": 'Sum up: So "it" went.\n', "images": [PIXEL]}]


def test_another_host_runs_where_the_operator_says_so(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    page.goto(portal.url)
    expect(panel(page, 4)).to_have_attribute("data-upstream", "gpu")
    panel(page, 4).get_by_role("button", name="Run", exact=True).click()
    expect(panel(page, 4).get_by_role("status").filter(has_text="Done")).to_be_visible()
    expect(panel(page, 5).get_by_role("button", name="Run", exact=True)).to_have_count(0)
    expect(panel(page, 5)).to_contain_text("for http://elsewhere.example")


def test_no_panel_is_wider_than_a_telephone_in_any_language(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(portal.url)
    choose(page, "JavaScript openai")
    expect(code(page, 1)).to_contain_text("new OpenAI(")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
