"""What a folder of markdown becomes: pages with addresses, titles and an order, as they are at this moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from portal.docs import catalogue as catalogue_module
from portal.docs.catalogue import Catalogue, Page
from portal.docs.shelving import title_from
from tests.docs.sets import catalogue_of, write


def paths(catalogue: Catalogue) -> list[str]:
    catalogue.refresh()
    return list(catalogue.pages)


def page(catalogue: Catalogue, path: str) -> Page:
    found = catalogue.find(path)
    assert found is not None, f"there is no page at {path}"
    return found


def test_a_folder_is_a_section_led_by_its_index_readme_or_own_index(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "index.md": "# Home", "one/index.md": "# One", "one/a.md": "# A", "two/README.md": "# Two", "three/INDEX.md": "# Three",
        "four/deep/x.md": "# X",
    })  # fmt: skip
    assert {path: item.is_index for path, item in catalogue.pages.items()} == {
        "": True, "four/deep/x": False, "one": True, "one/a": False, "three": True, "two": True,
    }  # fmt: skip
    assert [branch.title for branch in catalogue.shelf.tree.branches] == ["Four", "One", "Three", "Two"]


@pytest.mark.parametrize(("name", "said"), [
    ("_category_.json", '{"label": "Tutorial - Basics", "position": 1, "collapsed": false}'),
    ("_category_.yml", "label: Tutorial - Basics\nposition: 1\ncollapsed: false\n"),
])  # fmt: skip
def test_a_category_file_names_and_places_its_folder(tmp_path: Path, name: str, said: str) -> None:
    catalogue = catalogue_of(tmp_path, {
        "basics/index.md": "# Start", "basics/x.md": "# X", f"basics/{name}": said, "about/x.md": "---\nsidebar_label: Us\n---\n# About us",
        "about/_category_.json": '{"position": 2}', "early/x.md": "# X",
    })  # fmt: skip
    branches = catalogue.shelf.tree.branches
    assert [(branch.title, branch.folder.is_unfolded) for branch in branches] == [("Tutorial - Basics", True), ("About", False), ("Early", False)]
    assert page(catalogue, "about/x").label == "Us"
    assert (page(catalogue, "about/x").title, page(catalogue, "basics").title) == ("About us", "Start")
    write(tmp_path, {f"basics/{name}": said.replace("Basics", "More")})
    catalogue.refresh()
    assert catalogue.shelf.tree.branches[0].title == "Tutorial - More"


@pytest.mark.parametrize("said", ["{", "[1]", '{"label": 7, "position": true}', "{" * 5000, '{"a": ' * 5000])
def test_a_category_file_that_cannot_be_read_says_nothing(tmp_path: Path, said: str) -> None:
    catalogue = catalogue_of(tmp_path, {"a/x.md": "# X", "a/_category_.json": said, "a/_category_.yml": "a: &a [*a, *a]"})
    assert [branch.title for branch in catalogue.shelf.tree.branches] == ["A"]


def test_a_folder_without_a_name_of_its_own_is_spelled_as_the_set_spells_it(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "mindx/a.md": "# How mindX thinks", "rest_api/b.md": "# The REST API of mindX", "loud/c.md": "# LOUD MINDX",
        "integrations/index.md": "# Overview",
    })  # fmt: skip
    assert [branch.title for branch in catalogue.shelf.tree.branches] == ["Integrations", "Loud", "mindX", "REST API"]


def test_pages_of_one_section_that_are_called_the_same_are_told_apart(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a/index.md": "# Book", "a/book_old_1.md": "# Book", "a/book_old_2.md": "# Book", "a/z.md": "# Other", "b.md": "# Book"})
    assert [page.label for page in catalogue.pages.values()] == ["Book", "Book", "Book (1)", "Book (2)", "Other"]


def test_the_page_that_nextjs_makes_of_a_folder_leads_it(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"docs/page.mdx": "# Docs", "docs/start/page.mdx": "# Start", "docs/notes/page.md": "# A page"})
    assert {path: item.is_index for path, item in catalogue.pages.items()} == {"docs": True, "docs/start": True, "docs/notes/page": False}


def test_an_index_beats_a_readme_which_then_is_a_page_like_any_other(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a/index.md": "# Lead", "a/README.md": "# Read me", "a/INDEX.md": "# All"})
    assert page(catalogue, "a").title == "Lead"
    assert page(catalogue, "a/README").title == "Read me"
    assert page(catalogue, "a/INDEX").title == "All"


def test_an_index_in_capitals_at_the_root_is_the_document_index(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"INDEX.md": "# All of it", "README.md": "# Home"})
    assert (page(catalogue, "INDEX").url, page(catalogue, "").url) == ("/docs/index/", "/")


@pytest.mark.parametrize(("text", "title"), [
    ("---\ntitle: From the matter\n---\n# From the heading\n", "From the matter"),
    ("---\ntitle: 2024\n---\n", "2024"),
    ("# From the heading\n", "From the heading"),
    ("Some words\n\n# Late\n", "Late"),
    ("Underlined\n==========\n", "Underlined"),
    ("# With `code`, **weight** and [a link](x.md) ##\n", "With code, weight and a link"),
    ("```bash\n# a comment is no heading\n```\n\n# Real\n", "Real"),
    ("<!-- one -->\n<!--\nmake it\n# a note\n-->\n\n# Real\n", "Real"),
    ("\ufeff# After a byte-order mark\n", "After a byte-order mark"),
    ("# Windows\r\nlines\r\n", "Windows"),
    ("No heading at all\n", "Some page"),
    ("", "Some page"),
    ("---\ntitle: [not, text]\n---\n", "Some page"),
    ("---\n: : not yaml [\n---\n# Still titled\n", "Still titled"),
])  # fmt: skip
def test_a_title_comes_from_front_matter_else_the_heading_else_the_name(tmp_path: Path, text: str, title: str) -> None:
    (tmp_path / "some_page.md").write_bytes(text.encode())
    assert page(Catalogue(tmp_path), "some_page").title == title


@pytest.mark.parametrize(("name", "title"), [
    ("02-getting_started", "Getting started"), ("api", "API"), ("10. The end", "The end"), ("2024", "2024"), ("a-b_c", "A b c"),
])  # fmt: skip
def test_a_name_without_a_heading_reads_as_words(name: str, title: str) -> None:
    assert title_from(name) == title


def test_order_is_the_sections_nav_then_front_matter_then_numbers_then_natural(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "index.md": "---\nnav: [zebra, ./sub/]\n---\n# Home",
        "zebra.md": "", "ordered.md": "---\norder: 1\n---\n", "later.md": "---\nsidebar_position: 1.5\n---\n", "02-two.md": "",
        "10-ten.md": "", "page2.md": "", "page10.md": "", "Apple.md": "", "sub/x.md": "", "banana/y.md": "",
    })  # fmt: skip
    assert paths(catalogue) == [
        "", "zebra", "sub/x", "ordered", "later", "02-two", "10-ten", "Apple", "page2", "page10", "banana/y",
    ]  # fmt: skip


def test_nav_may_name_files_folders_and_titles_with_names(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "a/index.md": "---\nnav:\n- last.md\n- First steps: ./first.mdx\n- mid\n---\n", "a/first.mdx": "", "a/mid.md": "", "a/last.md": "",
    })  # fmt: skip
    assert paths(catalogue) == ["a", "a/last", "a/first", "a/mid"]


def test_a_set_written_for_mintlify_is_read_in_the_order_of_its_docs_json(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "docs.json": '{"navigation": {"tabs": [{"groups": [{"pages": ["start", {"group": "G", "pages": ["/b/two", "b/one"]}, "POST /x"]}]}]},'
                     ' "redirects": [{"source": "/old", "destination": "/b/one#part"}, {"source": "/v1/:rest", "destination": "/b"}]}',
        "a.md": "", "start.mdx": "", "b/one.mdx": "", "b/two.mdx": "",
    })  # fmt: skip
    assert paths(catalogue) == ["start", "b/two", "b/one", "a"]
    assert page(catalogue, "old").path == "b/one"
    write(tmp_path, {"docs.json": '{"navigation": ["b/one", "start"]}'})
    assert paths(catalogue) == ["a", "start", "b/one", "b/two"]


def test_an_mdbook_is_read_in_the_order_of_its_summary(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "book/SUMMARY.md": "# Summary\n\n[Foreword](foreword.md)\n\n- [`Start`](./start.md)\n  - [More](more/README.md)\n"
                           "  - [Inner](more/inner.md)\n- [Draft]()\n---\n[End](appendix.md)\n",
        "book/appendix.md": "", "book/foreword.md": "", "book/more/README.md": "", "book/more/inner.md": "", "book/more/a.md": "",
        "book/start.md": "",
    })  # fmt: skip
    assert page(catalogue, "book/start").title == "Start"
    assert page(catalogue, "book/more/a").title == "A"
    book = ["foreword", "start", "more", "more/inner", "more/a", "appendix", "SUMMARY"]
    assert paths(catalogue) == [f"book/{name}" for name in book]
    write(tmp_path, {"book/SUMMARY.md": "# Summary\n\n- [Start](start.md)\n- [Appendix](appendix.md)\n"})
    assert paths(catalogue)[:2] == ["book/start", "book/appendix"]


@pytest.mark.parametrize("text", ["What we did:", " " * 500_000 + "What we did:"])
def test_a_summary_that_is_a_text_orders_nothing(tmp_path: Path, text: str) -> None:
    files = {"SUMMARY.md": f"# Summary\n\n{text}\n\n- [B](b.md)\n- [A](a.md)\n", "a.md": "", "b.md": ""}
    assert paths(catalogue_of(tmp_path, files)) == ["a", "b", "SUMMARY"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"navigation": 3}', '{"navigation": {"pages": [[[1, null]]]}}', "[" * 100_000])
def test_a_docs_json_that_says_nothing_changes_nothing(tmp_path: Path, content: str) -> None:
    assert paths(catalogue_of(tmp_path, {"docs.json": content, "b.md": "", "a.md": ""})) == ["a", "b"]


def test_drafts_dot_files_and_other_files_stay_out(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "shown.md": "", "also.MDX": "", "third.markdown": "", "draft.md": "---\ndraft: true\n---\n",
        "unpublished.md": "---\npublished: false\n---\n", ".hidden.md": "", ".git/config.md": "", "a/.b/c.md": "", "notes.txt": "",
        "x.md.backup": "", "noted.md~": "",
    })  # fmt: skip
    assert paths(catalogue) == ["also", "shown", "third"]
    assert catalogue.find("draft") is None


@pytest.mark.parametrize("name", ["Guides/Set Up", "guides/set up", "GUIDES/SET UP.MD", "guides/set up.md", "guides/set up/"])
def test_a_page_is_found_in_any_case_and_by_its_files_name(tmp_path: Path, name: str) -> None:
    catalogue = catalogue_of(tmp_path, {"Guides/Set Up.md": "# Set up"})
    assert page(catalogue, name).url == "/docs/Guides/Set%20Up/"


def test_two_files_that_differ_in_case_alone_are_two_pages(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"AGINT.md": "# Long", "agint.md": "# Short"})
    assert [page(catalogue, name).title for name in ("AGINT", "agint", "AGINT.md", "agint.md")] == [
        "Long", "Short", "Long", "Short",
    ]  # fmt: skip


def test_a_page_answers_to_its_aliases_and_an_address_beats_an_alias(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "new.md": "---\naliases: [/docs/old/place/, taken]\nredirect_from: former\n---\n", "taken.md": "# Mine",
    })  # fmt: skip
    assert [page(catalogue, name).path for name in ("old/place", "Former", "taken")] == ["new", "new", "taken"]


def test_a_page_answers_without_the_folders_in_brackets_that_nextjs_leaves_out(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"(guide)/start.mdx": "", "(guide)/index.mdx": "", "ui/(more)/(a)/b.mdx": "", "taken.md": "", "(guide)/taken.md": ""})
    found = [page(catalogue, name).path for name in ("start", "ui/b", "taken")]
    assert found == ["(guide)/start", "ui/(more)/(a)/b", "taken"]
    assert catalogue.find("") is None


def test_no_page_is_lost_where_files_want_one_address(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {
        "a.md": "# The md", "a.mdx": "# The mdx", "b.md": "# The file", "b/index.md": "# The folder", "b/c.md": "# C",
    })  # fmt: skip
    assert [page(catalogue, name).title for name in ("a", "a.mdx", "b", "b.md", "b/c")] == [
        "The md", "The mdx", "The folder", "The file", "C",
    ]  # fmt: skip
    assert len({item.url for item in catalogue.pages.values()}) == 5


def test_a_draft_takes_no_address_from_a_page(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a.md": "---\ndraft: true\n---\n# Not yet", "a.mdx": "# Out"})
    assert page(catalogue, "a").title == "Out"


def test_an_edit_a_new_page_and_a_deleted_one_show_at_the_next_request(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a.md": "# Before", "b.md": "# B"})
    assert page(catalogue, "a").title == "Before"
    write(tmp_path, {"a.md": "# After", "c/d.md": "# D"})
    (tmp_path / "b.md").unlink()
    assert page(catalogue, "c/d").title == "D"
    assert catalogue.find("b") is None
    assert page(catalogue, "a").title == "After"


def test_the_shelf_is_the_same_object_until_something_changes(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a.md": "# A", "b.md": "# B"})
    shelf = catalogue.shelf
    catalogue.refresh()
    assert catalogue.shelf is shelf
    write(tmp_path, {"a.md": "# Another"})
    catalogue.refresh()
    edited = catalogue.shelf
    assert edited is not shelf
    assert edited.number > shelf.number
    assert edited.stamp == shelf.stamp, "an edit moves no page"
    write(tmp_path, {"c.md": "# C"})
    catalogue.refresh()
    assert catalogue.shelf.stamp != edited.stamp


def test_only_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a.md": "# A", "b.md": "# B"})
    before = page(catalogue, "a")
    # A file of the same time and size was not edited; its text being other shows that it is not read.
    status = before.file.stat()
    before.file.write_text("# Z")
    os.utime(before.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    write(tmp_path, {"b.md": "# Bee"})
    catalogue.refresh()
    assert [page(catalogue, name).title for name in "ab"] == ["A", "Bee"]


def test_a_folder_that_does_not_exist_is_an_empty_set_until_it_does(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "later")
    assert paths(catalogue) == []
    write(tmp_path / "later", {"a.md": "# A"})
    assert page(catalogue, "a").title == "A"


def test_size_date_and_reading_time_are_those_of_the_file(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {"a.md": "word " * 2300})
    os.utime(tmp_path / "a.md", ns=(0, 1_700_000_000_000_000_000))
    found = page(catalogue, "a")
    assert (found.size, found.changed, found.minutes) == (11_500, 1_700_000_000.0, 8)


def test_names_with_spaces_apostrophes_and_letters_of_any_script_have_addresses(tmp_path: Path) -> None:
    names = ["It's here", "ünï", "日本語", "a+b & c", "100%", "q?#x"]
    catalogue = catalogue_of(tmp_path, {f"{name}.md": f"# {name}" for name in names})
    assert [page(catalogue, name).title for name in names] == names
    assert page(catalogue, "q?#x").url == "/docs/q%3F%23x/"
    assert page(catalogue, "100%").url == "/docs/100%25/"


def test_ten_thousand_names_are_ordered_as_a_reader_counts(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, {f"step {number}.md": "" for number in (1, 2, 9, 10, 11, 100, 10**30)})
    assert paths(catalogue) == [f"step {number}" for number in (1, 2, 9, 10, 11, 100, 10**30)]


def test_asking_for_what_is_not_there_does_not_look_through_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = catalogue_of(tmp_path, {f"folder{number % 40}/{number}.md": "" for number in range(80)})
    catalogue.refresh()
    monkeypatch.setattr(catalogue, "_next_look", float("inf"))  # a look that is due is no part of this
    monkeypatch.setattr(catalogue_module, "walk", lambda root: pytest.fail(f"{root} was looked through"))
    for number in range(300):
        assert catalogue.find(f"folder1/nothing-{number}") is None
