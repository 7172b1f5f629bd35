"""The panel alone: any endpoint of the table can be asked there, by form, as JSON, or by a command that is pasted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.ollama.endpoints import ENDPOINTS, Endpoint
from tests.e2e.conftest import DOCS
from tests.e2e.played import MODELS, SHOW
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

ASKED_FOR_WORDS = {"/api/copy", "/api/create"}  # of names nobody can guess


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    upstream.routes |= {"/api/tags": whole(MODELS), "/api/show": whole(SHOW)}
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


def playground(page: Page, portal: PortalServer) -> Locator:
    page.goto(f"{portal.url}playground/")
    expect(page.locator("request-playground")).to_have_attribute("data-state", "ready")
    return page.locator("run-panel")


def test_every_endpoint_is_offered_and_begins_with_a_request_that_can_be_sent(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    panel = playground(page, portal)
    endpoints = page.get_by_label("Endpoint")
    assert {*endpoints.locator("option").evaluate_all("(all) => all.map(({ value }) => value)")} == {f"{one.method} {one.path}" for one in ENDPOINTS}
    upstream.script = whole({})
    for one in ENDPOINTS:
        endpoints.select_option(f"{one.method} {one.path}")
        expect(panel.locator(".panel-head .method")).to_have_text(one.method)
        expect(panel.locator(".panel-head .path")).to_have_text(one.path.replace("{model}", "far:1b"))
        if one.takes_body:
            panel.get_by_role("tab", name="JSON").click()
            assert json.loads(panel.locator("textarea.request").input_value())
            page.wait_for_timeout(350)  # as long as it takes to be checked
            expect(panel.locator(".problems")).to_be_empty()
            panel.get_by_role("tab", name="Form").click()
            expect(panel.locator("run-form .field-row").first).to_be_visible()
        expect(panel.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        if _is_sent(one):
            panel.get_by_role("button", name="Run", exact=True).click()
            expect(panel).to_have_attribute("data-state", _ends(one))


def _is_sent(endpoint: Endpoint) -> bool:
    return not endpoint.cloud_only and endpoint.path not in ASKED_FOR_WORDS


def _ends(endpoint: Endpoint) -> str:
    # An empty object is a whole answer, and no end of a stream.
    body_streams = endpoint.streams or endpoint.path in ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages")
    return "interrupted" if body_streams else "done"


def test_a_request_is_made_by_form_alone_and_sent(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["By ", "form."]))
    panel = playground(page, portal)
    panel.get_by_role("tab", name="Form").click()
    panel.get_by_label("Text of turn 1").fill("Why?")
    panel.get_by_label("Add one of the options").select_option("options.temperature")
    number = panel.get_by_role("textbox", name="temperature")
    panel.get_by_role("slider", name="temperature").fill("1.5")
    expect(number).to_have_value("1.5")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.locator(".answer .text")).to_have_text("By form.")
    sent = upstream.requests_for("/api/chat")[-1].json
    assert (sent["messages"], sent["options"]) == ([{"role": "user", "content": "Why?"}], {"temperature": 1.5})


def test_a_command_is_pasted_run_and_its_link_shows_the_same_to_others(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upstream.script = stream(chat(["Pasted."]))
    panel = playground(page, portal)
    page.get_by_text("Paste a command").click()
    body = {"model": "far:1b", "messages": [{"role": "user", "content": "It's “so”?"}], "options": {"seed": 7}}
    page.locator("[name=pasted]").fill("curl http://localhost:11434/api/chat -d '" + json.dumps(body).replace("'", "'\\''") + "'")
    page.get_by_role("button", name="Read it").click()
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.locator(".answer .text")).to_have_text("Pasted.")
    assert upstream.requests_for("/api/chat")[-1].json == body
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".playground > .said")).to_have_text("The link with this request is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("request-playground")).to_have_attribute("data-state", "ready")
    assert json.loads(panel.locator("textarea.request").input_value()) == body


def test_the_body_is_laid_out_and_folded(page: Page, portal: PortalServer) -> None:
    panel = playground(page, portal)
    body = panel.locator("textarea.request")
    body.focus()
    code = panel.locator("run-editor .cm-content")
    expect(code).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"model":"far:1b","messages":[{"role":"user","content":"Hi"}],"options":{"seed":12345678901234567890}}')
    panel.get_by_role("button", name="Format").click()
    expect(body).to_have_value('{\n  "model": "far:1b",\n  "messages": [\n    {\n      "role": "user",\n      "content": "Hi"\n    }\n  ],\n  "options": {\n    "seed": 12345678901234567890\n  }\n}')
    whole_text = body.input_value()
    panel.locator(".cm-foldGutter span[title='Fold line']").nth(1).click()
    expect(code.locator(".cm-foldPlaceholder")).to_have_count(1)
    expect(code).not_to_contain_text('"content"')
    expect(body).to_have_value(whole_text)
