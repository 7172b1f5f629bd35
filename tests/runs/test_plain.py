"""Running with scripts off: a form, a POST, a page that looks again by itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from tests.farend import FarEnd, Held, chat, stream
from tests.portal_server import PortalServer

BODY = '{"model": "far:1b", "messages": [], "options": {"seed": 12345678901234567890}}'
EXAMPLE = {"what": "POST /api/chat", "upstream": "local", "page": "guide", "example": "x1", "body": BODY}


@pytest.fixture
def browser(portal: PortalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, timeout=60) as client:
        yield client


def fields_of(page: str) -> dict[str, str]:
    """What the form on a page would send."""
    inputs = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    body = re.search(r"<textarea[^>]*>([^<]*)</textarea>", page)
    assert body
    return {name: unescape(value) for name, value in inputs.items()} | {"upstream": "local", "body": unescape(body[1])}


def test_an_example_is_run_by_two_forms_and_its_page_looks_again(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["Hel"])[:1], chat(["lo"]))
    before = len(upstream.requests_for("/api/chat"))
    form = browser.post("/runs/new/", data=EXAMPLE)
    assert len(upstream.requests_for("/api/chat")) == before
    sent = browser.post("/runs/", data=fields_of(form.text))
    assert sent.status_code == 303
    while "Hel" not in (page := browser.get(sent.headers["location"]).text):
        pass
    assert 'http-equiv="refresh"' in page
    held.go()
    while 'http-equiv="refresh"' in (page := browser.get(sent.headers["location"]).text):
        pass
    assert "Hello" in page
    assert b"12345678901234567890" in upstream.requests_for("/api/chat")[-1].body


def test_a_form_that_is_sent_twice_runs_once(browser: httpx.Client, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    fields = fields_of(browser.post("/runs/new/", data=EXAMPLE).text)
    before = len(upstream.requests_for("/api/chat"))
    pages = {browser.post("/runs/", data=fields).headers["location"] for _ in range(2)}
    while 'http-equiv="refresh"' in browser.get(pages.copy().pop()).text:
        pass
    assert len(pages) == 1
    assert len(upstream.requests_for("/api/chat")) == before + 1


def test_a_model_that_is_not_here_is_stood_in_for_and_the_form_says_so(browser: httpx.Client) -> None:
    form = browser.post("/runs/new/", data=EXAMPLE | {"body": '{"model": "qwen3:1.7b", "messages": []}'})
    assert "qwen3:1.7b is not on this server; far:1b stands in for it." in form.text
    assert '"model": "far:1b"' in fields_of(form.text)["body"]


@pytest.mark.parametrize(("wrong", "says"), [
    ({"body": "{"}, "This is not JSON"),
    ({"body": ""}, "takes a JSON object as its body"),
    ({"what": "POST /api/../etc"}, "is not an endpoint"),
    ({"upstream": "elsewhere"}, "has no such upstream"),
    ({"ref": "x"}, "must be a UUID"),
    ({"page": "x" * 400}, "at most 300 characters"),
    ({"body": '{"model": "<script>alert(1)</script>"'}, "This is not JSON"),
])  # fmt: skip
def test_what_is_wrong_is_said_above_the_form_and_nothing_is_sent(
    browser: httpx.Client, upstream: FarEnd, wrong: dict[str, str], says: str
) -> None:
    fields = fields_of(browser.get("/runs/new/").text) | EXAMPLE | wrong
    before = len(upstream.asked)
    answer = browser.post("/runs/", data={"ref": str(uuid.uuid4())} | fields)
    assert answer.status_code == 400
    assert says in unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert [asked for asked in upstream.asked[before:] if asked.path == "/api/chat"] == []


def test_a_form_of_another_site_starts_nothing(portal: PortalServer, upstream: FarEnd) -> None:
    before = len(upstream.requests_for("/api/chat"))
    answer = httpx.post(f"{portal.url}runs/", data=EXAMPLE | {"ref": str(uuid.uuid4())}, trust_env=False)
    assert answer.status_code == 403
    assert len(upstream.requests_for("/api/chat")) == before
