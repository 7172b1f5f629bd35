"""A reader changes a request: as JSON, by the form, with another model, with pictures, in the playground."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.played import LOADED, MODELS, SHOW, png
from tests.e2e.test_axe import _faults_in_both_themes as faults_in_both_themes
from tests.e2e.test_axe import axe  # noqa: F401 - a fixture
from tests.e2e.test_panel import write
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

COPY_PICTURE = """async (base64) => {
  const blob = new Blob([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd(stream(chat(["ok"]))) as far_end:
        far_end.routes |= {"/api/tags": whole(MODELS), "/api/ps": whole(LOADED), "/api/show": whole(SHOW)}
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(
        OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS), PORTAL_UPSTREAMS=f"gpu={upstream.origin}"
    ) as portal:
        yield portal


def opened(page: Page, portal: PortalServer, number: int = 0) -> Locator:
    """The panel with its editor loaded."""
    page.goto(portal.url)
    panel = page.locator("run-panel").nth(number)
    panel.get_by_role("button", name="Edit", exact=True).click()
    expect(editor(panel)).to_be_focused()
    return panel


def editor(panel: Locator) -> Locator:
    return panel.locator("run-editor").get_by_role("textbox")


def body(panel: Locator) -> Locator:
    return panel.locator("textarea.request")


def test_an_edit_is_marked_shown_against_the_example_kept_over_a_reload_and_taken_back(
    page: Page, portal: PortalServer
) -> None:
    panel = opened(page, portal)
    documented = body(panel).input_value()
    edited = documented.replace("Count.", "Count to three.")
    write(page, editor(panel), edited)
    expect(panel.locator(".edited")).to_have_text("edited")
    panel.get_by_role("tab", name="Changes").click()
    expect(panel.locator(".lines .gone")).to_contain_text("Count.")
    expect(panel.locator(".lines .new")).to_contain_text("Count to three.")
    page.reload()
    expect(panel.locator(".edited")).to_be_visible()
    expect(body(panel)).to_have_value(edited)
    panel.get_by_role("button", name="Edit", exact=True).click()
    panel.get_by_role("button", name="Reset").click()
    expect(panel.locator(".edited")).to_have_count(0)
    expect(body(panel)).to_have_value(documented)


def test_what_is_wrong_is_marked_in_place_and_said_below(page: Page, portal: PortalServer) -> None:
    panel = opened(page, portal)
    write(page, editor(panel), '{\n  "model": "far:1b",\n  "messages": [],\n  "think": "loud"\n}')
    expect(panel.locator(".problems")).to_contain_text("Line 4 think:")
    expect(panel.locator(".cm-lintRange")).to_have_text('"loud"')
    write(page, editor(panel), '{\n  "model": "far:1b",\n  "messages": [}')
    expect(panel.locator(".problems")).to_contain_text("Line 3 Not JSON: a value was expected")


def test_fields_values_and_models_are_completed(page: Page, portal: PortalServer) -> None:
    panel = opened(page, portal)
    write(page, editor(panel), "")
    page.keyboard.type('{"thi')
    page.get_by_role("option", name="think").click()
    expect(body(panel)).to_have_value(re.compile(r'\{"think": '))
    write(page, editor(panel), "")
    page.keyboard.type('{"model": "far')
    models = panel.locator(".cm-tooltip").get_by_role("option")
    expect(models).to_have_count(1)  # those that cannot chat are not offered
    models.click()
    expect(body(panel)).to_have_value('{"model": "far:1b"}')
    write(page, editor(panel), "")
    page.keyboard.type('{"opt')
    page.get_by_role("option", name="options").click()
    page.keyboard.type('"see')
    page.get_by_role("option", name="seed").click()
    expect(body(panel)).to_have_value(re.compile(r'^\{"options": \{"seed": [^"]*\}\}$'))


def test_form_and_json_are_in_step_and_no_digit_is_lost(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    panel = opened(page, portal)
    write(page, editor(panel), '{"model": "far:1b", "messages": [], "options": {"seed": 12345678901234567890}}')
    panel.get_by_role("tab", name="Form").click()
    expect(panel.get_by_label("seed", exact=True)).to_have_value("12345678901234567890")
    panel.get_by_role("button", name="Add a turn").click()
    page.keyboard.type("Hi there")
    panel.get_by_label("Add one of the options").select_option("options.temperature")
    page.keyboard.type("0.3")
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".answer .text")).to_have_text("ok")
    assert upstream.requests_for("/api/chat")[-1].body == (
        b'{"model":"far:1b","messages":[{"role":"user","content":"Hi there"}],'
        b'"options":{"seed":12345678901234567890,"temperature":0.3}}'
    )


def test_the_model_list_has_what_can_do_the_job_and_says_who_stands_in(page: Page, portal: PortalServer) -> None:
    page.goto(portal.url)
    panel = page.locator("run-panel").nth(1)
    panel.get_by_role("button", name="Model: qwen3:1.7b").click()
    picker = panel.get_by_role("dialog", name="Model")
    expect(picker).to_contain_text("which is not on this server; far:1b answers instead.")
    models = picker.get_by_role("listbox", name="Models").get_by_role("option")
    expect(models).to_have_count(1)
    expect(models).to_contain_text("1.2B · Q4_K_M · 1.2 GB · 128k context · far · thinking, tools")
    expect(picker).to_contain_text("2 more cannot write text.")
    picker.get_by_label("Upstream").select_option("gpu")
    picker.get_by_label("Find a model").press("Enter")
    expect(panel.get_by_role("button", name="Model: far:1b on gpu")).to_be_focused()
    expect(body(panel)).to_have_value(re.compile('"far:1b"'))


def test_a_picture_becomes_a_chip_and_smaller_and_goes_again(page: Page, portal: PortalServer) -> None:
    panel = opened(page, portal)
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": base64.b64decode(png(1400, 900))}
    panel.locator("run-pictures input").set_input_files(picture)
    chip = panel.locator("run-pictures li")
    expect(chip).to_contain_text("PNG, 1400 × 900")
    chip.get_by_role("button", name="Make smaller: picture 1").click()
    expect(chip).to_contain_text("JPEG, 1024 × 658")
    expect(panel.locator(".cm-rest")).to_contain_text("more characters")
    chip.get_by_role("button", name="Remove picture 1").click()
    expect(chip).to_have_count(0)
    assert "images" not in body(panel).input_value()


def test_pictures_come_by_drop_and_by_paste(page: Page, portal: PortalServer, upstream: FarEnd, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = opened(page, portal)
    chips = panel.locator("run-pictures li")
    (tmp_path / "a.png").write_bytes(base64.b64decode(png(40, 30)))
    _drop(page, editor(panel), tmp_path / "a.png")
    expect(chips).to_have_count(1)
    expect(chips).to_contain_text("PNG, 40 × 30")
    page.evaluate(COPY_PICTURE, png(20, 10))
    editor(panel).focus()
    page.keyboard.press("Control+v")
    expect(chips).to_have_count(2)
    expect(chips.last).to_contain_text("PNG, 20 × 10")
    panel.get_by_role("tab", name="Form").click()
    _drop(page, panel.get_by_label("Text of turn 1"), tmp_path / "a.png")
    expect(chips).to_have_count(3)
    expect(panel.locator("run-form")).to_contain_text("with images")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.locator(".answer .text")).to_have_text("ok")
    sent = upstream.requests_for("/api/chat")[-1].json["messages"][-1]["images"]
    assert [sent[0], sent[2]] == [png(40, 30), png(40, 30)]
    assert base64.b64decode(sent[1]).startswith(b"\x89PNG")


def _drop(page: Page, target: Locator, file: Path) -> None:
    """Drag a file from outside of the browser over `target` and let it go there."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 20, "data": {"items": [], "files": [str(file)], "dragOperationsMask": 1}}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **where})
    session.detach()


def test_no_way_of_writing_over_lines_offends_the_policy_of_the_page(page: Page, portal: PortalServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = opened(page, portal)
    page.evaluate("window.offences = []; addEventListener('securitypolicyviolation', (event) => offences.push(event.violatedDirective))")
    page.evaluate("navigator.clipboard.writeText('7,\\n8,')")
    session = page.context.new_cdp_session(page)
    lines = "[\n  1,\n  2,\n  3\n]"
    for act, left in [
        (lambda: page.keyboard.type("x"), "[\nx  3\n]"),
        (lambda: page.keyboard.type("["), "[\n[  1,\n  2,\n]  3\n]"),
        (lambda: page.keyboard.insert_text("4, 5,\n6,"), "[\n4, 5,\n6,  3\n]"),
        (lambda: page.keyboard.press("Delete"), "[\n  3\n]"),
        (lambda: session.send("Input.imeSetComposition", {"text": "九", "selectionStart": 1, "selectionEnd": 1}), "[\n九  3\n]"),
        (lambda: page.keyboard.press("Control+v"), "[\n7,\n8,  3\n]"),
    ]:
        write(page, editor(panel), lines)
        page.keyboard.press("Control+Home")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Shift+ArrowDown")
        act()
        expect(body(panel)).to_have_value(left)
        session.send("Input.insertText", {"text": ""})
    assert page.evaluate("offences") == []


def test_the_playground_takes_a_command_and_a_link_brings_it_back(
    page: Page, portal: PortalServer, upstream: FarEnd
) -> None:
    page.goto(f"{portal.url}playground/")
    expect(page.locator("request-playground")).to_have_attribute("data-state", "ready")
    page.get_by_text("Paste a command").click()
    command = 'curl http://localhost:11434/v1/responses -d \'{"model": "far:1b", "input": "Hi"}\''
    page.locator("[name=pasted]").fill(command)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("Endpoint")).to_have_value("POST /v1/responses")
    expect(page).to_have_url(re.compile("#r="))
    address = page.url
    page.get_by_label("Endpoint").select_option("GET /api/tags")
    expect(page.locator("run-request")).to_be_hidden()
    page.goto("about:blank")
    page.goto(address)
    expect(page.get_by_label("Endpoint")).to_have_value("POST /v1/responses")
    expect(body(page.locator("run-panel"))).to_have_value(re.compile('"input": "Hi"'))
    page.goto(f"{portal.url}playground/#r=broken")
    expect(page.locator(".playground > .said")).to_contain_text("holds no request that can be read")


def test_a_panel_opens_in_the_playground_as_it_stands(page: Page, portal: PortalServer) -> None:
    panel = opened(page, portal)
    write(page, editor(panel), '{"model": "far:1b", "messages": []}')
    panel.get_by_role("button", name="More").click()
    link = panel.get_by_role("link", name="Open in playground this request")
    expect(link).to_have_attribute("href", re.compile("#r="))
    link.click()
    expect(body(page.locator("run-panel"))).to_have_value('{"model": "far:1b", "messages": []}')


def test_the_ways_to_change_a_request_have_no_accessibility_fault(
    browser: Browser, portal: PortalServer, axe: str  # noqa: F811
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    panel = opened(page, portal)
    write(page, editor(panel), '{"model": 1, "messages": [{"role": "user", "content": "x"}], "tools": [{}], "options": {"seed": 1}}')
    expect(panel.locator(".problems")).to_contain_text("Line 1")
    faults = faults_in_both_themes(page, axe)
    panel.get_by_role("tab", name="Form").click()
    expect(panel.locator(".field-row").first).to_be_visible()
    faults += faults_in_both_themes(page, axe)
    panel.locator("run-pictures input").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": base64.b64decode(png(1400, 900))})
    expect(panel.locator("run-pictures li")).to_contain_text("PNG, 1400 × 900")
    panel.get_by_role("tab", name="Changes").click()
    panel.get_by_role("button", name=re.compile("^Model:")).click()
    expect(panel.get_by_role("dialog", name="Model")).to_contain_text("cannot")
    faults += faults_in_both_themes(page, axe)
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="Reset").click()
    panel.get_by_role("button", name=re.compile("^Model:")).click()
    expect(panel.get_by_role("listbox", name="Models").get_by_role("option").first).to_be_visible()
    faults += faults_in_both_themes(page, axe)
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="More").click()
    expect(panel.get_by_role("link", name=re.compile("^Open in playground this"))).to_be_visible()
    faults += faults_in_both_themes(page, axe)
    page.close()
    assert faults == []
