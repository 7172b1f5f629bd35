"""Takes the pictures of the panel that the portal's own pages show, with answers played by a stand-in for Ollama.

    python -m tools.pictures [compare repeat history chat tools]
"""

from __future__ import annotations

import asyncio
import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser import CHROMIUM, FLAGS
from tests.e2e import played
from tests.farend import Asked, FarEnd, Line, Script, chat, stream, whole
from tests.portal_server import PortalServer

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs_content" / "portal" / "images"
SKY = {
    "far:1b": "The sky looks blue because air scatters short waves of light more than long ones, so blue reaches the eye from "
    "everywhere.",
    "qwen3:1.7b": "The sky appears blue because molecules of the air scatter the short waves of light far more than the long "
    "ones. So blue comes to us from every side.",
}
MORE = (
    "Because **air** scatters *short* waves more:\n\n",
    "| colour | length |\n|---|---:|\n| blue | 450 nm |\n| red | 700 nm |\n\n",
    "```python\nscattered = 1 / length ** 4\n```\n",
)


def main(wanted: list[str]) -> None:
    """Take the pictures that are named, or all."""
    models = [{**played.MODELS["models"][0], "name": name, "model": name} for name in SKY]
    with FarEnd() as far, PortalServer(OLLAMA_HOST=far.origin, PORTAL_DOCS_ROOT=str(ROOT / "tests" / "e2e" / "views")) as portal:
        far.routes |= {"/api/tags": whole({"models": models}), "/api/ps": whole(played.LOADED)}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name in wanted or PICTURES:
                page = browser.new_page(viewport={"width": 1280, "height": 1400})
                page.goto(portal.url)
                panel = PICTURES[name](page, far)
                page.wait_for_timeout(400)
                panel.screenshot(path=IMAGES / f"{name}.png")
                page.close()
            browser.close()


def _says(texts: dict[str, str]) -> Script:
    pauses = itertools.cycle((0.012, 0.02, 0.009, 0.016, 0.011))

    async def play(line: Line, asked: Asked) -> None:
        pause = next(pauses)
        await asyncio.sleep(pause * 10)
        words = [f"{word} " for word in texts[asked.json["model"]].split()]
        await stream(chat(words, model=asked.json["model"], eval_duration=int(len(words) * pause * 4e9)), pause)(line, asked)

    return play


def _open(page: Page, tool: str) -> tuple[Locator, Locator]:
    panel = page.locator("run-panel").first
    panel.get_by_role("button", name="More").click()
    panel.get_by_role("button", name=re.compile(f"^{tool}")).click()
    return panel, panel.get_by_role("region", name=tool)


def _run(page: Page, panel: Locator) -> None:
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("run-panel[data-state=done]")).to_have_count(1)


def _compare(page: Page, far: FarEnd) -> Locator:
    far.script = _says(SKY)
    panel, tool = _open(page, "Compare")
    tool.get_by_role("button", name="Run all").click()
    expect(tool.get_by_role("status").first).to_have_text("All have ended.")
    expect(tool.locator(".difference")).to_be_visible()
    return panel


def _repeat(page: Page, far: FarEnd) -> Locator:
    far.script = _says(SKY)
    panel, tool = _open(page, "Repeat")
    tool.get_by_role("button", name="Start").click()
    expect(tool.get_by_role("status")).to_contain_text("10 runs;")
    return panel


def _history(page: Page, far: FarEnd) -> Locator:
    panel = page.locator("run-panel").first
    for text in (*SKY.values(), SKY["far:1b"]):
        far.script = _says({"far:1b": text})
        _run(page, panel)
    panel, tool = _open(page, "Earlier runs")
    expect(tool.get_by_role("listitem").nth(2)).to_be_visible()
    page.evaluate("[...document.querySelectorAll('.earlier li')].slice(3).forEach((row) => row.remove())")
    tool.get_by_role("listitem").nth(1).get_by_role("button", name="Compare").click()
    expect(tool.locator(".diff")).to_be_visible()
    return panel


def _chat(page: Page, far: FarEnd) -> Locator:
    panel = page.locator("run-panel").first
    far.script = stream(chat(["Air ", "scatters."]))
    _run(page, panel)
    far.script = stream(chat(MORE), 0.1)
    panel.get_by_label("Reply to the model").fill("Tell me more.")
    panel.get_by_role("button", name="Send").click()
    expect(panel.locator(".text table")).to_be_visible()
    expect(panel.get_by_role("status").first).to_have_text("Done")
    page.evaluate("document.querySelector('run-text').scrollTop = 0")
    return panel


def _tools(page: Page, far: FarEnd) -> Locator:
    panel = page.locator("run-panel").nth(1)
    far.script = stream(played.native_tools("get_weather", {"city": "Paris"}))
    _run(page, panel)
    panel.get_by_role("tab", name="Tools").click()
    panel.get_by_label("Ready results for get_weather").select_option(index=1)
    return panel


PICTURES: dict[str, Callable[[Page, FarEnd], Locator]] = {
    "compare": _compare, "repeat": _repeat, "history": _history, "chat": _chat, "tools": _tools,
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1:])
