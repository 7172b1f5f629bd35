"""A page that is kept is answered at once, and nobody can tell from the answer."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.portal_server import PortalServer

PAGE = "/docs/guide/"


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    (folder / "guide.md").write_text("# Guide\n\n" + "A sentence of the guide. " * 200)
    return folder


@pytest.fixture(scope="module")
def portal(docs: Path) -> Iterator[PortalServer]:
    with PortalServer(PORTAL_DOCS_ROOT=str(docs), PORTAL_EMBEDDED="never", OLLAMA_HOST="127.0.0.1:1") as portal:
        yield portal


@contextmanager
def line_to(portal: PortalServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(portal.origin.rpartition(":")[2])), 10) as line:
        yield line


def asking(portal: PortalServer, path: str = PAGE, first: str = "", version: str = "1.1", **headers: str) -> bytes:
    lines = [f"{first or 'GET'} {path} HTTP/{version}", f"Host: {portal.origin.removeprefix('http://')}"]
    return "\r\n".join([*lines, *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]).encode()


def read(line: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    answer = HTTPResponse(line, method=method)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in ("date", "connection")}
    return answer.status, headers, answer.read()


def ask(portal: PortalServer, *arguments: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with line_to(portal) as line:
        line.sendall(asking(portal, *arguments, **headers))
        return read(line)


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "gzip"}])
def test_what_is_answered_at_once_is_what_the_long_way_answers(portal: PortalServer, headers: dict[str, str]) -> None:
    ask(portal, **headers)
    at_once = ask(portal, **headers)
    long_way = ask(portal, **headers, Connection="close")
    assert at_once == long_way
    assert at_once[0] == 200
    body = gzip.decompress(at_once[2]) if headers else at_once[2]
    assert b"A sentence of the guide." in body


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "gzip"}])
def test_a_reader_who_has_the_page_gets_304_without_a_body(portal: PortalServer, headers: dict[str, str]) -> None:
    tag = ask(portal, **headers)[1]["etag"]
    status, about, body = ask(portal, **headers, If_None_Match=f'"other", W/{tag}')
    assert (status, about["etag"], body) == (304, tag, b"")
    assert ask(portal, **headers, If_None_Match='"other"')[0] == 200


def test_requests_one_after_the_other_on_one_line_are_answered_in_turn(portal: PortalServer) -> None:
    kept, other = ask(portal), ask(portal, "/healthz")
    with line_to(portal) as line:
        line.sendall(asking(portal) + asking(portal, "/healthz") + asking(portal) + asking(portal, "/healthz"))
        file = line.makefile("rb")
        found = []
        for _ in range(4):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += file.readline()
            length = next(int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:"))
            found.append(file.read(length))
    assert found == [kept[2], other[2], kept[2], other[2]]


@pytest.mark.parametrize("request_", [
    {"version": "1.0"}, {"Connection": "close"}, {"Accept": "text/markdown"}, {"Cookie": "sessionid=x"},
    {"first": "HEAD"}, {"path": "/docs/g%75ide/"}, {"path": "/docs/guide/?q=guide"},
])  # fmt: skip
def test_every_other_way_of_asking_is_answered_too(portal: PortalServer, request_: dict[str, str]) -> None:
    ask(portal)
    with line_to(portal) as line:
        line.sendall(asking(portal, **request_))
        status, _, body = read(line, request_.get("first", "GET"))
    assert status == 200
    assert (b"# Guide" in body) if "Accept" in request_ else (b"<h1" in body or "first" in request_)


def test_an_edited_page_is_shown_at_the_next_request(portal: PortalServer, docs: Path) -> None:
    ask(portal)
    (docs / "guide.md").write_text("# Guide\n\nAnother sentence altogether.")
    assert b"Another sentence altogether." in ask(portal)[2]


def test_a_host_that_is_not_ours_gets_nothing_that_was_kept(portal: PortalServer) -> None:
    ask(portal)
    with line_to(portal) as line:
        line.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n".encode())
        assert read(line)[0] == 400


def test_an_address_that_is_too_long_is_refused_in_a_sentence(portal: PortalServer) -> None:
    with line_to(portal) as line:
        line.sendall(b"GET /search/?q=%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"a+" * 50_000))
        status, _headers, body = read(line)
    assert status == 400
    assert b"its address is longer than 64 KB" in body


def test_a_get_with_a_body_is_read_to_its_end(portal: PortalServer) -> None:
    ask(portal)
    with line_to(portal) as line:
        line.sendall(asking(portal, Content_Length="20") + b"GET /healthz HTTP/1.")
        assert read(line)[0] == 200
        line.sendall(asking(portal, "/healthz"))
        assert read(line)[2] == b"ok\n"


@pytest.mark.parametrize("endless", [b"x-more: y\r\n" * 100, b"y" * 1000], ids=["headers", "a header"])
@pytest.mark.parametrize("before", ["", "0\r\n"], ids=["before the body", "after it"])
def test_headers_without_an_end_are_not_read_on(portal: PortalServer, endless: bytes, before: str) -> None:
    with line_to(portal) as line:
        head = asking(portal, first="POST", Transfer_Encoding="chunked") if before else asking(portal)[:-2]
        line.sendall(head + before.encode() + b"x-first: ")
        with pytest.raises(ConnectionError):
            for _ in range(1 << 18):  # 256 MB
                line.sendall(endless)
    status, _, body = ask(portal, Cookie="y" * 60_000)
    assert (status, b"Guide" in body) == (200, True)
