"""A run is shared by a link nobody can guess, for as long as its reader wants; it can be run again and compared."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from portal.runs.differing import compare
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer
from tests.runs.recording import server
from tests.runs.test_pages import listed, reading, run


def stranger(portal: PortalServer, address: str) -> httpx.Response:
    return httpx.get(portal.origin + address, trust_env=False)


def test_whoever_has_the_link_reads_the_run_until_it_is_taken_back(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["shared ", "words"]))
    with reading(portal) as client:
        name = run(client)
        assert httpx.post(f"{portal.url}runs/{name}/share", trust_env=False).status_code == 403
        answer = client.post(f"/runs/{name}/share")
        address = answer.json()["address"]
        assert answer.status_code == 201
        assert len(address.split("/")[2]) >= 32
        assert client.post(f"/runs/{name}/share").json()["address"] == address
        assert portal.origin + address in client.get(f"/runs/{name}/").text

        page = stranger(portal, address)
        assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
        assert "shared words" in page.text
        assert f'href="/docs/api/chat/?shared={address.split("/")[2]}#run-1"' in page.text
        assert "<form" not in page.text
        assert stranger(portal, f"{address}log").json()["frames"][-1]["outcome"] == "done"
        told = stranger(portal, f"{address}?format=json").json()
        assert (told["model"], told["outcome"], told["page"]) == ("far:1b", "done", "api/chat")

        assert client.post(f"/runs/{name}/unshare").status_code == 204
        gone = [stranger(portal, address), stranger(portal, f"{address}log"), stranger(portal, f"{address}?format=json")]
        assert [one.status_code for one in gone] == [404] * 3
        assert "This link leads nowhere" in gone[0].text
        assert client.post(f"/runs/{name}/share").json()["address"] != address, "a link that was taken back stays so"


def test_a_link_goes_with_its_run_and_one_that_never_was_is_answered_alike(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    with reading(portal) as client:
        name = run(client)
        address = client.post(f"/runs/{name}/share").json()["address"]
        client.post(f"/runs/{name}/delete")
        never = stranger(portal, f"/shared/{'x' * 32}/log")
        assert (never.status_code, never.json()) == (404, stranger(portal, f"{address}log").json())
        for token in ("x", "x" * 3000, "%00", "..%2f..", "%C3%A9" * 20):
            # nginx takes a NUL, and a way up, for mistakes in the address; the portal never sees them.
            is_for_nginx = portal.workers > 1 and token in ("%00", "..%2f..")
            assert stranger(portal, f"/shared/{token}/").status_code in ((400, 404) if is_for_nginx else (404,)), token
        assert client.post("/runs/none-such/share").status_code == 404
        assert "Traceback" not in portal.log


def test_where_nothing_is_recorded_sharing_says_why_not(upstream: FarEnd, data: Path) -> None:
    upstream.script = stream(chat(["a"]))
    with server(upstream, data, PORTAL_KEEP_RUNS="0") as portal, reading(portal) as client:
        name = run(client)
        answer = client.post(f"/runs/{name}/share")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_recorded")
        assert "PORTAL_KEEP_RUNS is 0" in answer.json()["error"]["message"]
        assert "Share" not in client.get(f"/runs/{name}/").text
        assert stranger(portal, f"/shared/{'x' * 32}/").status_code == 404


def test_a_run_is_run_again_with_its_request_and_compared_with_the_one_before(portal: PortalServer, upstream: FarEnd) -> None:
    with reading(portal) as client:
        upstream.script = stream(chat(["the ", "sky ", "<b>"]))
        before = run(client, example="again-1")
        upstream.script = stream(chat(["the ", "sea ", "<b>"]))
        answer = client.post(f"/runs/{before}/again", headers={"Accept": "text/html"})
        assert answer.status_code == 303
        after = answer.headers["location"].split("/")[2]
        client.get(f"/runs/{after}/events")  # which lasts as long as the run
        first, second = (asked.json for asked in upstream.requests_for("/api/chat")[-2:])
        assert first == second
        assert listed(client, example="again-1") == [after, before]
        page = client.get(f"/runs/{after}/", params={"against": before})
        assert re.search(r"the <del>sky</del> <ins>sea</ins> &lt;b&gt;", page.text)
        assert client.get(f"/runs/{after}/", params={"against": "none-such"}).status_code == 404


def test_the_list_is_to_be_had_as_json_too(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    with reading(portal) as client:
        name = run(client, example="as-json")
        found = client.get("/runs/", params={"example": "as-json", "format": "json"}).json()
        assert (found["has_more"], [one["id"] for one in found["runs"]]) == (False, [name])
        assert found["runs"][0]["stats"]["output_tokens"] == 1


def test_texts_that_are_long_are_compared_by_lines_and_longer_ones_not_at_all() -> None:
    lines = "".join(f"line {number} of many words\n" for number in range(900))
    parts = compare(f"{lines}old end\n", f"{lines}new end\n")
    assert parts is not None
    assert [(part.kind, part.text) for part in parts[1:]] == [("gone", "old end\n"), ("new", "new end\n")]
    assert compare("a\n" * 3000, "b\n" * 3000) is None
    assert compare("", "") == []
