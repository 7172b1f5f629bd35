"""What a document's links mean, as authors of real sets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.docs.anchoring import anchors_in, find_anchor, mend_anchors
from portal.docs.links import Links
from portal.docs.rendering import ResolvedLink
from tests.docs.sets import catalogue_of

FILES = {
    "index.md": "# Home", "INDEX.md": "# All", "Guide.md": "# Guide", "It's a plan.md": "# Plan", "api/chat.mdx": "# Chat",
    "api/index.md": "# API", "deep/er/page.md": "# Page", "notes/a.md": "# A", "notes/b.md": "# B", "images/Shot 1.png": "p",
    "images/map.svg": "s", "paper.pdf": "f", "tool.py": "y", "odd.bin": "b", "empty/x.bin": "x", "café.md": "# Café",
    "spec/api.yaml": "openapi: 3.1.0\n", "spec/plain.yaml": "a: 1\n", "spec/api.json": '{"openapi": "3.1.0"}',
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set") / "docs"
    catalogue_of(folder, FILES)
    return folder


def links(root: Path, relative: str = "notes/a.md", source_url: str = "") -> Links:
    return Links(catalogue_of(root, {}).shelf, relative, root, source_url)


@pytest.mark.parametrize(("href", "leads_to"), [
    ("b.md", "/docs/notes/b/"), ("./b.md", "/docs/notes/b/"), ("b", "/docs/notes/b/"), ("b/", "/docs/notes/b/"),
    ("../spec/api.yaml", "/reference/spec/api/"), ("../spec/plain.yaml", "/docs/spec/plain.yaml"),
    ("/spec/api.yaml#x", "/reference/spec/api/#x"), ("b.md#part-1", "/docs/notes/b/#part-1"), ("b.md?plain=1#x", "/docs/notes/b/#x"), ("b.html", "/docs/notes/b/"),
    ("../Guide.md", "/docs/Guide/"), ("../guide.MD", "/docs/Guide/"), ("../GUIDE", "/docs/Guide/"), (" ../Guide.md ", "/docs/Guide/"),
    ("..", "/"), ("../", "/"), ("/", "/"), ("../index.md", "/"), ("../INDEX.md", "/docs/index/"), ("/INDEX.md", "/docs/index/"),
    ("/Guide", "/docs/Guide/"), ("/docs/Guide.md", "/docs/Guide/"), ("/docs/Guide/", "/docs/Guide/"), ("/doc/guide", "/docs/Guide/"),
    ("/api/chat", "/docs/api/chat/"), ("../api/chat.mdx", "/docs/api/chat/"), ("../api/chat.md", "/docs/api/chat/"),
    ("/api", "/docs/api/"), ("../api/", "/docs/api/"), ("../deep/er/", "/docs/deep/er/page/"), ("../deep", "/docs/deep/er/page/"),
    ("../It's%20a%20plan.md", "/docs/It%27s%20a%20plan/"), ("../It's a plan.md", "/docs/It%27s%20a%20plan/"),
    ("../caf%C3%A9.md", "/docs/caf%C3%A9/"), ("../../docs/Guide.md", "/docs/Guide/"), ("docs/Guide.md", "/docs/Guide/"),
    ("../../docs/", "/"), ("../images/map.svg", "/docs/images/map.svg"), ("../paper.pdf", "/docs/paper.pdf"),
    ("../tool.py", "/docs/tool.py"), ("#part", "#part"), ("", ""), ("?x=1", "?x=1"),
    ("/book", "/book/"), ("/journal/", "/journal/"), ("/docs/", "/docs/"), ("/docs", "/docs/"), ("/docs.html", "/docs/"),
    ("/redoc", "/reference/"), ("/docs/index/", "/docs/index/"), ("/llms.txt", "/llms.txt"),
])  # fmt: skip
def test_a_link_leads_where_its_author_meant(root: Path, href: str, leads_to: str) -> None:
    assert links(root).resolve(href, is_image=False) == ResolvedLink(leads_to)


@pytest.mark.parametrize(("href", "is_image", "leads_to"), [
    ("../../api/chat/#x", False, "/docs/api/chat/#x"), ("../../images/map.svg", True, "/docs/images/map.svg"),
    ("../b/", False, "/docs/notes/b/"),
])  # fmt: skip
def test_a_link_written_from_the_address_of_its_page_is_understood(root: Path, href: str, is_image: bool, leads_to: str) -> None:
    assert links(root).resolve(href, is_image).href == leads_to


def test_a_link_out_of_the_set_is_not_guessed_at_where_it_can_be_followed(root: Path) -> None:
    found = links(root, source_url="https://code/blob/main").resolve("../../api", is_image=False)
    assert found == ResolvedLink("https://code/blob/main/api", "outside")


def test_a_folder_out_of_the_set_is_not_taken_for_one_in_it_of_the_same_name(tmp_path: Path) -> None:
    catalogue_of(tmp_path, {"nav.md": "", "agents/ceo.md": ""})
    assert links(tmp_path, "nav.md").resolve("../agents/", is_image=False).state == "dead"
    assert links(tmp_path, "nav.md").resolve("../agents/ceo/", is_image=False).href == "/docs/agents/ceo/"


def test_from_a_page_of_nextjs_links_are_counted_from_the_folder_above_its_own(tmp_path: Path) -> None:
    catalogue_of(tmp_path, {"guide/page.mdx": "", "guide/search/page.mdx": "", "guide/export/page.mdx": ""})
    found = links(tmp_path, "guide/export/page.mdx")
    assert found.resolve("./search", is_image=False).href == "/docs/guide/search/"
    assert found.resolve("../search", is_image=False).href == "/docs/guide/search/"


def test_where_the_set_is_a_whole_site_addresses_count_from_its_documents(tmp_path: Path) -> None:
    catalogue_of(tmp_path, {"docs/intro.md": "", "docs/api/chat.mdx": "", "static/img/a.png": "p"})
    site = links(tmp_path, "docs/intro.md")
    assert site.resolve("/api/chat#x", is_image=False).href == "/docs/docs/api/chat/#x"
    assert site.resolve("/img/a.png", is_image=True).href == "/docs/static/img/a.png"


@pytest.mark.parametrize("href", [
    "missing.md", "../Guide.mdx/x", "/nowhere", "/docs/nowhere", "file:///etc/passwd", "FILE:/x", "http://[", "%00.md", "a" * 400,
    "a/" * 3000, "../odd.bin", "../empty/", ".hidden.md", "../../outside.py", "../../../../etc/passwd", "/../../etc/passwd",
    "%2e%2e/%2e%2e/x.py", "Guide.md",
])  # fmt: skip
def test_a_link_to_nothing_is_marked_and_left_as_it_is(root: Path, href: str) -> None:
    assert links(root).resolve(href, is_image=False) == ResolvedLink(href, "dead")


@pytest.mark.parametrize("href", ["https://ollama.com/x", "mailto:a@b.c", "//host/x", "vscode://x", "HTTP://A.B"])
def test_a_link_to_another_site_is_left_as_it_is(root: Path, href: str) -> None:
    assert links(root).resolve(href, is_image=False) == ResolvedLink(href, "external")


@pytest.mark.parametrize(("src", "leads_to", "state"), [
    ("../images/Shot%201.png", "/docs/images/Shot%201.png", "ok"), ("../images/shot 1.PNG", "/docs/images/Shot%201.png", "ok"),
    ("/images/map.svg", "/docs/images/map.svg", "ok"), ("/docs/images/map.svg", "/docs/images/map.svg", "ok"),
    ("../images/none.png", "../images/none.png", "dead"), ("../Guide.md", "../Guide.md", "dead"), ("", "", "ok"),
    ("x" * 300 + ".png", "x" * 300 + ".png", "dead"), ("a\0.png", "a\0.png", "dead"), ("https://x/y.png", "https://x/y.png", "external"),
])  # fmt: skip
def test_a_picture_is_found_in_the_set(root: Path, src: str, leads_to: str, state: str) -> None:
    found = links(root).resolve(src, is_image=True)
    assert (found.href, found.state) == (leads_to, state)


@pytest.mark.parametrize(("href", "is_image", "leads_to", "state"), [
    ("../../llm/factory.py", False, "https://code/blob/main/llm/factory.py", "outside"),
    ("../../.claude/plan x.md", False, "https://code/blob/main/.claude/plan%20x.md", "outside"),
    ("../odd.bin", False, "https://code/blob/main/docs/odd.bin", "outside"),
    ("../empty/", False, "https://code/blob/main/docs/empty", "outside"),
    ("../../logo.png", True, "https://code/blob/main/logo.png", "external"),
    ("missing.md", False, "missing.md", "dead"),
])  # fmt: skip
def test_what_is_not_served_is_linked_at_its_source_and_what_is_missing_is_not(
    root: Path, href: str, is_image: bool, leads_to: str, state: str
) -> None:
    found = links(root, source_url="https://code/blob/main").resolve(href, is_image)
    assert (found.href, found.state) == (leads_to, state)


def test_a_picture_that_is_a_link_out_of_the_set_is_no_picture_of_it(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    (root / "leak.png").symlink_to(tmp_path / "secret.png")
    assert links(root).resolve("/leak.png", is_image=True).state == "dead"


@pytest.mark.parametrize(("name", "leads_to"), [
    ("b.md", "/docs/notes/b/"), ("Guide.md", "/docs/Guide/"), ("page.md", "/docs/deep/er/page/"), ("a.md", None), ("zzz.md", None),
])  # fmt: skip
def test_a_name_in_running_text_means_the_page_beside_at_the_root_or_alone_so_called(
    root: Path, name: str, leads_to: str | None
) -> None:
    found = links(root).mention(name)
    assert (found.href if found else None) == leads_to


@pytest.mark.parametrize(("fragment", "anchor"), [
    ("from-required", "from-required"), ("caf%C3%A9", "caf%C3%A9"), ("ollama-com", "ollamacom"), ("From_Required", "from-required"),
    ("user-content-from-required", "from-required"), ("top", "top"), (":~:text=x", ":~:text=x"), ("nothing", None), ("---", None),
    ("twice", None), ("safety--care", "5-safety--care"), ("economy", None), ("required", None),
])  # fmt: skip
def test_an_anchor_written_for_another_site_means_the_one_of_the_same_letters(fragment: str, anchor: str | None) -> None:
    anchors = frozenset({"from-required", "café", "ollamacom", "-", "tw-ice", "t-wice", "5-safety--care", "6-economy", "7-economy"})
    assert find_anchor(fragment, anchors) == anchor


def test_links_within_a_page_are_led_to_the_anchors_it_has() -> None:
    html = '<h2 id="a-b">x</h2><a href="#A--B">1</a><a href="#a-b">2</a><a href="#gone">3</a><a href="/docs/x/#A--B">4</a>'
    assert mend_anchors(html) == html.replace('"#A--B"', '"#a-b"')
    assert anchors_in('<p id="x&amp;y"><a class="c" id="i" name="n">') == {"x&y", "i", "n"}
