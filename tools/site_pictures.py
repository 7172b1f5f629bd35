"""Takes the pictures of the site's own pages that the portal's pages show, with this set and answers played by a stand-in.

    python -m tools.site_pictures [dashboard search library dark book journal people]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import CHROMIUM, FLAGS
from tests.e2e import played
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import PortalServer
from tests.team.people import PASSWORD, setup_link
from tools.pictures import IMAGES, ROOT

MODEL = "qwen3:1.7b"
SENTENCE = "Air scatters short waves of light more than long ones, so blue comes from every side."
# What `manage.py verify` last found on this set, from the portal's own data folder.
PROVEN = ROOT / "var" / "proven.json"


def main(wanted: list[str]) -> None:
    """Take the pictures that are named, or all."""
    one = {**played.MODELS["models"][0], "name": MODEL, "model": MODEL}
    data = Path(tempfile.mkdtemp(prefix="pictures-"))
    if PROVEN.is_file():
        shutil.copy(PROVEN, data)
    with FarEnd() as far, sync_playwright() as playwright:
        far.routes |= {"/api/tags": whole({"models": [one]}), "/api/ps": whole({"models": []})}
        far.script = stream(chat([f"{word} " for word in SENTENCE.split()], model=MODEL), 0.03)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with PortalServer(data=data, OLLAMA_HOST=far.origin, PORTAL_UPSTREAMS="gpu=http://127.0.0.1:9") as portal:
            for name, show in SOLO.items():
                if name in wanted or not wanted:
                    page = _tab(browser)
                    show(page, portal)
                    _take(page, name)
        if "people" in wanted or not wanted:
            with PortalServer(OLLAMA_HOST=far.origin, PORTAL_ACCESS="team") as team:
                _people(browser, team)
        browser.close()
    shutil.rmtree(data)


def _tab(browser: Browser, height: int = 820) -> Page:
    return browser.new_context(viewport={"width": 1280, "height": height}, reduced_motion="reduce").new_page()


def _take(page: Page, name: str) -> None:
    page.mouse.move(2, 400)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.context.close()


def _run(page: Page, address: str, which: int = 0) -> None:
    page.goto(address)
    panel = page.locator("run-panel").nth(which)
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel).to_have_attribute("data-state", "done")


def _dashboard(page: Page, portal: PortalServer) -> None:
    # Each panel asks for a stream, since that is what the far end plays.
    for path, which in (("docs/ollama/api/chat/", 0), ("docs/ollama/features/streaming/", 0), ("docs/ollama/sdk/python/", 1)):
        _run(page, f"{portal.url}{path}", which)
        page.evaluate("scrollTo(0, document.body.scrollHeight / 3)")
        page.wait_for_timeout(600)
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(f"{portal.url}?over=hour")
    expect(page.locator(".station").nth(1)).to_contain_text("down for")


def _search(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 1280, "height": 620})
    page.goto(f"{portal.url}docs/ollama/api/chat/", wait_until="networkidle")
    while page.request.get(f"{portal.url}search/?q=num_ctx&format=json").json().get("indexing"):
        page.wait_for_timeout(500)
    page.keyboard.press("/")
    page.locator("dialog[open] input").fill("num_ctx")
    expect(page.get_by_role("dialog", name="Search").get_by_role("option").nth(3)).to_be_visible()


def _library(page: Page, portal: PortalServer) -> None:
    kept = {
        "Why is the sky blue, in one sentence": ("docs/ollama/api/chat/", "what newcomers try first"),
        "A story, streamed": ("docs/ollama/features/streaming/", "to see words come one by one"),
        "Keep a model in memory": ("docs/ollama/operate/keep_alive/", ""),
    }
    for name, (path, note) in kept.items():
        page.goto(portal.url + path, wait_until="networkidle")
        panel = page.locator("run-panel").first
        panel.get_by_role("button", name="More", exact=True).click()
        panel.get_by_role("button", name="Save in the library").click()
        tool = panel.get_by_role("region", name="Save")
        tool.get_by_label("Name").fill(name)
        tool.get_by_label("Note").fill(note)
        tool.get_by_role("button", name="Save", exact=True).click()
        expect(tool.get_by_role("status")).to_contain_text("Saved")
    page.set_viewport_size({"width": 1280, "height": 560})
    page.goto(f"{portal.url}library/", wait_until="networkidle")


def _dark(page: Page, portal: PortalServer) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 640})
    _run(page, f"{portal.url}docs/ollama/features/streaming/", 2)
    page.evaluate("document.querySelectorAll('run-panel')[2].scrollIntoView({block: 'center'})")


def _book(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 1280, "height": 640})
    page.goto(f"{portal.url}book/")
    page.get_by_role("main").get_by_role("link", name="Belief, desire, intention").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Belief, desire, intention")
    page.wait_for_load_state("networkidle")


def _journal(page: Page, portal: PortalServer) -> None:
    page.set_viewport_size({"width": 1280, "height": 560})
    page.goto(f"{portal.url}journal/", wait_until="networkidle")


def _join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Handle").fill(name.lower())
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def _people(browser: Browser, team: PortalServer) -> None:
    ada = _tab(browser, 900)
    _join(ada, team.origin + setup_link(team), "Ada")
    for name in ("Ben", "Cleo"):
        ada.goto(f"{team.url}people/")
        ada.get_by_label("For whom").fill(name)
        ada.get_by_role("button", name="Make a link").click()
        someone = _tab(browser)
        _join(someone, ada.get_by_label("Invitation link").input_value(), name)
        someone.context.close()
    ada.goto(f"{team.url}people/", wait_until="networkidle")
    _take(ada, "people")


SOLO: dict[str, Callable[[Page, PortalServer], None]] = {
    "dashboard": _dashboard, "search": _search, "library": _library, "dark": _dark, "book": _book, "journal": _journal,
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1:])
