"""Requests are saved under a name, found again, changed and deleted; one with a secret in it is not saved unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from portal.library.entries import LARGEST_BODY
from tests.farend import FarEnd
from tests.portal_server import PortalServer
from tests.runs.test_pages import reading

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
HOSTILE = '<script>alert(1)</script>"\'&'


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    with FarEnd() as far_end, PortalServer(OLLAMA_HOST=far_end.origin) as portal:
        yield portal
        assert "Traceback" not in portal.log
        assert TOKEN not in portal.log


def save(client: httpx.Client, name: str = "A chat", **more: Any) -> httpx.Response:
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    text = json.dumps({"name": name, "request": request} | more)  # which writes half a character as its escape
    return client.post("/library/", content=text, headers={"Content-Type": "application/json"})


def listed(client: httpx.Client, **wanted: str) -> list[str]:
    found = client.get("/library/", params=wanted | {"format": "json"}).json()["saved"]
    return [one["name"] for one in found]


def test_a_request_is_saved_listed_read_changed_and_deleted(portal: PortalServer) -> None:
    with reading(portal) as client:
        answer = save(client, f"First {HOSTILE}", note="See https://ollama.com/library.\n" + HOSTILE,
                      source={"page": "ollama/api/chat", "example": "run-2"})  # fmt: skip
        assert answer.status_code == 201
        address = answer.json()["address"]
        assert save(client, "Second").status_code == 201
        assert listed(client) == ["Second", f"First {HOSTILE}"]
        assert listed(client, of="ollama/api/chat") == [f"First {HOSTILE}"]
        assert [listed(client, q=words) for words in ("first chat", "no such words")] == [[f"First {HOSTILE}"], []]
        assert listed(client, endpoint="POST /api/generate") == []

        page = client.get(address, headers={"Accept": "text/html"})
        assert "<script>alert" not in page.text
        assert '<a href="https://ollama.com/library" rel="nofollow ugc noopener noreferrer">' in page.text
        assert f'href="/docs/ollama/api/chat/?saved={answer.json()["saved"]}#run-2"' in page.text
        told = client.get(f"{address}?format=json").json()
        assert (told["path"], told["streams"], told["body"]) == ("/api/chat", "yes", '{\n  "model": "far:1b",\n  "messages": []\n}')

        changed = client.post(f"{address}edit", data={"name": "Other", "body": '{"model": "far:2b", "messages": []}'})
        assert changed.status_code == 204
        told = client.get(f"{address}?format=json").json()
        assert (told["name"], told["model"], told["note"][:3]) == ("Other", "far:2b", "See")
        assert listed(client)[0] == "Other", "what was changed last comes first"
        assert client.post(f"{address}delete").status_code == 204
        gone = client.get(f"{address}?format=json")
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_such_entry")
        assert client.post(f"{address}delete").json() == gone.json()


def test_a_secret_is_not_saved_until_a_person_says_that_it_is_none(portal: PortalServer) -> None:
    with reading(portal) as client:
        said = {"upstream": "local", "method": "POST", "path": "/api/generate", "body": {"model": "m", "prompt": f"use {TOKEN}"}}
        refused = save(client, request=said)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"], error["may_insist"]) == (422, "secret_found", True)
        assert "a GitHub token in the request (prompt), so nothing was saved" in error["message"]
        assert TOKEN not in refused.text
        assert save(client, note=TOKEN).json()["error"]["message"].startswith("There seems to be a GitHub token in the note")
        assert save(client, request=said, no_secret=True).status_code == 201


@pytest.mark.parametrize(("wrong", "code"), [
    ({"name": ""}, "bad_message"), ({"name": "x" * 81}, "bad_message"), ({"name": 3}, "bad_message"), ({"name": "a\u202eb"}, "bad_message"),
    ({"note": "x" * 2001}, "bad_message"), ({"note": "\x00"}, "bad_message"), ({"author": "ada"}, "bad_message"), ({"note": "\ud800"}, "bad_message"),
    ({"request": {}}, "unknown_upstream"), ({"request": None}, "bad_request"), ({"source": {"page": "x" * 400}}, "bad_source"),
    ({"request": {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m", "messages": ["x" * LARGEST_BODY]}}}, ""),
])  # fmt: skip
def test_what_cannot_be_saved_is_said_and_nothing_is_kept(portal: PortalServer, wrong: dict[str, Any], code: str) -> None:
    with reading(portal) as client:
        before = listed(client)
        answer = save(client, **wrong)
        assert answer.status_code == 400
        assert code in ("", answer.json()["error"]["code"])
        assert listed(client) == before
        assert httpx.post(f"{portal.url}library/", json={"name": "a"}, trust_env=False).status_code == 403
