"""A reader comes back after the server was restarted: the answer is still in the page."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DOCS
from tests.e2e.test_compare import open_tool
from tests.e2e.test_panel import WORDS, panel, run, state, text
from tests.farend import FarEnd, Held, chat, stream
from tests.portal_server import PortalServer

pytestmark = pytest.mark.browser


def server(upstream: FarEnd, data: Path, bind: str = "127.0.0.1:0") -> PortalServer:
    return PortalServer(bind=bind, data=data, OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS))


def kept_words(data: Path) -> int:
    """How many of the words the database has got."""
    with closing(sqlite3.connect(f"file:{data / 'portal.sqlite3'}?mode=ro", uri=True)) as database:
        return "".join(text for (text,) in database.execute("SELECT text FROM runs_stretch")).count("word ")


def forget_frames(data: Path, count: int) -> None:
    """Take the last frames out of the only record, as if the crash had come before they were written."""
    with closing(sqlite3.connect(data / "portal.sqlite3")) as database, database:
        stretches = database.execute("SELECT id, text FROM runs_stretch ORDER BY first").fetchall()
        lines = [(key, line) for key, text in stretches for line in text.split("\n")][:-count]
        for key, _ in stretches:
            kept = [line for of, line in lines if of == key]
            if kept:
                last = json.loads(kept[-1])["seq"]
                database.execute("UPDATE runs_stretch SET text = ?, last = ? WHERE id = ?", ("\n".join(kept), last, key))
            else:
                database.execute("DELETE FROM runs_stretch WHERE id = ?", (key,))


def test_a_reload_after_a_restart_shows_the_whole_answer(page: Page, upstream: FarEnd, tmp_path: Path) -> None:
    upstream.script = stream(chat(WORDS), pause=0.01)
    with server(upstream, tmp_path) as portal:
        page.goto(portal.url)
        run(panel(page))
        expect(state(panel(page))).to_have_text("Done")
        asked = len(upstream.requests_for("/api/chat"))
        page.goto("about:blank")
    with server(upstream, tmp_path, portal.origin.removeprefix("http://")):
        page.goto(portal.url)
        expect(state(panel(page))).to_have_text("Done")
        expect(text(panel(page))).to_have_text("".join(WORDS).strip())
    assert len(upstream.requests_for("/api/chat")) == asked


def test_after_a_crash_in_mid_stream_a_reload_shows_what_had_come(
    page: Page, upstream: FarEnd, tmp_path: Path
) -> None:
    upstream.script = Held(chat(["word "] * 40)[:40], [])
    with server(upstream, tmp_path) as portal:
        page.goto(portal.url)
        run(panel(page))
        expect(text(panel(page))).to_contain_text("word " * 40)
        while kept_words(tmp_path) < 40:
            time.sleep(0.02)
        page.goto("about:blank")
        portal.process.send_signal(signal.SIGKILL)
        portal.process.wait()
    with server(upstream, tmp_path, portal.origin.removeprefix("http://")):
        page.goto(portal.url)
        expect(state(panel(page))).to_have_text("Interrupted")
        expect(text(panel(page))).to_contain_text("word " * 40)
        expect(panel(page).locator(".error")).to_contain_text("server ended while this run was under way")


@pytest.mark.parametrize("lost", [1, 3], ids=["a frame of what was seen", "more of what was seen"])
def test_a_page_left_open_over_a_crash_shows_by_itself_what_was_kept(
    page: Page, upstream: FarEnd, tmp_path: Path, lost: int
) -> None:
    words = [f"word {number} " for number in range(8)]
    upstream.script = held = Held(*([record] for record in chat(words)[:-1]), [])
    with server(upstream, tmp_path) as portal:
        page.goto(portal.url)
        run(panel(page))
        for number in range(8):
            expect(text(panel(page))).to_contain_text(f"word {number}")
            if number < 7:
                held.go()
        while kept_words(tmp_path) < 8:
            time.sleep(0.02)
        portal.process.send_signal(signal.SIGKILL)
        portal.process.wait()
    forget_frames(tmp_path, lost)
    with server(upstream, tmp_path, portal.origin.removeprefix("http://")):
        expect(state(panel(page))).to_have_text("Interrupted", timeout=60_000)
        expect(text(panel(page))).to_have_text("".join(words[: 8 - lost]).strip())
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the lost server on its console


@pytest.mark.parametrize("tool", ["Compare", "Repeat"])
def test_of_several_runs_the_one_a_crash_cut_short_is_shown_beside_those_that_follow(
    page: Page, upstream: FarEnd, tmp_path: Path, tool: str
) -> None:
    upstream.script = held = Held(*([record] for record in chat(f"word {number} " for number in range(4))[:-1]), [])
    with server(upstream, tmp_path) as portal:
        page.goto(portal.url)
        shown = open_tool(page, portal, tool)
        if tool == "Repeat":
            shown.get_by_label("times").fill("2")
        shown.get_by_role("button", name="Run all" if tool == "Compare" else "Start").click()
        for number in range(4):
            while kept_words(tmp_path) <= number:
                time.sleep(0.02)
            if number < 3:
                held.go()
        if tool == "Compare":
            expect(shown.locator(".lane .text").first).to_contain_text("word 3")
        portal.process.send_signal(signal.SIGKILL)
        portal.process.wait()
    forget_frames(tmp_path, 1)
    upstream.script = stream(chat(["whole"]))
    with server(upstream, tmp_path, portal.origin.removeprefix("http://")):
        ended = "All have ended, 1 of 2 without a whole answer." if tool == "Compare" else "2 runs, 1 of them failed."
        expect(shown.get_by_role("status").first).to_contain_text(ended, timeout=60_000)
    if tool == "Compare":
        expect(shown.locator(".lane .state")).to_have_text(["Interrupted", "Done"])
        expect(shown.locator(".lane .error")).to_have_count(1)
        expect(shown.locator(".lane .text")).to_have_text(["word 0 word 1 word 2", "whole"])
    page.faults.clear()  # type: ignore[attr-defined]  # the browser reports the lost server on its console


def test_a_reader_finds_a_run_again_and_deletes_it(page: Page, upstream: FarEnd, tmp_path: Path) -> None:
    upstream.script = stream(chat(WORDS))
    with server(upstream, tmp_path) as portal:
        page.goto(portal.url)
        run(panel(page))
        expect(state(panel(page))).to_have_text("Done")
        page.goto(f"{portal.url}runs/")
        page.get_by_role("row").nth(1).get_by_role("link", name="POST /api/chat").click()
        expect(page.locator("pre.text")).to_have_text("".join(WORDS))
        page.get_by_role("link", name="the example").click()
        expect(panel(page)).to_be_in_viewport()
        page.go_back()
        page.locator("summary", has_text="Delete").click()
        page.get_by_role("button", name="Delete this run").click()
        expect(page.get_by_role("heading", name="Runs")).to_be_visible()
        expect(page.get_by_text("There are none yet")).to_be_visible()
