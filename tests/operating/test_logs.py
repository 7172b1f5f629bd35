"""Logs, as text and as JSON: what happened to which request and run, and nothing of what was asked, answered or shown as a proof."""

from __future__ import annotations

import json
import logging
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.operating.logs import JsonLines, Lines
from portal.operating.observing import Answered, _shown, route_of
from tests.farend import Asked, FarEnd, Line, chat, stream, whole
from tests.portal_server import PortalServer
from tests.runs.recording import to_the_end
from tests.team.people import PASSWORD, Browser, invite, newcomer, say, set_up, setup_link, start

MARK = "marked"
KEY = "marked-key-of-the-cloud"


async def broken(line: Line, asked: Asked) -> None:
    await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
    await line.chunk(b'{"message":{"content":"marked answer"}}\n{marked, and no JSON\n')


FAILURES = (
    stream(chat(["marked answer"])),
    whole({"error": "marked: no such template for marked prompt"}, "500 Internal Server Error"),
    whole({"error": "marked"}, "401 Unauthorized"),
    stream([b'{"error":"marked in mid-stream"}\n']),
    stream([b"\xff\xfemarked"]),
    broken,
    whole(b"<html>marked", content_type="text/html"),
)


def everything_that_can_be_said(portal: PortalServer, far_end: FarEnd) -> tuple[Browser, list[str]]:
    """Sign in, run into every failure with marked words everywhere a reader or an upstream can put some; the secrets there were."""
    link = setup_link(portal)
    ada = set_up(portal)
    invitation = invite(ada, "guest")
    member = newcomer(ada, "member")
    for script in FAILURES:
        far_end.script = script
        with member.socket() as opened:
            start(opened, messages=[{"role": "user", "content": "marked prompt"}], model="far:1b")
            to_the_end(opened)
            for wrong in ("marked nonsense", '{"type":"marked"}', json.dumps({"type": "attach", "run": "marked"})):
                opened.send(wrong)
                opened.recv(timeout=20)
            say(opened, type="start", ref=str(uuid.uuid4()), request={"upstream": "local", "method": "POST", "path": "/api/marked", "body": {}})
            opened.recv(timeout=20)
    member.order(model="marked-model:1b")
    member.get("/search/", params={"q": "marked query", "format": "json"})
    member.get("/docs/marked-page/")
    member.get("/marked%0A{}/", params={"marked": "marked"})
    member.sign_in("marked-handle", "marked password")
    httpx.post(f"{portal.url}runs/", content=b"marked", headers={"X-CSRFToken": "marked"}, trust_env=False)
    httpx.get(portal.url, headers={"Host": "marked.example"}, trust_env=False)
    member.get(invitation)
    run = member.order().json()["run"]
    member.send_form(f"/runs/{run}/cancel")
    member.get("/healthz")
    return member, [link, invitation, *member.cookies.values(), PASSWORD, KEY]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_run_a_key_and_every_failure_leave_no_word_of_theirs(form: str, far_end: FarEnd, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    # A collector of traces that is away is no reason to say more, or to be held up.
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"} | {"PORTAL_ACCESS": "team", "PORTAL_LOG": form, "PORTAL_LOG_REQUESTS": "yes", "OLLAMA_API_KEY_FILE": str(tmp_path / "key"),
                   "PORTAL_UPSTREAMS": f"gone=127.0.0.1:9,gpu={far_end.origin}"}  # fmt: skip
    with PortalServer(OLLAMA_HOST=far_end.origin, **environment) as portal:
        started = portal.log
        member, secrets = everything_that_can_be_said(portal, far_end)
        answered = member.get("/docs/portal/team/")
        identity = answered.headers["x-request-id"]
    log = portal.log.removeprefix(started)
    assert MARK not in log, next(line for line in log.splitlines() if MARK in line)
    assert [secret for secret in secrets if secret.strip("/").rpartition("/")[2] in log] == []
    assert len(re.findall(r"ended: (?:done|failed|interrupted|cancelled)", log)) >= len(FAILURES)
    (asked,) = [line for line in log.splitlines() if identity in line and "/docs/portal/team/" in line]
    if form == "text":
        assert re.search(rf"INFO portal\.requests: GET /docs/portal/team/ answered 200 in [\d.]+ ms \(request {identity}\)$", asked)
        return
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines()]
    assert all({"time", "level", "logger", "message", "worker"} <= line.keys() for line in lines)
    runs = [line for line in lines if line["logger"] == "portal.ended"]
    assert {line["upstream"] for line in runs} == {"local"}
    assert {"done", "failed"} <= {line["outcome"] for line in runs}
    assert {line.get("code") for line in runs} >= {None, "upstream_error", "unauthorized"}
    (owner,) = {line["person"] for line in runs}
    assert owner.startswith("person:")
    assert owner in {line.get("person") for line in lines if line["logger"] == "portal.requests"}
    assert all(line["request"] and line["run"] and line["worker"] == 0 for line in runs)


def test_a_form_of_two_thousand_fields_is_refused_in_words_and_is_no_error_of_the_portals() -> None:
    with PortalServer(PORTAL_EMBEDDED="never") as portal:
        answered = httpx.post(f"{portal.url}runs/", data={f"field-{number}": "x" for number in range(2000)},
                              headers={"Origin": portal.origin, "Cookie": f"csrftoken={'a' * 32}"}, trust_env=False)  # fmt: skip
        elsewhere = httpx.get(f"{portal.url}docs/", headers={"Host": "marked.example"}, trust_env=False)
    assert (elsewhere.status_code, "PORTAL_HOSTS" in elsewhere.text, MARK in elsewhere.text) == (400, True, False)
    assert (answered.status_code, "nothing was done" in answered.text) == (400, True)
    assert "ERROR" not in portal.log
    assert "Traceback" not in portal.log


def raised() -> Any:
    try:
        try:
            raise KeyError("marked key")
        except KeyError as problem:
            raise ValueError("marked value") from problem
    except ValueError as problem:
        return (type(problem), problem, problem.__traceback__)


@pytest.mark.parametrize("formatter", [Lines(), JsonLines()])
def test_what_an_exception_said_is_left_out_and_where_it_was_raised_is_not(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("portal.x", logging.ERROR, "x.py", 1, "It broke for run %s.", ("r1",), raised())
    record.run, record.body = "r1", "marked body"
    text = formatter.format(record)
    assert "It broke for run r1." in text
    assert "marked" not in text.replace("marked value\") from problem", "").replace("KeyError(\"marked key\")", "").replace(r"\"marked value\"", "").replace(r"\"marked key\"", "")
    assert text.index("KeyError (what it said is left out") < text.index("ValueError (what it said is left out")
    assert "in raised" in text
    if isinstance(formatter, JsonLines):
        line = json.loads(text)
        assert (line["run"], line["error"], "body" in line) == ("r1", "ValueError", False)


@pytest.mark.parametrize(("path", "status", "shown"), [
    ("/docs/portal/team/", 200, "/docs/portal/team/"),
    ("/docs/what-somebody-typed/", 404, "/docs/<path:path>/"),
    ("/what-somebody-typed", 404, ""),
    ("/shared/secret-of-the-link/", 200, "/shared/<str:token>/"),
    ("/setup/secret/", 200, "/setup/<str:token>/"),
    ("/invitation/secret/", 200, "/invitation/<str:token>/"),
    ("/static/js/main.js", 200, "/static/js/main.js"),
    ("/ws/runs/", 101, "/ws/runs/"),
    ("/docs/a\u202eb/", 200, "/docs/a�b/"),
])  # fmt: skip
def test_an_address_is_shown_where_it_is_one_of_the_sites_and_no_secret(path: str, status: int, shown: str) -> None:
    assert _shown(path, Answered("GET", route=route_of(path), status=status)) == shown
