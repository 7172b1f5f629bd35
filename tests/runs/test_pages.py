"""The reader's runs as pages: a list to filter, and each run with its answer; nothing of it for anybody else."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.farend import FarEnd, chat, silence, stream, whole
from tests.portal_server import PortalServer
from tests.runs.recording import crash, server

HOSTILE = '<script>alert(1)</script>"\'&'


@contextmanager
def reading(portal: PortalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, timeout=60) as client:
        client.headers["X-CSRFToken"] = client.get("/runs/token").json()["token"]
        yield client


def run(client: httpx.Client, model: str = "far:1b", page: str = "api/chat", example: str = "run-1") -> str:
    body = {"model": model, "messages": [{"role": "user", "content": HOSTILE}]}
    message = {"ref": str(uuid.uuid4()), "request": {"upstream": "local", "method": "POST", "path": "/api/chat", "body": body},
               "source": {"page": page, "example": example}}  # fmt: skip
    started = client.post("/runs/", json=message).json()["run"]
    ended = False
    after = 0
    while not ended:
        log = client.get(f"/runs/{started}/log", params={"after": after, "wait": 10}).json()
        after, ended = log["head"], log["ended"]
    return str(started)


def listed(client: httpx.Client, **wanted: str) -> list[str]:
    page = client.get("/runs/", params=wanted)
    assert page.status_code == 200
    return re.findall(r'<a href="/runs/([\w-]+)/">', page.text)


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("keeps", ["30", "0"], ids=["recorded", "in memory"])
def test_the_list_is_newest_first_and_narrows_by_model_outcome_and_page(far_end: FarEnd, data: Path, keeps: str) -> None:
    with server(far_end, data, PORTAL_KEEP_RUNS=keeps) as portal, reading(portal) as client:
        assert "There are none yet" in client.get("/runs/").text
        far_end.script = stream(chat(["a"]))
        first, second = run(client), run(client, model="other:2b", page="api/generate")
        far_end.script = whole({"error": "no"}, "400 Bad Request")
        third = run(client, page="")
        assert listed(client) == [third, second, first]
        assert listed(client, model="other:2b") == [second]
        assert listed(client, outcome="failed") == [third]
        assert listed(client, page="api/chat") == [first]
        assert listed(client, model="far:1b", outcome="done") == [first]
        assert listed(client, model="no such") == listed(client, part="2") == []
        assert listed(client, outcome="nonsense", part="-1") == [third, second, first]
        page = client.get("/runs/")
        assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
        assert '<a href="/docs/api/chat/#run-1">' in page.text
        assert (data / "portal.sqlite3").stat().st_size > 0


def test_a_run_shows_its_request_its_answer_and_the_way_back(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["Hello ", HOSTILE]))
    with server(far_end, data) as portal, reading(portal) as client:
        name = run(client, example='x"><b>')
        assert listed(client) == [name]  # which waits until it is recorded
        before = without_tokens(client.get(f"/runs/{name}/").text)
        crash(portal)
    with server(far_end, data) as portal, reading(portal) as client:
        page = client.get(f"/runs/{name}/")
        assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
        assert without_tokens(page.text) == before, "in memory and from the record it reads the same"
        assert "Hello &lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "<script>alert" not in page.text
        assert f'href="/docs/api/chat/?run={name}#x%22%3E%3Cb%3E"' in page.text
        assert "6 tokens/s" not in page.text
        assert "4 tokens/s" in page.text
        assert "far:1b" in page.text


def test_a_record_that_is_not_json_is_named_under_the_answer_it_is_missing_from(far_end: FarEnd, data: Path) -> None:
    records = chat(["Hello ", "there"])
    far_end.script = stream([records[0], b"<title>Sign in</title>\n", *records[1:]])
    with server(far_end, data) as portal, reading(portal) as client:
        page = client.get(f"/runs/{run(client)}/").text
    assert ">Hello there</pre>" in page
    assert "Record 2 of the answer is not JSON: it begins “&lt;title&gt;Sign in&lt;/title&gt;”. The log has it as it came." in page


def test_what_came_first_is_a_token_only_where_a_model_answered(far_end: FarEnd, data: Path) -> None:
    with server(far_end, data) as portal, reading(portal) as client:
        far_end.script = stream(chat(["Hello"]))
        assert "<dt>First token</dt>" in client.get(f"/runs/{run(client)}/").text
        far_end.script = whole({"error": "no"}, "400 Bad Request")
        assert "<dt>First byte</dt>" in client.get(f"/runs/{run(client)}/").text


def test_a_deleted_run_is_gone_from_everywhere(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["secret words"]))
    with server(far_end, data) as portal, reading(portal) as client:
        name, other = run(client), run(client)
        client.get("/runs/")
        assert httpx.post(f"{portal.url}runs/{name}/delete", trust_env=False).status_code == 403
        assert client.post(f"/runs/{name}/delete").status_code == 204
        answer = client.post(f"/runs/{other}/delete", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs/")
        assert listed(client) == []
        for address in ("", "log", "events"):
            assert client.get(f"/runs/{name}/{address}").status_code == 404
        assert client.post(f"/runs/{name}/delete").status_code == 404
    with server(far_end, data) as portal, reading(portal) as client:
        assert client.get(f"/runs/{name}/log").status_code == 404
        assert listed(client) == []


@pytest.mark.parametrize("keeps", ["30", "0"], ids=["recorded", "in memory"])
def test_several_runs_are_deleted_at_once_and_the_list_stays_as_it_was_chosen(far_end: FarEnd, data: Path, keeps: str) -> None:
    far_end.script = stream(chat(["a"]))
    with server(far_end, data, PORTAL_KEEP_RUNS=keeps) as portal, reading(portal) as client:
        names = [run(client) for _ in range(4)]
        other = run(client, model="other:2b")
        assert client.get("/runs/").text.count('type="checkbox"') == 5
        assert httpx.post(f"{portal.url}runs/delete", data={"run": names}, trust_env=False).status_code == 403
        assert client.post("/runs/delete", data={"run": [*names[:2], names[0], "nope"]}).status_code == 204
        assert listed(client) == [other, names[3], names[2]]
        shown = {"listed": [names[3], names[2]], "all": "yes", "run": [other]}
        answer = client.post("/runs/delete?model=far:1b&page=&to=//elsewhere", data=shown, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs/?model=far%3A1b")
        assert listed(client) == [other]
        assert client.post("/runs/delete", data={"run": ["x"] * 201}).json()["error"]["code"] == "bad_message"
        assert client.post("/runs/delete").status_code == 204
        assert listed(client) == [other]


def test_deleting_a_run_under_way_stops_it_first(far_end: FarEnd, data: Path) -> None:
    far_end.script = silence  # type: ignore[assignment]
    with server(far_end, data) as portal, reading(portal) as client:
        asked = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
        name = client.post("/runs/", json={"ref": str(uuid.uuid4()), "request": asked}).json()["run"]
        client.get(f"/runs/{name}/log", params={"after": 1, "wait": 5})
        assert "It is waiting" in client.get(f"/runs/{name}/").text
        assert listed(client, outcome="running") == [name]
        assert client.post(f"/runs/{name}/delete").status_code == 204
        assert far_end.requests_for("/api/chat")[0].hung_up.wait(60)
        assert client.get(f"/runs/{name}/").status_code == 404
        assert listed(client) == []


@pytest.mark.parametrize("name", ["nope", "x" * 3000, "%00", "%C3%A9", "token%0A"])
def test_a_run_that_is_not_there_is_a_page_that_says_so(portal: PortalServer, name: str) -> None:
    answer = httpx.get(f"{portal.url}runs/{name}/", trust_env=False)
    assert answer.status_code == 404
    assert "There is no such run" in answer.text
    assert "Traceback" not in portal.log


def test_words_no_database_can_hold_are_kept_out_of_it(far_end: FarEnd, data: Path) -> None:
    far_end.script = stream(chat(["a"]))
    with server(far_end, data) as portal, reading(portal) as client:
        for page in ("\x00", "a\x00b\x1b"):
            name = run(client, model=f"far{page}", page=page)
            assert client.get(f"/runs/{name}/").status_code == 200
        message = {"ref": str(uuid.uuid4()), "request": {"upstream": "local", "method": "GET", "path": "/api/tags"}}
        text = json.dumps(message)[:-1] + ', "source": {"page": "\\ud800", "example": "\\udfff"}}'
        name = client.post("/runs/", content=text, headers={"Content-Type": "application/json"}).json()["run"]
        client.get(f"/runs/{name}/log", params={"after": 3, "wait": 5})
        assert client.get(f"/runs/{name}/").status_code == 200
        assert len(listed(client)) == 3
        assert listed(client, model="\x00", page="\x00") == []
        assert "Traceback" not in portal.log
        assert "cannot be recorded" not in portal.log
