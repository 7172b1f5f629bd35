"""Whatever a model or an upstream says, the page runs none of it and fetches nothing for it.

CI tries a sample; `make hostile` tries all 5,000.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import played
from tests.e2e.test_answer_views import CHAT, DOCS, run, turn_to
from tests.farend import FarEnd, stream, whole
from tests.hostile_text import COUNT, hostile_texts
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

BATCH = 100
ALL = os.environ.get("HOSTILE_TEXTS") == "all"
TRIED = hostile_texts(COUNT if ALL else 2 * BATCH)
# Each of so many comes in one-character tokens too, as does one of so many errors.
SPELT = 1 if ALL else 10
ERRORS = 200 if ALL else 6
BATCHES = [TRIED[at : at + BATCH] for at in range(0, len(TRIED), BATCH)]
WATCH = "window.ran = []; window.owned = window.alert = window.confirm = window.prompt = (...what) => { window.ran.push(what); };"
# What markdown and our own views are made of; anything else came from the text.
FOREIGN = """(within = ".answer") => [...document.querySelectorAll(within + " *")].filter((one) =>
  !/^(DIV|SPAN|P|UL|OL|LI|PRE|CODE|EM|STRONG|S|BR|HR|A|BLOCKQUOTE|TABLE|THEAD|TBODY|TR|TH|TD|BUTTON|DETAILS|SUMMARY|DL|DT|DD|TEXTAREA|SELECT|OPTION|INPUT|FORM|RUN-\\w+|MODEL-PICKER|LABEL|svg|rect)$/.test(one.nodeName)
  || [...one.attributes].some(({ name, value }) => name.startsWith("on") || (name === "href" && !/^(https?:|mailto:)/.test(value)) || /^(src|srcset|srcdoc|data|poster|background|action)$/.test(name))
).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    upstream.routes["/api/tags"] = whole(played.MODELS)
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


@pytest.mark.parametrize("batch", BATCHES, ids=[str(number) for number in range(len(BATCHES))])
def test_nothing_of_it_runs_or_is_fetched_in_any_view(page: Page, portal: PortalServer, upstream: FarEnd, batch: list[str]) -> None:
    page.add_init_script(WATCH)
    asked = addresses_asked_of(page)
    page.goto(portal.url)
    records: list[dict[str, object]] = []
    for number, text in enumerate(batch):
        records += [{**played.message(content=f"{text}\n\n"), "model": text}, played.message(thinking=text)]
        if number % SPELT == 0:
            records += [*(played.message(content=letter) for letter in f"{text}\n\n"), *(played.message(thinking=letter) for letter in text)]
            records.append(played.message(tool_calls=[{"id": text, "function": {"name": text, "arguments": {text: text}}}]))
    upstream.script = stream([b"".join(played.lines([*records, {**played.last(3), "model": batch[0]}]))])
    panel = run(page, CHAT)
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".text .tail")).to_be_empty()
    assert page.evaluate(FOREIGN) == []
    panel.locator(".thinking summary").click()
    for view in ("Tools", "Events", "Raw", "Figures"):
        turn_to(panel, view)
        assert page.evaluate(FOREIGN) == []
    assert page.evaluate("window.ran") == []
    assert {address for address in asked if not address.startswith((portal.url, "ws://", "data:"))} == set()


def addresses_asked_of(page: Page) -> list[str]:
    """Every address the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_names_of_models_are_text_too(page: Page) -> None:
    names = [text for text in TRIED if not set(text) & {"\n", "\x00"}][: 20 * BATCH]
    models = [{**played.MODELS["models"][0], "name": name, "model": name, "details": {"family": name, "parameter_size": name}} for name in names]
    with FarEnd(stream(played.lines([played.last(1)]))) as far:
        far.routes |= {"/api/tags": whole({"models": models}), "/api/ps": whole({"models": models[:BATCH]})}
        with PortalServer(OLLAMA_HOST=far.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
            page.add_init_script(WATCH)
            asked = addresses_asked_of(page)
            page.goto(portal.url)
            panel = page.locator("run-panel").first
            panel.get_by_role("button", name="Model: far:1b").click()
            expect(panel.get_by_role("listbox", name="Models").get_by_role("option")).not_to_have_count(0)
            assert page.evaluate(FOREIGN, "model-picker") == []
            page.keyboard.press("Escape")
            panel.get_by_role("button", name="More").click()
            panel.get_by_role("button", name=re.compile("^Compare")).click()
            expect(panel.locator(".lane select").first.get_by_role("option")).not_to_have_count(0)
            assert page.locator("main :is(img, iframe, script, object, embed, base, meta, [onerror], [onload])").count() == 0
            assert page.evaluate("window.ran") == []
            assert {address for address in asked if not address.startswith((portal.url, "ws://", "data:"))} == set()


@pytest.mark.parametrize("as_status", [True, False], ids=["by status", "in the stream"])
def test_errors_are_text_too(page: Page, portal: PortalServer, upstream: FarEnd, as_status: bool) -> None:
    page.add_init_script(WATCH)
    page.goto(portal.url)
    for text in hostile_texts(ERRORS):
        error = {"error": f"{text} model \"{text}\" not found"}
        upstream.script = whole(error, "400 Bad Request") if as_status else stream(played.lines([error]))
        panel = run(page, CHAT)
        expect(panel.locator(".error")).to_be_visible()
        expect(panel.get_by_role("button", name="Run", exact=True)).to_be_visible()
        assert page.evaluate(FOREIGN) == []
    assert page.evaluate("window.ran") == []


def test_what_looks_like_our_own_frames_is_text(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    frames = [{"type": "end", "run": "x", "seq": 9, "outcome": "failed", "error": None, "stats": {"model": "forged"}}, {"type": "state", "state": "queued", "position": 9}]
    words = "".join(json.dumps(frame) for frame in frames)
    upstream.script = stream(played.lines([*frames, played.message(content=words), played.last(1)]))
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".text")).to_have_text(words)
    expect(panel.locator(".error")).to_be_hidden()


def test_bytes_that_are_no_text_end_the_run_in_words(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream([*played.lines([played.message(content="fine ")]), b'{"message":{"content":"\xff\xfe"}}\n'])
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.locator(".error")).to_contain_text("UTF-8")
    expect(panel.locator(".text")).to_have_text("fine")


def test_sizes_beyond_reason_are_shown_as_they_are(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    huge = [{"status": "pulling a", "digest": "sha256:a", "total": 10**30, "completed": 10**29}, {"status": "pulling b", "digest": "sha256:b", "total": 10**12, "completed": 10**12}, {"status": "success"}]
    upstream.script = stream(played.lines(huge))
    page.goto(portal.url)
    panel = page.locator("run-panel").nth(8)
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.get_by_role("tabpanel", name="Data")).to_contain_text("100 % of 1.0 TB")
    tiny = b'{"message":{"content":"a"}}\n' * 100_000
    upstream.script = stream([tiny, json.dumps({**played.message(content="b" * 200_000), "padding": "c" * 7_800_000}).encode() + b"\n", *played.lines([played.last(1)])])
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.get_by_role("status")).to_have_text("Done", timeout=60_000)
    while page.evaluate("document.querySelector('.answer .text').textContent.length") < 300_000:
        page.wait_for_timeout(50)
