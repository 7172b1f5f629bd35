"""The first page over HTTP: what was run is there after a restart, hostile words stay words, and it asks nobody anything."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from portal.dashboard.proven import read_verification
from tests.farend import FarEnd, chat, silence, stream, whole
from tests.portal_server import PortalServer, run_manage
from tests.runs.recording import server
from tests.runs.test_pages import HOSTILE, reading, run


@pytest.mark.parametrize("keeps", ["30", "0"], ids=["recorded", "in memory"])
def test_what_was_run_stands_there_and_is_there_after_a_restart(far_end: FarEnd, tmp_path: Path, keeps: str) -> None:
    with server(far_end, tmp_path, PORTAL_KEEP_RUNS=keeps) as portal, reading(portal) as client:
        far_end.script = stream(chat(["a", "b", "c"]))
        first = run(client)
        far_end.script = stream(chat(["a"]))
        second = run(client, model=HOSTILE)
        page = client.get("/")
        assert page.headers["cache-control"] == "private, no-cache"
        assert page.text.index(f"/runs/{second}/") < page.text.index(f"/runs/{first}/")
        assert "Tokens answered: 4 in 2 runs" in page.text
        assert "· 3 tokens ·" in page.text
        assert "· 1 token ·" in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "<script>alert" not in page.text
    with server(far_end, tmp_path, PORTAL_KEEP_RUNS=keeps) as portal, reading(portal) as client:
        page = client.get("/live/")
        assert (f"/runs/{first}/" in page.text) is (keeps == "30")
        assert ("Tokens answered: 4 in 2 runs" in page.text) is (keeps == "30")


def test_who_has_the_page_from_before_a_run_gets_it_anew(far_end: FarEnd, tmp_path: Path) -> None:
    with server(far_end, tmp_path) as portal, reading(portal) as client:
        far_end.script = stream(chat(["a"]))
        for _ in range(3):
            tag = client.get("/").headers["etag"]
            name = run(client)
            again = client.get("/", headers={"If-None-Match": tag})
            assert again.status_code == 200
            assert f"/runs/{name}/" in again.text


def test_a_run_that_waits_is_told_with_its_place_in_the_queue(far_end: FarEnd, tmp_path: Path) -> None:
    far_end.script = silence  # type: ignore[assignment]
    with server(far_end, tmp_path, PORTAL_RUNS_AT_ONCE="1") as portal, reading(portal) as client:
        asked = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
        names = [client.post("/runs/", json={"ref": f"{at:08}-0000-4000-8000-000000000000", "request": asked}).json()["run"] for at in range(3)]
        client.get(f"/runs/{names[2]}/log", params={"after": 0, "wait": 10})
        page = client.get("/live/").text
        assert page.count('data-outcome="queued">queued</span>') == 2
        assert [f">{place} in line · " in page for place in (1, 2, 3)] == [True, True, False]
        for name in reversed(names):
            client.post(f"/runs/{name}/cancel")


def test_looking_at_it_asks_no_upstream_anything_and_waits_for_none(far_end: FarEnd) -> None:
    """The far end never answers a look, and each look is one request of the watch: the pages come without it."""
    far_end.routes["/api/version"] = silence  # type: ignore[assignment]
    with PortalServer(OLLAMA_HOST=far_end.origin) as portal, httpx.Client(base_url=portal.url, trust_env=False) as client:
        pages = [client.get(path) for path in ("", "live/", "upstreams/") for _ in range(5)]
        assert [page.status_code for page in pages] == [200] * 15
        assert [page.text.count('<div class="board">') for page in pages[:10]] == [1] * 10
        assert "<!--portal:board-->" not in pages[1].text
        assert far_end.requests_for("/api/tags") == far_end.requests_for("/api/ps") == []
        assert len(far_end.requests_for("/api/version")) < 15


def test_a_set_without_a_first_page_has_the_dashboard_all_the_same(far_end: FarEnd, tmp_path: Path) -> None:
    with PortalServer(OLLAMA_HOST=far_end.origin, PORTAL_DOCS_ROOT=str(tmp_path)) as portal:
        page = httpx.get(portal.url, trust_env=False)
        assert page.status_code == 200
        assert "Upstreams" in page.text
        assert f"There are no documents in <code>{tmp_path.name}</code>" in page.text
        for place in ("", "docs/", "book/", "journal/", "reference/"):
            told = httpx.get(portal.url + place, trust_env=False).text
            assert str(tmp_path.parent) not in told, "where the folder lies on the server is nobody's to know"


def test_verify_keeps_its_outcome_for_the_first_page(far_end: FarEnd, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Words\n\n```bash\ncurl http://localhost:11434/api/tags\n```\n\n```bash\ncurl http://localhost:11434/api/version\n```\n")
    far_end.routes["/api/version"] = whole({"error": "no"}, "500 Internal Server Error")
    settings = {"OLLAMA_HOST": far_end.origin, "PORTAL_DOCS_ROOT": str(docs), "PORTAL_DATA": str(tmp_path / "data")}
    assert run_manage("verify", str(docs.parent), **settings).returncode == 1
    assert read_verification(tmp_path / "data") is None, "another folder is not the site's own set"
    assert run_manage("verify", **settings).returncode == 1
    kept = read_verification(tmp_path / "data")
    assert kept is not None
    assert (kept.upstream, kept.count("proven"), [proof.file for proof in kept.failed]) == ("local", 1, ["index.md"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": "x"}', json.dumps({"at": "2026-01-01T00:00:00+00:00", "upstream": "l", "proofs": [{"a": 1}]})])
def test_an_outcome_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert read_verification(tmp_path) is None
    (tmp_path / "proven.json").write_text(text)
    assert read_verification(tmp_path) is None
