"""What programs get: markdown, lists of all pages, and answers that need not be sent twice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.docs.asking import ask
from tests.docs.sets import write
from tests.portal_server import PortalServer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
LONG = "# Long\n\n" + "A sentence that is repeated. " * 200
FILES = {
    "index.md": "---\ndescription: What this is\n---\n# Home\n", "INDEX.md": "# Everything\n", "a.md": "# A\n\nLetter.\n",
    "long.md": LONG, "part/index.md": "# Part\n", "part/b c.md": "---\ndescription: About b\n---\n# B & C\n", "part.md": "# Shadow\n",
    "draft.md": "---\ndraft: true\n---\nnot yet", "über.md": "# Über\n", "INDEX/x.md": "# X\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("machines"), FILES)


@pytest.fixture(scope="module")
def portal(root: Path) -> Iterator[PortalServer]:
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        yield portal
        assert "Traceback" not in portal.log


@pytest.mark.parametrize(("path", "file"), [
    ("/docs/a.md", "a.md"), ("/docs/index.md", "index.md"), ("/docs/INDEX.md", "INDEX.md"), ("/docs/part.md", "part/index.md"),
    ("/docs/part/b%20c.md", "part/b c.md"), ("/docs/part/index.md", "part/index.md"), ("/docs/PART/B%20C.md", "part/b c.md"),
    ("/docs/part.md.md", "part.md"), ("/docs/%C3%BCber.md", "über.md"),
])  # fmt: skip
def test_the_source_of_a_page_is_at_its_address_with_md(portal: PortalServer, path: str, file: str) -> None:
    answer = ask(portal, path)
    assert (answer.status, answer.text) == (200, FILES[file])
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["link"].endswith('rel="canonical"')


def test_every_page_says_where_its_source_is_and_that_is_its_own(portal: PortalServer, root: Path) -> None:
    pages = re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", ask(portal, "/sitemap.xml").text)
    assert len(pages) == len(FILES) - 1
    for page in pages:
        source = re.search(r'rel="alternate" type="text/markdown" href="([^"]+)"', ask(portal, page).text)
        assert source, page
        title = re.search(r"^# (.*)$", ask(portal, source[1]).text, re.MULTILINE)
        assert title, source[1]
        assert f"<title>{title[1].replace('&', '&amp;')} ·" in ask(portal, page).text or page == "/"


@pytest.mark.parametrize(("accept", "is_markdown"), [
    ("text/markdown", True), ("text/markdown, text/html;q=0.9", True), ("text/html;q=0.5, text/markdown", True),
    ("text/markdown;q=0.2, text/html", False), (BROWSER, False), ("*/*", False), ("", False), ("text/*", False),
    ("text/markdown;q=0", False), ("text/markdown, */*", True), ("text/plain", False), ("application/json, text/markdown;q=0.1", True),
])  # fmt: skip
def test_a_client_that_would_rather_have_markdown_gets_it_whatever_came_before(
    portal: PortalServer, accept: str, is_markdown: bool
) -> None:
    for _ in range(2):
        answer = ask(portal, "/docs/a/", Accept=accept)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/markdown" if is_markdown else "text/html")
        assert "Accept" in answer.headers["vary"].split(", ")


def test_markdown_holds_what_the_page_takes_in(portal: PortalServer, root: Path) -> None:
    write(root, {
        "snippets/key.mdx": "---\ntitle: Key\n---\n## Get a key\n",
        "start.mdx": "---\ntitle: Start\n---\nimport Key from '/snippets/key.mdx';\n\nFirst:\n\n<Key />\n\n`<Key />`\n",
        "round.mdx": "import Round from './round.mdx'\n\n<Round />\n",
    })  # fmt: skip
    text = ask(portal, "/docs/start.md").text
    assert text == "---\ntitle: Start\n---\n\nFirst:\n\n## Get a key\n\n`<Key />`\n"
    assert ask(portal, "/docs/round.md").text == "import Round from './round.mdx'\n\n<Round />\n"
    for name in ("snippets/key.mdx", "start.mdx", "round.mdx"):
        (root / name).unlink()


@pytest.mark.parametrize("path", ["/docs/gone.md", "/docs/draft.md", "/docs/draft/", "/docs/.md", "/docs/part/none.md"])
def test_what_is_not_there_is_a_404_for_programs_too(portal: PortalServer, path: str) -> None:
    assert ask(portal, path).status == 404


def test_llms_txt_lists_every_page_by_section_with_its_markdown(portal: PortalServer) -> None:
    text = ask(portal, "/llms.txt").text
    assert text.startswith("# mindX docs\n\n> What this is\n\n## Start\n\n- [Home](http://127.0.0.1:")
    assert f"- [B & C]({portal.url}docs/part/b%20c.md): About b\n" in text
    assert "## part\n" in text
    links = re.findall(r"\]\((http[^)]+)\)", text)
    assert len(links) == len(FILES) - 1
    assert {ask(portal, "/" + link.removeprefix(portal.url)).status for link in links} == {200}


def test_llms_full_txt_holds_every_page_whole(portal: PortalServer) -> None:
    text = ask(portal, "/llms-full.txt").text
    for name, source in FILES.items():
        assert (source.strip() in text) is (name != "draft.md")
    assert f"Source: {portal.url}docs/part/b%20c/\n" in text


def test_the_sitemap_is_xml_and_names_the_address_it_was_asked_at(portal: PortalServer) -> None:
    document = fromstring(ask(portal, "/sitemap.xml").text)
    assert {place.text.startswith(portal.url) for place in document.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")} == {True}
    port = portal.url.rsplit(":", 1)[1]
    assert f"<loc>http://localhost:{port}docs/a/</loc>" in ask(portal, "/sitemap.xml", Host=f"localhost:{port.strip('/')}").text


def test_chapters_entries_and_the_reference_are_found_and_say_where_they_are(tmp_path: Path) -> None:
    root = write(tmp_path, {
        "index.md": "# Home\n", "book/one & two.md": "# One & two\n\nIt begins.\n",
        "journal/2026-11-26-what-was-done.md": "# What was done\n\nMuch.\n",
        "api.yaml": "openapi: 3.1.0\ninfo: {title: An API, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {'200': {description: ok}}}}}\n",
    })  # fmt: skip
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        places = re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", ask(portal, "/sitemap.xml").text)
        found = [place for place in places if not place.startswith("/docs/") and place != "/"]
        assert found == ["/book/", "/book/one-two/", "/journal/", "/journal/2026/11/26-what-was-done/", "/reference/api/"]
        for place, title in zip((found[1], found[3], found[4]), ("One &amp; two", "What was done", "An API"), strict=True):
            text = ask(portal, place).text
            address = portal.url.rstrip("/") + place
            assert f'<link rel="canonical" href="{address}">' in text
            assert f'<meta property="og:url" content="{address}">' in text
            assert f'<meta property="og:title" content="{title}">' in text
            assert text.count('<script type="application/ld+json">') == 1
            assert f'"item": "{address}"' in text


def test_robots_may_read_the_documents_and_are_told_of_the_sitemap(portal: PortalServer) -> None:
    text = ask(portal, "/robots.txt").text
    assert f"Sitemap: {portal.url}sitemap.xml" in text
    assert "Disallow: /runs/" in text
    assert "Disallow: /docs" not in text


def test_an_answer_that_is_no_page_has_the_icon_too_and_it_is_kept_for_a_week(portal: PortalServer) -> None:
    icon = ask(portal, "/favicon.ico")
    assert (icon.status, icon.headers["content-type"], icon.headers["cache-control"]) == (200, "image/svg+xml", "max-age=604800")
    assert icon.text.startswith("<svg ")
    assert "set-cookie" not in icon.headers
    assert len(icon.body) < 500


@pytest.mark.parametrize(("path", "leads_to"), [
    ("/docs/A/", "/docs/a/"), ("/docs/a", "/docs/a/"), ("/docs/part/index/", "/docs/part/"), ("/docs/INDEX/", "/docs/index/"),
    ("/doc/a", "/docs/a/"), ("/doc/a.md", "/docs/a/"), ("/doc/B%20c", "/docs/part/b%20c/"),
    ("/docs.html", "/docs/"), ("/redoc", "/reference/"),
])  # fmt: skip
def test_other_addresses_redirect_for_good(portal: PortalServer, path: str, leads_to: str) -> None:
    answer = ask(portal, path)
    assert (answer.status, answer.headers["location"]) == (301, leads_to)


def wait_for_the_next_second(portal: PortalServer) -> None:
    """The first page tells to the second since when an upstream is down; just after it has changed it stays for one."""
    before = ask(portal, "/").headers["etag"]
    deadline = time.monotonic() + 20
    while "down for" not in (now := ask(portal, "/")).text or now.headers["etag"] == before:
        assert time.monotonic() < deadline, now.text
        before = now.headers["etag"]
        time.sleep(0.02)


CACHEABLE = ["/", "/docs/", "/docs/index/", "/docs/long/", "/docs/part/", "/docs/long.md", "/llms.txt", "/llms-full.txt", "/sitemap.xml"]


@pytest.mark.parametrize("path", CACHEABLE)
def test_an_answer_one_has_already_is_not_sent_again(portal: PortalServer, path: str) -> None:
    if path == "/":
        wait_for_the_next_second(portal)
    first = ask(portal, path)
    assert first.status == 200
    for tag in (first.headers["etag"], "W/" + first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = ask(portal, path, If_None_Match=tag)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert again.headers["vary"] == first.headers["vary"]
    assert ask(portal, path, If_None_Match='"other"').status == 200


@pytest.mark.parametrize("path", CACHEABLE)
def test_compressed_it_is_the_same_text_under_another_tag(portal: PortalServer, path: str) -> None:
    plain, packed = ask(portal, path), ask(portal, path, Accept_Encoding="br, gzip")
    assert packed.text == plain.text
    assert "Accept-Encoding" in packed.headers["vary"]
    if len(plain.body) > 1000:
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        assert len(packed.body) < len(plain.body)
        assert ask(portal, path, Accept_Encoding="gzip", If_None_Match=packed.headers["etag"]).status == 304
    for none in ("identity", "gzip;q=0", "br"):
        assert "content-encoding" not in ask(portal, path, Accept_Encoding=none).headers


@pytest.mark.parametrize("path", [*CACHEABLE, "/docs/a/", "/robots.txt", "/docs/gone/"])
def test_head_has_the_headers_of_get_and_no_body(portal: PortalServer, path: str) -> None:
    for _ in range(2):
        head, whole = ask(portal, path, method="HEAD"), ask(portal, path)
        assert (head.status, head.body) == (whole.status, b"")
        assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_document_cannot_be_written_to(portal: PortalServer, method: str) -> None:
    assert ask(portal, "/docs/a/", method=method).status in {403, 405}


def test_a_page_names_its_canonical_address_and_describes_itself(portal: PortalServer) -> None:
    text = ask(portal, "/docs/part/b%20c/?from=elsewhere").text
    assert f'<link rel="canonical" href="{portal.url}docs/part/b%20c/">' in text
    assert '<meta name="description" content="About b">' in text
    assert '<meta property="og:title" content="B &amp; C">' in text
    assert '"@type": "BreadcrumbList"' in text


def test_a_page_that_does_not_describe_itself_is_described_by_its_first_sentences(portal: PortalServer) -> None:
    text = ask(portal, "/docs/long/").text
    for name in ('name="description"', 'property="og:description"'):
        found = re.search(rf'<meta {name} content="([^"]*)">', text)
        assert found is not None
        assert found[1] == " ".join(["A sentence that is repeated."] * 6)
    assert "description" not in ask(portal, "/docs/part.md/").text


def test_a_document_that_cannot_be_read_says_so_as_markdown_too(portal: PortalServer, root: Path) -> None:
    with (root / "vast.md").open("wb") as file:
        file.truncate(33 << 20)
    try:
        assert ask(portal, "/docs/vast/").status == 500
        answer = ask(portal, "/docs/vast.md")
        assert (answer.status, answer.text[:33]) == (500, "This document cannot be read: it ")
        assert ask(portal, "/llms-full.txt").status == 200
    finally:
        (root / "vast.md").unlink()
