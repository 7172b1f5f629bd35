"""A reader asks several models the same, or one model several times, and sees how they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_axe import _faults_in_both_themes, axe  # noqa: F401 - a fixture
from tests.farend import Asked, FarEnd, Held, Line, chat, stream, whole
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser

ANSWERS = {"one:1b": "The sky is blue today.", "two:2b": "The sea is blue today, too."}


def model(name: str, *capabilities: str) -> dict[str, object]:
    return {"name": name, "model": name, "size": 5, "details": {}, "capabilities": list(capabilities)}


async def answer(line: Line, asked: Asked) -> None:
    name = asked.json["model"]
    words = [f"{word} " for word in ANSWERS[name].split()]
    speed = 250_000_000 if name == "two:2b" else 500_000_000
    await stream(chat(words, model=name, eval_duration=speed))(line, asked)


def far_end(*models: dict[str, object]) -> FarEnd:
    made = FarEnd(answer)
    made.routes |= {"/api/tags": whole({"models": list(models)}), "/api/ps": whole({"models": [model("two:2b")]})}
    return made


@pytest.fixture(scope="module")
def upstreams() -> Iterator[tuple[FarEnd, FarEnd]]:
    with far_end(model("one:1b", "completion"), model("embed:1b", "embedding")) as local, far_end(model("two:2b", "completion")) as gpu:
        yield local, gpu


@pytest.fixture(scope="module")
def portal(upstreams: tuple[FarEnd, FarEnd]) -> Iterator[PortalServer]:
    local, gpu = upstreams
    with PortalServer(OLLAMA_HOST=local.origin, PORTAL_UPSTREAMS=f"gpu={gpu.origin}", PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


def open_tool(page: Page, portal: PortalServer, name: str) -> Locator:
    page.goto(portal.url)
    panel = page.locator("run-panel").first
    panel.get_by_role("button", name="More").click()
    panel.get_by_role("button", name=re.compile(f"^{name}")).click()
    return panel.get_by_role("region", name=name)


def test_two_models_answer_side_by_side_with_their_figures_and_the_words_that_differ(
    page: Page, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd]
) -> None:
    tool = open_tool(page, portal, "Compare")
    expect(tool.get_by_role("combobox")).to_have_count(2)
    assert tool.get_by_role("option").all_text_contents() == ["one:1b on local", "two:2b on gpu, loaded"] * 2
    tool.get_by_role("button", name="Run all").click()
    expect(tool.get_by_role("status").first).to_have_text("All have ended.")
    texts = tool.locator(".lane .answer .text")
    expect(texts).to_have_text(list(ANSWERS.values()))
    expect(tool.get_by_role("row", name="speed")).to_have_text("speed10 tokens/s24 tokens/s best")
    expect(tool.locator("del")).to_have_text(["sky"])
    expect(tool.locator("ins")).to_have_text(["sea", ", too"])
    assert [one.requests_for("/api/chat")[-1].json["messages"] for one in upstreams] == [[{"role": "user", "content": "Count."}]] * 2


def test_what_is_compared_has_no_accessibility_fault_while_it_runs_and_after(
    browser: Browser, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd], axe: str  # noqa: F811
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce")
    tool = open_tool(page, portal, "Compare")
    tool.get_by_role("button", name="Add a model").click()
    pieces = chat(["The sky ", "is blue."], model="one:1b")
    upstreams[0].routes["/api/chat"] = held = Held(pieces[:1], pieces[1:])
    try:
        tool.get_by_role("button", name="Run all").click()
        expect(tool.locator(".lane .answer .text").nth(0)).to_have_text("The sky")
        expect(tool.locator(".lane .answer").nth(1).get_by_role("status")).to_have_text("Done")
        running = _faults_in_both_themes(page, axe)
        held.go(2)  # the third lane asks the same server
    finally:
        del upstreams[0].routes["/api/chat"]
    expect(tool.get_by_role("status").first).to_have_text("All have ended.")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ended = _faults_in_both_themes(page, axe)
    page.close()
    assert (running, ended) == ([], [])


def test_a_lane_that_fails_says_why_leaves_the_others_alone_and_can_be_run_again(
    browser: Browser, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd], axe: str  # noqa: F811
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    local, _ = upstreams
    local.routes["/api/chat"] = whole({"error": "out of memory"}, "500 Internal Server Error")
    try:
        tool = open_tool(page, portal, "Compare")
        tool.get_by_role("button", name="Run all").click()
        expect(tool.get_by_role("status").first).to_have_text("All have ended, 1 of 2 without a whole answer.")
        lanes = tool.locator(".lane")
        expect(lanes.nth(0).locator(".error")).to_contain_text("“out of memory”")
        expect(lanes.nth(0).get_by_role("status")).to_have_text("Failed")
        expect(lanes.nth(1).locator(".answer .text")).to_have_text(ANSWERS["two:2b"])
        expect(tool.get_by_role("table")).to_have_count(0)
        faults = _faults_in_both_themes(page, axe)
    finally:
        del local.routes["/api/chat"]
    lanes.nth(0).get_by_role("button", name="Run again").click()
    expect(lanes.nth(0).locator(".answer .text")).to_have_text(ANSWERS["one:1b"])
    expect(lanes.nth(0).locator(".error")).to_be_hidden()
    expect(tool.get_by_role("row", name="speed")).to_have_text("speed10 tokens/s24 tokens/s best")
    page.close()
    assert faults == []


def test_a_request_repeated_shows_how_its_figures_spread(
    page: Page, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd]
) -> None:
    before = len(upstreams[0].requests_for("/api/chat"))
    tool = open_tool(page, portal, "Repeat")
    tool.get_by_label("times").fill("3")
    tool.get_by_role("button", name="Start").click()
    expect(tool.get_by_role("status")).to_contain_text("3 runs; all answers are the same. far:1b is not on this server; one:1b answers instead.")
    expect(tool.get_by_role("row", name="output tokens")).to_have_text("output tokens5555the same each time")
    expect(tool.get_by_role("img", name="total of 3 runs, from").locator("circle")).to_have_count(3)
    assert len(upstreams[0].requests_for("/api/chat")) == before + 3
    page.set_viewport_size({"width": 390, "height": 844})
    wide = tool.get_by_role("group", name="Figures of the runs")
    assert wide.evaluate("(wide) => wide.scrollWidth <= wide.clientWidth")
    expect(tool.get_by_role("row", name="output tokens")).to_be_visible()


def test_one_that_fails_among_several_is_told_and_the_others_count(
    page: Page, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd]
) -> None:
    local, _ = upstreams
    calls = iter([True, False])

    async def fail_first(line: Line, asked: Asked) -> None:
        await (whole({"error": "out of memory"}, "500 Internal Server Error") if next(calls) else answer)(line, asked)

    local.routes["/api/chat"] = fail_first
    try:
        tool = open_tool(page, portal, "Repeat")
        tool.get_by_label("times").fill("2")
        tool.get_by_role("button", name="Start").click()
        expect(tool.get_by_role("status")).to_contain_text("2 runs, 1 of them failed.")
        expect(tool.locator(".problems")).to_contain_text("Run 1: Ollama at")
        expect(tool.locator(".problems")).to_contain_text("“out of memory”")
    finally:
        del local.routes["/api/chat"]


def test_a_reply_in_a_lane_goes_on_with_what_that_lane_said_and_a_reply_to_all_with_what_each_did(
    page: Page, portal: PortalServer, upstreams: tuple[FarEnd, FarEnd]
) -> None:
    tool = open_tool(page, portal, "Compare")
    tool.get_by_role("button", name="Run all").click()
    expect(tool.get_by_role("row", name="speed")).to_have_text("speed10 tokens/s24 tokens/s best")
    counts = [len(one.requests_for("/api/chat")) for one in upstreams]
    lane = tool.locator(".lane").nth(1)
    lane.get_by_label("Reply to the model").fill("And the lake?")
    lane.get_by_role("button", name="Send").click()
    expect(lane.locator(".turns li")).to_have_count(3)
    expect(lane.locator(".answer .text")).to_have_text(ANSWERS["two:2b"])
    expect(tool.get_by_role("status").first).to_have_text("All have ended.")
    # The two were not asked the same, so neither was the better.
    expect(tool.get_by_role("row", name="speed")).to_be_hidden()
    assert [len(one.requests_for("/api/chat")) for one in upstreams] == [counts[0], counts[1] + 1]
    assert said_to(upstreams[1]) == ["Count.", ANSWERS["two:2b"] + " ", "And the lake?"]
    tool.get_by_label("Reply to all").fill("Why?")
    tool.get_by_role("button", name="Send to all").click()
    expect(tool.locator(".lane").nth(0).locator(".turns li")).to_have_count(3)
    expect(lane.locator(".turns li")).to_have_count(5)
    expect(tool.get_by_role("status").first).to_have_text("All have ended.")
    assert said_to(upstreams[0]) == ["Count.", ANSWERS["one:1b"] + " ", "Why?"]
    assert said_to(upstreams[1])[2:] == ["And the lake?", ANSWERS["two:2b"] + " ", "Why?"]
    assert [one.requests_for("/api/chat")[-1].json["model"] for one in upstreams] == ["one:1b", "two:2b"]


def said_to(upstream: FarEnd) -> list[str]:
    return [turn["content"] for turn in upstream.requests_for("/api/chat")[-1].json["messages"]]
