"""Answers that are kept: the same as if they were not, and never older than the files they were made from."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.docs.front import Front, Message
from portal.keeping import ALWAYS, KEEP
from tests.docs.asking import Answer, ask
from tests.docs.sets import write
from tests.portal_server import PortalServer

FILES = {
    "index.md": "# Home\n", "a.md": "# A\n\n[later](later.md) and [b](b.md)\n\nWord one.\n", "b.md": "# B\n", "c.md": "# C\n",
}  # fmt: skip

# Whoever could do with markdown is answered by the view, which gives them HTML where they would rather have that.
WHOLE_WAY = "text/html, text/markdown;q=0.1"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("front"), FILES)


@pytest.fixture(scope="module")
def portal(root: Path) -> Iterator[PortalServer]:
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        yield portal
        assert "Traceback" not in portal.log


def settled(portal: PortalServer, path: str) -> Answer:
    """A page that is kept: asked for until the graph of links, drawn beside, has come into it."""
    before = ask(portal, path)
    for _ in range(50):
        time.sleep(0.05)
        answer = ask(portal, path)
        if answer.body == before.body:
            return answer
        before = answer
    raise AssertionError("the page never came to rest")


def test_an_edit_shows_at_the_very_next_request(portal: PortalServer, root: Path) -> None:
    for number in range(20):
        write(root, {"a.md": f"# A\n\n[later](later.md) and [b](b.md)\n\nWord {number}.\n"})
        assert f"Word {number}." in ask(portal, "/docs/a/").text
        assert f"Word {number}." in ask(portal, "/docs/a/", Accept=WHOLE_WAY).text


def test_an_edit_of_a_part_shows_at_the_very_next_request_of_every_page_it_is_in(portal: PortalServer, root: Path) -> None:
    whole = "import Inner from './_inner.mdx'\n\n# Whole\n\n<Inner />\n"
    parts = {"one.mdx": whole, "two.mdx": whole, "_inner.mdx": "import Core from './_core.mdx'\n\n<Core />\n"}
    write(root, {**parts, "_core.mdx": "Core new\n"})
    for path in ("/docs/one/", "/docs/two/"):
        assert "Core new" in settled(portal, path).text
    for number in range(5):
        write(root, {"_core.mdx": f"Core {number}\n"})
        for path in ("/docs/one/", "/docs/two/"):
            assert f"Core {number}" in ask(portal, path).text
            assert f"Core {number}" in ask(portal, path).text
    for name in (*parts, "_core.mdx"):
        (root / name).unlink()


def test_an_edit_of_code_that_a_block_takes_in_shows_at_the_very_next_request(portal: PortalServer, root: Path) -> None:
    write(root, {"code.md": "# Code\n\n```rust\n{{#include lib/main.rs:a}}\n```\n", "lib/main.rs": "// ANCHOR: a\nfirst();\n"})
    assert "first" in settled(portal, "/docs/code/").text
    for number in range(5):
        write(root, {"lib/main.rs": f"// ANCHOR: a\nsecond{number}();\n// ANCHOR_END: a\nno();\n"})
        text = ask(portal, "/docs/code/").text
        assert f"second{number}" in text
        assert "no()" not in text
        assert f"second{number}" in ask(portal, "/docs/code.md").text


def test_an_edited_title_shows_at_once_on_its_page_and_in_the_tree_of_others(portal: PortalServer, root: Path) -> None:
    settled(portal, "/docs/c/")
    write(root, {"b.md": "# Bee\n"})
    assert "<title>Bee ·" in ask(portal, "/docs/b/").text
    assert ">Bee</a>" in ask(portal, "/docs/c/").text


def test_a_new_page_makes_links_to_it_live_and_its_end_makes_them_dead(portal: PortalServer, root: Path) -> None:
    assert 'data-link="dead"' in settled(portal, "/docs/a/").text
    write(root, {"later.md": "# Later\n"})
    assert ask(portal, "/docs/later/").status == 200
    text = ask(portal, "/docs/a/").text
    assert 'href="/docs/later/">later' in text
    assert 'data-link="dead"' not in text
    (root / "later.md").unlink()
    assert ask(portal, "/docs/later/").status == 404
    assert 'data-link="dead"' in ask(portal, "/docs/a/").text


def test_without_its_page_being_asked_for_a_new_file_shows_elsewhere(portal: PortalServer, root: Path) -> None:
    assert "Newcomer" not in settled(portal, "/docs/c/").text
    write(root, {"new.md": "# Newcomer\n"})
    until = time.monotonic() + 30
    while "Newcomer" not in ask(portal, "/docs/c/").text:
        assert time.monotonic() < until
        time.sleep(0.05)
    (root / "new.md").unlink()


def test_who_links_to_a_page_is_on_it_once_that_is_known(portal: PortalServer, root: Path) -> None:
    write(root, {"linking.md": "# Linking\n\n[b](b.md)\n"})
    until = time.monotonic() + 30
    while "Linked from (2)" not in ask(portal, "/docs/b/").text:
        assert time.monotonic() < until
        time.sleep(0.05)
    (root / "linking.md").unlink()


def test_another_host_never_gets_the_canonical_address_of_the_first(portal: PortalServer) -> None:
    port = portal.url.rsplit(":", 1)[1].strip("/")
    for _ in range(3):
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost"):
            assert f'rel="canonical" href="http://{host}/docs/c/"' in ask(portal, "/docs/c/", Host=host).text
    assert ask(portal, "/docs/c/", Host="evil.example").status == 400
    assert ask(portal, "/docs/c/").status == 200


def test_the_mark_for_keeping_is_not_sent(portal: PortalServer) -> None:
    for _ in range(2):
        assert KEEP.lower() not in ask(portal, "/docs/c/").headers


def test_a_kept_answer_is_the_same_to_the_byte_and_header(portal: PortalServer) -> None:
    first = settled(portal, "/docs/c/")
    kept = ask(portal, "/docs/c/")
    fresh = ask(portal, "/docs/c/", Accept=WHOLE_WAY)
    for other in (kept, fresh):
        assert other.body == first.body
        assert {**other.headers, "date": ""} == {**first.headers, "date": ""}


def test_the_lists_of_all_pages_are_kept_and_show_what_was_added_as_soon_as_it_is_seen(portal: PortalServer, root: Path) -> None:
    for path in ("/docs/", "/docs/index/", "/playground/"):
        settled(portal, path)
        tag = ask(portal, path).headers["etag"]
        assert ask(portal, path, **{"If-None-Match": tag}).status == 304
    write(root, {"added.md": "# Added just now\n"})
    assert "Added just now" in ask(portal, "/docs/added/").text
    for path in ("/docs/", "/docs/index/"):
        assert "Added just now" in ask(portal, path).text


class Behind:
    """An application of pages of a given size; `state` is theirs, `asked` counts the requests that came through."""

    def __init__(self, size: int = 100) -> None:
        self.size, self.state, self.asked = size, "1", 0

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        self.asked += 1
        await send(head_of(self.size, f"{self.state} {scope['path']}"))
        await send({"type": "http.response.body", "body": f"{scope['path']} {self.asked}".encode().ljust(self.size)})

    async def present(self, name: str) -> str | None:
        return None if name == "/gone" else self.state


def head_of(size: int, kept_as: str) -> Message:
    """How Django begins a page of `size` bytes."""
    headers = [(b"Content-Type", b"text/html"), (b"Content-Length", str(size).encode()), (KEEP.encode(), kept_as.encode())]
    return {"type": "http.response.start", "status": 200, "headers": headers}


async def get(front: Front, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    start, *pieces = await answer_of(front, path, method, **headers)
    return start["status"], b"".join(message.get("body", b"") for message in pieces)


async def answer_of(front: Front, path: str, method: str = "GET", **headers: str) -> list[Message]:
    """The messages of an answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "scheme": "http", "path": path, "headers": pairs}
    await front(scope, lambda: None, send)  # type: ignore[arg-type, return-value]
    return sent


@pytest.mark.anyio
async def test_an_answer_is_made_once_for_each_state() -> None:
    behind = Behind()
    front = Front(behind, behind.present)
    answers = [(await get(front, "/a"))[1].strip() for _ in range(3)]
    behind.state = "2"
    answers += [(await get(front, "/a"))[1].strip() for _ in range(2)]
    assert answers == [b"/a 1", b"/a 1", b"/a 1", b"/a 2", b"/a 2"]


@pytest.mark.anyio
async def test_what_never_changes_is_made_once_and_cookies_change_nothing() -> None:
    behind = Behind()
    behind.state = ALWAYS
    front = Front(behind, lambda _name: behind.present("/gone"), lambda _name: None)
    for cookie in ("", "sessionid=of-another-site", "portal-sign-in=x"):
        assert (await get(front, "/a", cookie=cookie))[1].strip() == b"/a 1"
    assert front.at_once("http", "/a", {b"cookie": b"sessionid=x"}, ()) is not None


@pytest.mark.anyio
async def test_what_changed_while_an_answer_was_made_is_not_kept_as_the_new_state() -> None:
    behind = Behind()

    async def edited_meanwhile(scope: Message, receive: Any, send: Any) -> None:
        await send(head_of(10, "1 /a"))
        behind.state = "2"
        behind.asked += 1
        await send({"type": "http.response.body", "body": b"of state 1"})

    front = Front(edited_meanwhile, behind.present)
    await get(front, "/a")
    await get(front, "/a")
    assert behind.asked == 2


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "headers", "path"), [
    ("HEAD", {}, "/a"), ("POST", {}, "/a"), ("GET", {"accept": "text/markdown;q=0.1"}, "/a"), ("GET", {}, "/gone"),
])  # fmt: skip
async def test_some_requests_are_always_made_anew(method: str, headers: dict[str, str], path: str) -> None:
    behind = Behind()
    front = Front(behind, behind.present)
    for _ in range(2):
        await get(front, path, method, **headers)
    assert behind.asked == 2


@pytest.mark.anyio
async def test_what_is_kept_is_bounded_in_bytes_and_what_is_asked_for_stays() -> None:
    behind = Behind(size=4 << 20)
    front = Front(behind, behind.present)
    for number in range(30):
        await get(front, "/often")
        await get(front, f"/{number}")
    assert front.size <= 64 << 20
    before = behind.asked
    await get(front, "/often")
    assert behind.asked == before
    await get(front, "/0")
    assert behind.asked == before + 1


PAGE = b"<p>A paragraph of a page that is longer than one piece.</p>\n"


def in_pieces(page: bytes) -> Any:
    """An application that sends as Django does: more than 64 KiB in several pieces."""

    async def application(scope: Message, receive: Any, send: Any) -> None:
        await send(head_of(len(page), "1 page"))
        for at in range(0, len(page), 1 << 16):
            piece = page[at : at + (1 << 16)]
            await send({"type": "http.response.body", "body": piece, "more_body": at + len(piece) < len(page)})

    return application


async def streaming(scope: Message, receive: Any, send: Any) -> None:
    """As Django sends what it does not have yet."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/plain")]})
    for piece in (b"one ", b"two"):
        await send({"type": "http.response.body", "body": piece, "more_body": piece == b"one "})


@pytest.mark.anyio
@pytest.mark.parametrize("asked_before", [False, True])
async def test_a_page_longer_than_one_piece_is_compressed_and_tagged_too(asked_before: bool) -> None:
    front = Front(in_pieces(PAGE * 4000), Behind().present)
    if asked_before:
        await get(front, "/x")
        front.application = streaming
    start, body = await answer_of(front, "/x", **{"accept-encoding": "gzip"})
    headers = dict(start["headers"])
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert b"etag" in headers
    assert gzip.decompress(body["body"]) == PAGE * 4000


@pytest.mark.anyio
@pytest.mark.parametrize("times", [200_000, 700_000])
async def test_however_long_a_page_is_its_mark_for_keeping_is_not_sent(times: int) -> None:
    start, *_ = await answer_of(Front(in_pieces(PAGE * times), Behind().present), "/x")
    assert KEEP.lower().encode() not in {name.lower() for name, _ in start["headers"]}


@pytest.mark.anyio
async def test_what_streams_is_passed_on_piece_by_piece() -> None:
    start, *pieces = await answer_of(Front(streaming, Behind().present), "/x")
    assert [piece["body"] for piece in pieces] == [b"one ", b"two"]
    assert b"content-encoding" not in dict(start["headers"])
