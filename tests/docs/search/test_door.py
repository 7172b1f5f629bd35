"""Search over HTTP: a page that needs no script, the same as data, and bad input answered clearly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.docs.search.conftest import DOCUMENTS
from tests.portal_server import PortalServer


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    root = tmp_path_factory.mktemp("docs")
    for name, text in {**DOCUMENTS, "evil.md": "# <script>alert(1)</script> Evil\n\n`<img src=x onerror=alert(1)>` pangolin & co\n"}.items():
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        until = time.monotonic() + 30
        while ask(portal, "pooling")["total"] != 1 or ask(portal, "pooling")["indexing"]:
            assert time.monotonic() < until, portal.log
            time.sleep(0.05)
        yield portal


def get(portal: PortalServer, address: str, method: str = "GET") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(urlsplit(portal.url).netloc, timeout=20)
    connection.request(method, address)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def ask(portal: PortalServer, query: str) -> dict:  # type: ignore[type-arg]
    response, body = get(portal, f"/search/?q={quote(query)}&format=json")
    assert response.status == 200
    return dict(json.loads(body))


def test_the_page_lists_what_was_found_without_a_script(portal: PortalServer) -> None:
    response, body = get(portal, "/search/?q=keep_alive")
    assert response.status == 200
    assert '<a href="/docs/api/chat/?q=keep_alive#keep-a-model-loaded">' in body
    assert "<mark>keep_alive</mark>" in body
    assert 'value="keep_alive"' in body
    assert " style=" not in body


def test_data_has_the_same_as_the_page(portal: PortalServer) -> None:
    found = ask(portal, "done_reason")
    assert found["query"] == "done_reason"
    assert found["pages"][0]["url"] == "/docs/api/chat/"
    assert found["pages"][0]["hits"][0]["url"] == "/docs/api/chat/?q=done_reason#fields-of-the-answer"
    assert ["done_reason", True] in found["pages"][0]["hits"][0]["snippet"]
    assert found["indexing"] is None and found["milliseconds"] > 0


def test_answers_are_not_kept_by_the_browser(portal: PortalServer) -> None:
    assert get(portal, "/search/?q=a")[0].headers["Cache-Control"] == "no-store"


def test_without_a_query_the_page_says_what_can_be_asked(portal: PortalServer) -> None:
    response, body = get(portal, "/search/")
    assert response.status == 200
    assert "beginnings of words" in body


def test_nothing_found_says_so_and_points_on(portal: PortalServer) -> None:
    _response, body = get(portal, "/search/?q=zzzzqqqq")
    assert "Nothing was found for “zzzzqqqq”" in body
    assert 'href="/docs/"' in body


def test_a_misspelling_is_said_on_the_page(portal: PortalServer) -> None:
    _response, body = get(portal, "/search/?q=conversaton")
    assert "These have <b>conversation</b>" in body


@pytest.mark.parametrize("query", ["pangolin", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 }}{% now %}"])
def test_nothing_asked_or_found_becomes_html(portal: PortalServer, query: str) -> None:
    _response, body = get(portal, f"/search/?q={quote(query)}")
    assert "<script>alert" not in body and "<img" not in body


@pytest.mark.parametrize("query", [
    "%00", "a%00b", "%ff%fe", "%ed%a0%80", "title:(", "%22", "AND", "*", "%F0%9F%98%80", "x" * 5000, "chat+" * 10_000, "", "&q=b", "&page=-1", "&page=99999999", "&page=x", "&format=xml",
])  # fmt: skip
@pytest.mark.parametrize("suffix", ["", "&format=json"])
def test_bad_input_gets_a_clear_answer(portal: PortalServer, query: str, suffix: str) -> None:
    response, body = get(portal, f"/search/?q={query}{suffix}")
    assert response.status == 200
    assert "rror" not in body


def test_the_same_findings_have_the_same_tag(portal: PortalServer) -> None:
    tags = {get(portal, f"/search/?q=pooling{more}&format=json")[0].headers["ETag"] for more in ("", "", "&page=1")}
    assert len(tags) == 1
    other = get(portal, "/search/?q=pangolin&format=json")[0].headers["ETag"]
    assert other not in tags


def test_a_hundred_thousand_words_get_an_answer(portal: PortalServer) -> None:
    response, _body = get(portal, f"/search/?q={'chat+' * 100_000}&format=json")
    assert response.status in (200, 400, 414, 431)
    assert ask(portal, "pooling")["total"] == 1


def test_search_is_read_only(portal: PortalServer) -> None:
    assert get(portal, "/search/?q=a", "POST")[0].status in (403, 405)
    assert get(portal, "/search/?q=a", "HEAD")[0].status == 200


def test_an_edit_on_disk_is_found_without_a_restart(portal: PortalServer) -> None:
    root = Path(portal.environment["PORTAL_DOCS_ROOT"])
    (root / "fresh.md").write_text("# Fresh\n\nAn axolotl.\n")
    until = time.monotonic() + 60
    while not ask(portal, "axolotl")["total"]:
        assert time.monotonic() < until, portal.log
        time.sleep(0.05)
