"""One answer in several views: text, thinking, tools, data, events, bytes and figures."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import played
from tests.e2e.conftest import ROOT
from tests.e2e.test_panel import editor, write
from tests.farend import Asked, FarEnd, Held, Line, Script, chat, stream, whole
from tests.portal_server import PortalServer
from tests.strict import leave_out

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parent / "views"
CHAT, TOOLS, OPENAI, FORMAT, EMBED, TAGS, PS, SHOW, PULL, IMAGE, RESPONSES, MESSAGES = range(12)
SSE = "text/event-stream"


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    upstream.routes["/api/tags"] = whole(played.MODELS)
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal


def run(page: Page, number: int) -> Locator:
    panel = page.locator("run-panel").nth(number)
    panel.get_by_role("button", name="Run", exact=True).click()
    return panel


def ran(page: Page, portal: PortalServer, number: int) -> Locator:
    """The panel after its run has ended well."""
    page.goto(portal.url)
    panel = run(page, number)
    expect(panel.get_by_role("status")).to_have_text("Done")
    return panel


def milliseconds(text: str) -> float:
    number, unit = text.strip("+").split()
    return float(number) * {"ms": 1, "s": 1000}[unit]


def tabs(panel: Locator) -> list[str]:
    return panel.get_by_role("tab").all_text_contents()


def turn_to(panel: Locator, name: str) -> Locator:
    """The view of that name, after its tab was chosen."""
    panel.get_by_role("tab", name=name, exact=True).click()
    return panel.get_by_role("tabpanel", name=name, exact=True)


def test_only_views_that_make_sense_are_offered(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    assert tabs(ran(page, portal, CHAT))[:3] == ["Text", "Events", "Raw"]
    upstream.script = stream(chat(["ok"]))
    assert tabs(ran(page, portal, TOOLS))[:4] == ["Text", "Tools", "Events", "Raw"]


def test_tabs_are_walked_by_keyboard(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["ok"]))
    panel = ran(page, portal, CHAT)
    panel.get_by_role("tab", name="Text").focus()
    for key, name in (("ArrowRight", "Events"), ("ArrowRight", "Raw"), ("Home", "Text"), ("ArrowLeft", tabs(panel)[-1]), ("Home", "Text")):
        page.keyboard.press(key)
        chosen = panel.get_by_role("tab", name=name, exact=True)
        expect(chosen).to_be_focused()
        expect(chosen).to_have_attribute("aria-selected", "true")
        expect(panel.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        assert panel.locator("[role=tabpanel]:visible").count() == 1


def test_the_chosen_view_stays_while_the_answer_streams(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = chat([f"{n} " for n in range(40)])
    upstream.script = held = Held(records[:5], records[5:])
    page.goto(portal.url)
    panel = run(page, CHAT)
    raw = turn_to(panel, "Raw")
    expect(raw).to_contain_text('"content": "3 "')
    held.go()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(raw).to_be_visible()
    expect(raw).to_contain_text('"done": true')
    assert raw.locator(".bytes").text_content() == b"".join(chat([f"{n} " for n in range(40)])).decode()


def test_thinking_has_a_fold_that_says_how_long_it_took(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(played.thinking(["Hmm, ", "light ", "scatters."], ["Because ", "of ", "air."]), pause=0.1)
    panel = ran(page, portal, CHAT)
    fold = panel.locator(".thinking")
    expect(fold.locator("summary")).to_have_text(re.compile(r"Thought for \d+\.\d s"))
    expect(fold.locator(".thought")).not_to_be_visible()
    fold.locator("summary").click()
    expect(fold.locator(".thought")).to_have_text("Hmm, light scatters.")
    expect(panel.locator(".text")).to_have_text("Because of air.")


def test_a_tool_call_is_a_card_with_its_arguments(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(played.native_tools("get_weather", {"city": "Paris", "days": [1, 2]}))
    panel = ran(page, portal, TOOLS)
    card = panel.get_by_role("tabpanel", name="Tools").locator("li")
    expect(card.locator("code")).to_have_text("get_weather")
    assert json.loads(card.locator("pre").text_content() or "") == {"city": "Paris", "days": [1, 2]}
    assert '\n  "city": "Paris"' in (card.locator("pre").text_content() or "")


def test_arguments_that_come_in_parts_are_joined_by_their_index(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(
        played.openai_tools([("get_weather", ['{"ci', 'ty":"Pa', 'ris"}']), ("get_time", ['{"zone":', '"CET"}'])]), content_type=SSE
    )
    cards = ran(page, portal, OPENAI).get_by_role("tabpanel", name="Tools").locator("li")
    expect(cards).to_have_count(2)
    assert [json.loads(text) for text in cards.locator("pre").all_text_contents()] == [{"city": "Paris"}, {"zone": "CET"}]
    assert cards.locator("code").all_text_contents() == ["get_weather", "get_time"]


@pytest.mark.parametrize(("number", "play"), [(RESPONSES, played.responses_tools), (MESSAGES, played.anthropic_tools)])
def test_tools_of_the_other_wires_are_cards_too(page: Page, portal: PortalServer, upstream: FarEnd, number: int, play: object) -> None:
    upstream.script = stream(play("get_weather", ['{"city":', '"Paris"}']), content_type=SSE)  # type: ignore[operator]
    card = ran(page, portal, number).get_by_role("tabpanel", name="Tools").locator("li")
    expect(card.locator("code")).to_have_text("get_weather")
    assert json.loads(card.locator("pre").text_content() or "") == {"city": "Paris"}


def test_a_model_that_calls_no_tool_is_said_to(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["No need."]))
    tools = turn_to(ran(page, portal, TOOLS), "Tools")
    expect(tools).to_contain_text("called none of the tools")


def test_each_record_is_an_event_with_its_time(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = held = Held(*([record] for record in chat([f"word{n} " for n in range(5)])))
    page.goto(portal.url)
    events = turn_to(run(page, CHAT), "Events")
    for count in range(1, 7):
        expect(events.get_by_role("option")).to_have_count(count)
        held.go()
    expect(events).to_contain_text("6 events")
    offsets, gaps = ([milliseconds(text) for text in events.locator(name).all_text_contents()] for name in (".at", ".gap"))
    assert gaps[0] == 0
    assert all(gap > 0 for gap in gaps[1:])
    for number in range(1, 6):
        assert offsets[number] - offsets[number - 1] == pytest.approx(gaps[number], abs=2)
    events.get_by_role("option").nth(2).click()
    assert json.loads(events.locator(".detail").text_content() or "")["message"]["content"] == "word2 "


def test_events_are_filtered_by_what_they_hold(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat([f"word{n} " for n in range(30)]))
    events = turn_to(ran(page, portal, CHAT), "Events")
    events.get_by_role("searchbox").fill("WORD2")
    expect(events).to_contain_text("11 of 31 events")
    expect(events.get_by_role("option")).to_have_count(11)
    events.get_by_role("listbox").press("End")
    expect(events.get_by_role("option", selected=True)).to_contain_text("word29")


def test_events_of_a_server_sent_stream_have_their_names(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(played.responses_tools("f", ["{}"]), content_type=SSE)
    events = turn_to(ran(page, portal, RESPONSES), "Events")
    expect(events.get_by_role("option")).to_have_count(6)
    assert events.locator("[role=option] .name").all_text_contents()[:2] == ["response.created", "response.output_item.added"]


def test_the_run_is_taken_along_as_http_and_as_har(page: Page, portal: PortalServer, upstream: FarEnd, tmp_path: Path) -> None:
    pieces = chat(["“Hi” ", "there"])
    upstream.script = stream(pieces)
    raw = turn_to(ran(page, portal, CHAT), "Raw")
    body = b"".join(pieces).decode()
    for button, read in (("Download .http", "http"), ("Download HAR", "har")):
        with page.expect_download() as coming:
            raw.get_by_role("button", name=button).click()
        assert coming.value.suggested_filename == f"api-chat.{read}"
        coming.value.save_as(tmp_path / read)
    http = (tmp_path / "http").read_text()
    assert http.startswith("POST http://localhost:11434/api/chat HTTP/1.1\nContent-Type: application/json\n\n{")
    asked, answer = http.split("\n### The answer\n")
    assert json.loads(asked.split("\n\n", 1)[1])["model"] == "far:1b"
    remarks = [line.removeprefix("# ").removeprefix("#") for line in answer.splitlines()]
    assert "\n".join(remarks) == f"HTTP/1.1 200\ncontent-type: application/x-ndjson\n\n{body}"
    entry = json.loads((tmp_path / "har").read_text())["log"]["entries"][0]
    assert entry["response"]["content"]["text"] == body
    assert entry["response"]["content"]["size"] == len(body.encode())
    assert json.loads(entry["request"]["postData"]["text"])["model"] == "far:1b"


# Ends of lines of both kinds, a line that is none of JSON, signs of more than one code point; and more than Raw shows at once.
ODD = [*(line.replace(b"\n", b"\r\n") for line in chat(["“Hi” ", "\u2028\t👩\u200d🔬"])[:1]), b"\n  time=12:00\n", *chat(["e\u0301"])]


@pytest.mark.parametrize("pieces", [ODD, chat(["x" * 900_000, "y" * 900_000, "z" * 900_000])], ids=["odd", "long"])
def test_copy_in_raw_puts_the_very_bytes_on_the_clipboard(page: Page, portal: PortalServer, upstream: FarEnd, pieces: list[bytes]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upstream.script = stream(pieces)
    raw = turn_to(ran(page, portal, CHAT), "Raw")
    raw.get_by_role("button", name="Copy", exact=True).click()
    expect(raw.locator(".said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").encode() == b"".join(pieces)


def test_where_the_clipboard_is_closed_raw_says_what_to_do(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Hi"]))
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    raw = turn_to(ran(page, portal, CHAT), "Raw")
    raw.get_by_role("button", name="Copy", exact=True).click()
    expect(raw.locator(".said")).to_have_text("The browser does not allow it here; mark the text and copy it")


def test_the_headers_an_upstream_sent_stand_among_the_figures(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    async def limited(line: Line, asked: Asked) -> None:
        await line.head("429 Too Many Requests", Content_Type="application/json", Content_Length="16", Retry_After="7", X_Request_Id="req-<b>1</b>", Set_Cookie="a=secret")
        await line.send(b'{"error":"wait"}')

    upstream.script = limited
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.get_by_role("status")).to_have_text("Failed")
    figures = turn_to(panel, "Figures")
    for name, value in (("status", "429"), ("content-type", "application/json"), ("retry-after", "7"), ("x-request-id", "req-<b>1</b>")):
        expect(figures.get_by_role("row", name=name).locator("td").first).to_have_text(value)
    expect(figures).not_to_contain_text("secret")


COLOURS = """(json) => Object.fromEntries(["name", "text", "number", "word"].map((kind) => [kind, getComputedStyle(json.querySelector(`[data-kind=${kind}]`)).color]))"""


def test_json_is_coloured_by_what_its_parts_are_in_both_themes(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Hi"]))
    events = turn_to(ran(page, portal, CHAT), "Events")
    events.get_by_role("option").last.click()
    seen = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        colours = events.locator(".detail").evaluate(COLOURS)
        assert len({*colours.values(), events.locator(".detail").evaluate("(json) => getComputedStyle(json).color")}) == 5, colours
        seen.append(colours)
    assert all(light != dark for light, dark in zip(seen[0].values(), seen[1].values(), strict=True))
    assert json.loads(events.locator(".detail").text_content() or "")["eval_count"] == 1


HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><svg onload=\"document.title='owned'\">"


def test_hostile_text_runs_nothing_in_any_view(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = [played.message(thinking=HOSTILE), *(played.message(thinking=letter) for letter in HOSTILE), played.message(content=HOSTILE)]
    call = {"id": HOSTILE, "function": {"name": HOSTILE, "arguments": {HOSTILE: HOSTILE}}}
    upstream.script = stream(played.lines([*records, played.message(tool_calls=[call]), {**played.last(3), "model": HOSTILE}]))
    panel = ran(page, portal, CHAT)
    panel.locator(".thinking summary").click()
    expect(panel.locator(".thought")).to_have_text(HOSTILE * 2)
    expect(panel.locator(".text")).to_have_text(HOSTILE)
    expect(turn_to(panel, "Tools").locator("code")).to_have_text(HOSTILE)
    turn_to(panel, "Events").get_by_role("option").first.click()
    for name in tabs(panel):
        turn_to(panel, name)
    page.wait_for_timeout(200)
    assert page.title() != "owned"
    assert panel.locator(".answer :is(img, script, svg[onload], [onerror])").count() == 0


def edit(panel: Locator, body: object) -> None:
    write(panel.page, editor(panel), json.dumps(body))


def test_structured_output_is_checked_and_the_failing_path_named(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = played.said('{"name":"Canada","capital":"Ottawa","languages":[],"n":12345678901234567890}')
    upstream.script = held = Held(records[:8], records[8:])
    page.goto(portal.url)
    data = run(page, FORMAT).get_by_role("tabpanel", name="Data")
    expect(data).to_contain_text("Not complete yet")
    expect(data).to_contain_text("so far as the request's schema asks")
    held.go()
    expect(data).to_contain_text("It is not as the request's schema asks")
    expect(data.locator("li")).to_have_text("languages: at least 1 item is asked for, 0 found")
    expect(data.locator("pre")).to_contain_text('"n": 12345678901234567890')


def test_structured_output_that_fits_is_said_to(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(played.said('{"name": "Canada", "capital": "Ottawa", "languages": ["en", "fr"]}'))
    expect(ran(page, portal, FORMAT).get_by_role("tabpanel", name="Data")).to_contain_text("as the request's schema asks")


def test_structured_output_that_broke_off_says_how_far_it_went_and_what_is_missing(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(played.said('{"name": "Canada", "languages": ["en", "f')[:-1], finish=False)
    page.goto(portal.url)
    data = run(page, FORMAT).get_by_role("tabpanel", name="Data")
    expect(data).to_contain_text("It ends before it is whole: at line 1, column 42, in languages.")
    expect(data.locator("li")).to_have_text("capital: is missing")
    expect(data.locator("pre")).to_contain_text('"name": "Canada"')


def test_embeddings_have_dimensions_norm_line_and_cosines(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = whole(played.EMBEDDINGS)
    data = ran(page, portal, EMBED).get_by_role("tabpanel", name="Data")
    expect(data.locator("li").nth(2)).to_contain_text("3 dimensions")
    expect(data.locator("li").nth(2)).to_contain_text("norm 2.000")
    expect(data.get_by_role("img", name="3 numbers from 0.00 to 0.800")).to_have_count(2)
    expect(data.get_by_role("img", name=re.compile("inputs on a plane"))).to_be_visible()
    expect(data.locator("tbody tr")).to_have_count(3)
    assert data.locator("tbody tr").nth(0).locator("td").all_text_contents() == ["1.000", "0.960", "0.000"]


def test_models_are_tables(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    data = ran(page, portal, TAGS).get_by_role("tabpanel", name="Data")
    rows = data.get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("1.2 GB")
    page.set_viewport_size({"width": 390, "height": 844})
    assert data.get_by_role("group", name="Models").evaluate("(wide) => wide.scrollWidth <= wide.clientWidth")
    expect(rows).to_have_count(4)
    page.set_viewport_size({"width": 1280, "height": 900})
    upstream.routes["/api/ps"] = whole(played.LOADED)
    expect(ran(page, portal, PS).get_by_role("tabpanel", name="Data")).to_contain_text("50 %")
    upstream.script = whole(played.SHOW)
    data = ran(page, portal, SHOW).get_by_role("tabpanel", name="Data")
    expect(data.get_by_role("row", name="general.parameter_count")).to_contain_text("1,235,814,432")
    data.get_by_text("license").click()
    expect(data.locator("details", has_text="license").locator("pre")).to_contain_text("Apache 2.0")


def test_a_pull_is_bars_for_its_layers(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = played.pull([("a" * 64, 1_200_000_000), ("b" * 64, 1200)])
    upstream.script = held = Held(records[:4], records[4:])
    page.goto(portal.url)
    data = run(page, PULL).get_by_role("tabpanel", name="Data")
    expect(data).to_contain_text("50 % of 1.2 GB")
    held.go()
    expect(data).to_contain_text("100 % of 1.2 kB")
    expect(data.get_by_role("progressbar")).to_have_count(2)
    expect(data).to_contain_text("success")


def test_only_a_picture_that_is_in_the_answer_is_shown(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = whole({"created": 1, "data": [{"b64_json": played.png(8, 4)}, {"url": "https://example.com/x.png"}]})
    data = ran(page, portal, IMAGE).get_by_role("tabpanel", name="Data")
    picture = data.get_by_role("img", name="Picture 1 of the answer")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [8, 4]
    expect(data).to_contain_text("Picture 2 is not in the answer itself")
    assert data.get_by_role("img").count() == 1


def test_figures_say_who_took_them_and_where_the_time_went(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    pieces = chat([f"{n} " for n in range(12)])

    async def stands_still(line: Line, asked: Asked) -> None:
        await stream(pieces[:6], 0.02, finish=False)(line, asked)
        await asyncio.sleep(2.4)
        for piece in pieces[6:]:
            await line.chunk(piece)
        await line.last_chunk()

    upstream.script = stands_still
    figures = turn_to(ran(page, portal, CHAT), "Figures")
    expect(figures.get_by_role("row", name="output tokens")).to_contain_text("Ollama")
    expect(figures.get_by_role("row", name="time to first token")).to_contain_text("measured")
    expect(figures.get_by_role("row", name="prompt tokens")).to_contain_text("7")
    expect(figures.get_by_role("img", name="Where the time went")).to_be_visible()
    # A busy machine may let it stand still more often than once.
    expect(figures).to_contain_text(re.compile(r"standing still [\d.]+ m?s, (once|\d+ times)"))


def test_a_model_that_is_gone_offers_one_that_is_here(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    async def only_far(line: Line, asked: Asked) -> None:
        gone = asked.json["model"] != "far:1b"
        await (whole({"error": "model not found"}, "404 Not Found") if gone else stream(chat(["seen"])))(line, asked)

    upstream.script = only_far
    page.goto(portal.url)
    panel = page.locator("run-panel").nth(CHAT)
    # No model here can see pictures, so none stands in by itself.
    edit(panel, {"model": "gone:1b", "messages": [{"role": "user", "content": "?", "images": ["aGk="]}]})
    run(page, CHAT)
    card = panel.locator(".error")
    expect(card).to_contain_text("The model “gone:1b” is not installed")
    expect(card).to_contain_text("Sent: POST /api/chat to local, model gone:1b.")
    card.get_by_role("button", name="Use far:1b").click()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".text")).to_have_text("seen")
    expect(card).not_to_be_visible()
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_focused()


def test_a_model_that_is_gone_can_be_installed_on_the_spot(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = whole({"error": "model 'gone:1b' not found"}, "404 Not Found")
    page.goto(portal.url)
    panel = page.locator("run-panel").nth(CHAT)
    edit(panel, {"model": "gone:1b", "messages": [{"role": "user", "content": "?", "images": ["aGk="]}]})
    run(page, CHAT)
    upstream.routes["/api/pull"] = stream(played.pull([("a" * 64, 1200)]))
    panel.get_by_role("button", name="Install gone:1b").click()
    expect(panel.locator(".ending")).to_contain_text("The model “gone:1b” is installed.")
    expect(panel.get_by_role("progressbar")).to_have_count(1)
    assert upstream.requests_for("/api/pull")[-1].json == {"model": "gone:1b"}
    del upstream.routes["/api/pull"]
    upstream.script = stream(chat(["here"]))
    panel.get_by_role("button", name="Run the example").click()
    expect(panel.locator(".text")).to_have_text("here")


def test_every_end_is_said_in_words_with_the_way_on(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["half "] * 3)[:-1], finish=False)
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.locator(".error")).to_contain_text("before it")
    expect(panel.locator(".error")).to_contain_text("Sent: POST /api/chat to local, model far:1b.")
    upstream.script = stream(chat(["whole"], done_reason="length"))
    panel.get_by_role("button", name="Run again").click()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".views + .ending")).to_contain_text("Allow more with num_predict")
    assert panel.locator(".ending button").count() == 0
    expect(panel.locator(".text")).to_have_text("whole")


def test_a_model_that_loads_first_is_said_to(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    loaded = threading.Event()

    async def load_first(line: Line, asked: Asked) -> None:
        while not loaded.is_set():
            await asyncio.sleep(0.005)
        await stream(chat(["here"], load_duration=2_000_000_000))(line, asked)

    upstream.routes["/api/ps"] = whole({"models": []})
    upstream.script = load_first
    page.goto(portal.url)
    panel = run(page, CHAT)
    expect(panel.get_by_role("status")).to_have_text("Loading far:1b, then the first token")
    loaded.set()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".text")).to_have_text("here")
    expect(turn_to(panel, "Figures")).to_contain_text("loading the model2.00 s")


@pytest.mark.parametrize(("number", "pieces"), [
    (CHAT, [*chat(["He", "llo"])[:1], b"time=12:00 level=INFO\n", *chat(["He", "llo"])[1:]]),
    (OPENAI, [*played.openai_said("He"), b"data: time=12:00 level=INFO\n\n", *played.openai_said("llo"), b"data: [DONE]\n\n"]),
])  # fmt: skip
def test_a_record_that_is_not_json_is_named_beside_the_answer_and_stands_in_raw(
    page: Page, portal: PortalServer, upstream: FarEnd, number: int, pieces: list[bytes]
) -> None:
    upstream.script = stream(pieces, content_type=SSE if number == OPENAI else "application/x-ndjson")
    panel = ran(page, portal, number)
    expect(panel.locator(".text")).to_have_text("Hello")
    expect(panel.locator(".ending")).to_contain_text("Record 2 of the answer is not JSON: it begins “time=12:00 level=INFO”. The bytes as they came are in Raw.")
    expect(turn_to(panel, "Raw").locator(".bytes")).to_contain_text("time=12:00 level=INFO")


def test_a_page_in_the_place_of_an_answer_is_named_as_the_reason_it_failed(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream([b"<!DOCTYPE html>\n<title>Sign in</title>\n"], content_type="text/html")
    page.goto(portal.url)
    panel = run(page, CHAT)
    card = panel.locator(".error")
    expect(card).to_contain_text(f"Record 1 of the answer of Ollama at {upstream.origin} is not JSON: it begins “<!DOCTYPE html>”.")
    expect(card).to_contain_text("nothing in between rewrites answers. The bytes as they came are in Raw.")
    expect(turn_to(panel, "Raw").locator(".bytes")).to_contain_text("Sign in")


MARKDOWN = """# Why

Because **air** scatters _light_, see [here](https://example.com/x) and [not here](javascript:alert(1)).

![a cat](https://example.com/cat.png)

```python
print("<b>")
```

| colour | length |
|--------|-------:|
| blue   | 450    |
"""


@pytest.fixture
def markdown() -> None:
    if not (ROOT / "static" / "vendor" / "markdown.js").is_file():
        leave_out("the reader of markdown is not bundled (make test), so answers stayed plain")


def test_text_is_plain_while_it_comes_and_markdown_once_a_block_is_whole(
    page: Page, portal: PortalServer, upstream: FarEnd, markdown: None
) -> None:
    records = played.said(MARKDOWN)
    first, second = (MARKDOWN.index(words) // 4 for words in (" scatters", "|----"))
    upstream.script = held = Held(records[:first], records[first:second], records[second:])
    page.goto(portal.url)
    text = run(page, CHAT).locator(".text")
    expect(text.locator(".part")).to_have_text("Why")
    expect(text.locator(".tail")).to_contain_text("**air")
    assert text.locator("strong").count() == 0
    held.go()
    expect(text.locator("strong")).to_have_text("air")
    expect(text.locator(".tail")).to_contain_text("| colour")
    held.go()
    expect(text.get_by_role("table")).to_contain_text("450")
    expect(text.get_by_role("link")).to_have_count(2)
    expect(text.locator("a").first).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(text).to_contain_text("[picture: a cat]")
    expect(text.locator("pre")).to_have_text('print("<b>")')
    expect(text.locator(".tail")).to_be_empty()
    assert page.locator(".answer :is(h1, h2, h3, img)").count() == 0
    page.get_by_role("button", name="Plain text").first.click()
    expect(text).to_have_text(" ".join(MARKDOWN.split()))


def test_a_chat_goes_on_with_a_reply_and_from_any_turn(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["First."]))
    panel = ran(page, portal, CHAT)
    for words in ("Second?", "Third?"):
        upstream.script = stream(chat([words.replace("?", ".")]))
        panel.get_by_role("textbox", name="Reply to the model").fill(words)
        page.keyboard.press("Enter")
        expect(panel.locator(".text")).to_have_text(words.replace("?", "."))
        expect(panel.get_by_role("textbox", name="Reply to the model")).to_be_focused()
        expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".turns .words")).to_have_text(["Why?", "First.", "Second?", "Second.", "Third?"])
    panel.get_by_role("button", name="Go on from this turn: First.").click()
    expect(panel.locator(".where")).to_contain_text("what followed it is left out")
    upstream.script = stream(chat(["Otherwise."]))
    page.keyboard.type("And else?")
    page.keyboard.press("Enter")
    expect(panel.locator(".text")).to_have_text("Otherwise.")
    assert [turn["content"] for turn in upstream.requests_for("/api/chat")[-1].json["messages"]] == ["Why?", "First.", "And else?"]
    upstream.script = stream(chat(["Because."]))
    panel.get_by_role("button", name="Edit this turn: Why?").click()
    expect(panel.get_by_role("textbox", name="Reply to the model")).to_have_value("Why?")
    page.keyboard.press("Enter")
    expect(panel.locator(".text")).to_have_text("Because.")
    expect(panel.locator(".turns")).to_be_hidden()


@pytest.mark.parametrize(("number", "play", "path"), [
    (TOOLS, lambda: stream(played.native_tools("get_weather", {"city": "Paris"})), "/api/chat"),
    (OPENAI, lambda: stream(played.openai_tools([("get_weather", ['{"city":', '"Paris"}'])]), content_type=SSE), "/v1/chat/completions"),
])  # fmt: skip
def test_the_reader_gives_a_tool_its_result_and_the_chat_goes_on(
    page: Page, portal: PortalServer, upstream: FarEnd, number: int, play: Callable[[], Script], path: str
) -> None:
    upstream.script = play()
    panel = ran(page, portal, number)
    send = panel.get_by_role("button", name="Send and go on")
    expect(send).to_be_disabled()
    panel.get_by_role("combobox", name="Ready results for get_weather").select_option(label="Sunny, 22 °C")
    result = panel.get_by_role("textbox", name="Result of get_weather")
    expect(result).to_have_value('{"city":"Paris","temperature":22,"unit":"°C","conditions":"sunny"}')
    result.fill("Rain.")
    said = json.dumps({"choices": [{"delta": {"content": "Take an umbrella."}}]}).encode()
    upstream.script = stream(chat(["Take an umbrella."])) if path == "/api/chat" else stream([b"data: " + said + b"\n\n", b"data: [DONE]\n\n"], content_type=SSE)
    send.click()
    expect(panel.locator(".text")).to_have_text("Take an umbrella.")
    turns = upstream.requests_for(path)[-1].json["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "tool"]
    assert turns[2]["content"] == "Rain."
    expect(panel.locator(".turns")).to_contain_text("get_weather")
    expect(panel.locator(".turns")).to_contain_text("Rain.")


# How a reader of the page by ear meets an answer that comes.
STREAMING = """
- region "Answer":
  - status: Streaming
  - tablist "Views of the answer":
    - tab "Text" [selected]
    - tab "Events"
    - tab "Raw"
    - tab "Figures"
  - tabpanel "Text": /One is here\\. Two is there\\./
"""
LISTEN = """() => {
  window.heard = [];
  window.states = [];
  window.focused = [];
  const panel = document.querySelector("run-panel");
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      if (element?.matches(".unseen[aria-live=polite]")) window.heard.push({ at: performance.now(), text: element.textContent });
      if (element?.matches("[role=status]")) window.states.push(element.textContent);
    }
  }).observe(panel, { subtree: true, childList: true, characterData: true });
  document.addEventListener("focusin", ({ target }) => window.focused.push(target.className));
}"""


def test_who_listens_hears_every_sentence_once_two_seconds_apart_and_every_state(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    words = ["One is here. ", "Two is ", "there. ", "Three. ", "Four"]
    error = b'{"error":"the runner fell over"}\n'
    upstream.script = held = Held(*([record] for record in chat(words)[:-1]), [error])
    page.emulate_media(reduced_motion="reduce")
    page.goto(portal.url)
    page.evaluate(LISTEN)
    panel = run(page, CHAT)
    for number in range(len(words)):
        expect(panel.locator(".text")).to_have_text("".join(words[: number + 1]).strip())
        if number == 2:
            expect(panel).to_match_aria_snapshot(STREAMING)
            assert page.evaluate("document.getAnimations().length") == 0
        held.go()
    expect(panel.get_by_role("status")).to_have_text("Failed")
    expect(panel.locator(".unseen[aria-live=polite]")).to_contain_text("“the runner fell over”")
    heard = page.evaluate("window.heard")
    assert " ".join(one["text"] for one in heard).startswith("One is here. Two is there. Three. Four Ollama at ")
    assert all(after["at"] - before["at"] >= 2000 for before, after in itertools.pairwise(heard))
    assert page.evaluate("window.states")[-2:] == ["Streaming", "Failed"]
    assert page.evaluate("window.focused") == ["run"]


def test_the_answer_is_announced_by_the_sentence_and_takes_no_focus(page: Page, portal: PortalServer, upstream: FarEnd) -> None:
    records = chat(["One is ", "here. Two", " is there."])
    upstream.script = held = Held(records[:2], records[2:])
    page.goto(portal.url)
    panel = run(page, CHAT)
    spoken = panel.locator(".unseen[aria-live=polite]")
    expect(spoken).to_have_text("One is here.")
    expect(panel.get_by_role("button", name="Stop")).to_be_focused()
    panel.get_by_role("switch", name="Announce").click()
    held.go()
    expect(panel.get_by_role("status")).to_have_text("Done")
    expect(panel.locator(".text")).to_have_text("One is here. Two is there.")
    expect(spoken).to_have_text("One is here.")
    expect(panel.get_by_role("switch", name="Announce")).not_to_be_checked()
