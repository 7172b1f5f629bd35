"""What stands around a page: the tree, the trail, the neighbours, what it refers to and what refers to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from portal.docs.catalogue import Shelf
from portal.docs.navigation import neighbours, trail_to
from portal.docs.references import References
from portal.docs.surroundings import MOST_IN_TREE, draw_crumbs, draw_tree
from tests.docs.sets import catalogue_of

FILES = {
    "index.md": "# Home", "a.md": "# A & B", "one/index.md": "# One", "one/x.md": "# X", "one/deep/y.md": "# Y", "two/z.md": "# <i>Z</i>",
}  # fmt: skip


def shelf_of(root: Path, files: dict[str, str] = FILES) -> Shelf:
    return catalogue_of(root, files).shelf


def links_in(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html)


def test_the_tree_has_every_page_below_the_first_once_and_marks_the_one_that_is_read(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path)
    tree = draw_tree(shelf, shelf.pages["one/x"])
    assert links_in(tree) == [
        ("/docs/a/", "A &amp; B"), ("/docs/one/", "One"), ("/docs/one/x/", "X"), ("/docs/one/deep/y/", "Y"), ("/docs/two/z/", "Z"),
    ]  # fmt: skip
    assert re.findall(r'href="([^"]*)" aria-current="page"', tree) == ["/docs/one/x/"]
    assert "aria-current" not in draw_tree(shelf, None)


def test_a_folder_with_nothing_but_its_own_page_has_no_fold_in_the_tree(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path, {"guide/index.md": "# Guide", "guide/start/index.md": "# Start", "guide/end/README.md": "# End"})
    tree = draw_tree(shelf, shelf.pages["guide/start"])
    assert re.findall(r'<details data-section="([^"]*)"', tree) == ["guide"]
    assert links_in(tree) == [("/docs/guide/", "Guide"), ("/docs/guide/end/", "End"), ("/docs/guide/start/", "Start")]


def test_a_vast_set_shows_a_page_the_sections_on_its_own_trail(tmp_path: Path) -> None:
    files = {f"s{section}/p{number}.md": "" for section in range(20) for number in range(MOST_IN_TREE // 20 + 1)}
    shelf = shelf_of(tmp_path, files)
    links = [address for address, _ in links_in(draw_tree(shelf, shelf.pages["s3/p1"]))]
    assert [address for address in links if address.startswith("/docs/s3/")] == [f"/docs/s3/p{n}/" for n in range(MOST_IN_TREE // 20 + 1)]
    assert [address for address in links if not address.startswith("/docs/s3/")] == [f"/docs/s{n}/p0/" for n in range(20) if n != 3]


def test_the_trail_is_the_sections_above_without_the_page_itself(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path)
    assert [branch.title for branch in trail_to(shelf.pages["one/deep/y"], shelf)] == ["One", "Deep"]
    assert trail_to(shelf.pages["one"], shelf) == []
    assert trail_to(shelf.pages[""], shelf) == []


def test_before_and_after_follow_the_reading_order_from_end_to_end(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path)
    walked, page = [], shelf.pages[""]
    while True:
        walked.append(page.path)
        before, after = neighbours(page, shelf)
        assert before is None or neighbours(before, shelf)[1] is page
        if after is None:
            break
        page = after
    assert walked == list(shelf.pages) == ["", "a", "one", "one/x", "one/deep/y", "two/z"]


def test_crumbs_are_json_that_no_title_can_break_out_of(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path, {"s/index.md": "---\ntitle: </script><script>alert(1)//\n---\n", "s/p.md": "# P & Q"})
    markup = draw_crumbs(shelf.pages["s/p"], shelf, lambda url: f"http://h{url}")
    assert markup.count("<") == 2
    found = json.loads(re.sub(r"<[^>]*>", "", markup))
    assert [(item["position"], item["name"], item["item"]) for item in found["itemListElement"]] == [
        (1, "</script><script>alert(1)//", "http://h/docs/s/"), (2, "P & Q", "http://h/docs/s/p/"),
    ]  # fmt: skip


def paths(pages: object) -> list[str]:
    return [page.path for page in pages]  # type: ignore[attr-defined]


def test_references_are_known_both_ways_and_code_holds_none(tmp_path: Path) -> None:
    files = {
        "a.md": "[b](b.md) [again](b.md#x) [gone](no.md) [site](https://x/b.md) [self](a.md)\n\n```\n[c](c.md)\n```\n\n~~~~\n```\n[c](c.md)\n~~~~\n",
        "b.md": '<a href="s/d.md">d</a> [sp](<with space.md>) [esc](with%20space.md)\n',
        "c.md": "- x\n\n  ```md\n  [a](a.md)\n  ```\n", "s/d.md": "[up](../a.md \"title\") [root](/b)\n", "with space.md": "# W",
    }  # fmt: skip
    shelf, graph = shelf_of(tmp_path, files), References(tmp_path)
    assert graph.of(shelf.pages["a"], shelf) == [], "nothing is known before the graph is drawn"
    graph.draw(shelf)
    assert {path: paths(graph.of(page, shelf)) for path, page in shelf.pages.items()} == {
        "a": ["b"], "b": ["s/d", "with space"], "c": [], "with space": [], "s/d": ["a", "b"],
    }  # fmt: skip
    assert paths(graph.to(shelf.pages["b"], shelf)) == ["a", "s/d"]


@pytest.mark.parametrize("text", ["](a" * 300_000, "](<a" * 200_000, "[a](" * 200_000, "href=\"" * 150_000, "```\n~~~\n" * 100_000, " " * 900_000,
                                  "](" + " " * 900_000, "`" * 900_000])  # fmt: skip
def test_no_text_makes_reading_its_links_slow(tmp_path: Path, text: str) -> None:
    shelf, graph = shelf_of(tmp_path, {"a.md": text, "b.md": "[a](a.md)"}), References(tmp_path)
    graph.draw(shelf)
    assert paths(graph.to(shelf.pages["a"], shelf)) == ["b"]
