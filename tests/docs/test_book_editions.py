"""Which documents are the book, and its editions side by side."""

import re

import pytest

from portal.docs.book.marking import mark_words
from portal.docs.book.views import shelf
from portal.docs.here import catalogue
from tests.docs.sets import DocSet, article_of, text_of

pytestmark = pytest.mark.anyio


def found(doc_set: DocSet) -> list[tuple[str, list[str]]]:
    catalogue.refresh()
    return [(edition.key, [page.path for page in edition.pages]) for edition in shelf.editions()]


@pytest.mark.parametrize("name", ["BOOK.md", "the-book.md", "Book_of_Days.md", "portal_book.md", "deep/BOOK.mdx"])
def test_a_document_named_a_book_is_the_book(doc_set, name):
    doc_set.write(name, "# Anything\n\n## One\n")
    doc_set.write("guide.md", "# Guide\n")
    assert found(doc_set) == [("undated", [name.rpartition(".")[0]])]


@pytest.mark.parametrize("name", ["RUNBOOK.md", "PLAYBOOK.md", "bookkeeping.md", "book-a-flight.md", "handbook.md"])
def test_a_document_with_book_in_another_word_is_not(doc_set, name):
    doc_set.write(name, "# Anything\n")
    assert found(doc_set) == []


@pytest.mark.parametrize("title", ["About this book", "F - Translations of the Book", "Writing a book", "With the book"])
def test_a_document_that_speaks_of_a_book_is_not(doc_set, title):
    doc_set.write("whole.md", f"# {title}\n")
    assert found(doc_set) == []


def test_a_title_can_say_it(doc_set):
    doc_set.write("whole.md", "# The Book of mindX\n\n## One\n")
    assert found(doc_set) == [("undated", ["whole"])]


def test_front_matter_decides_before_names_do(doc_set):
    doc_set.write("BOOK.md", "# Book\n")
    doc_set.write("deep/manual.md", "---\nbook: true\n---\n# Manual\n\n## One\n")
    assert found(doc_set) == [("undated", ["deep/manual"])]


def test_front_matter_can_keep_a_document_out(doc_set):
    doc_set.write("address_book.md", "---\nbook: false\n---\n# Addresses\n")
    assert found(doc_set) == []


def test_a_section_whose_index_says_so_is_the_book(doc_set):
    doc_set.write("manual/index.md", "---\nbook: true\n---\n# Manual\n")
    doc_set.write("manual/b.md", "---\norder: 1\n---\n# B\n")
    doc_set.write("manual/a.md", "---\norder: 2\n---\n# A\n")
    assert found(doc_set) == [("undated", ["manual/b", "manual/a"])]


def test_the_folder_comes_before_a_file(doc_set):
    doc_set.write("BOOK.md", "# Book\n")
    doc_set.write("book/01-one.md", "# One\n")
    assert found(doc_set) == [("undated", ["book/01-one"])]


def test_dates_in_names_make_editions_newest_first(doc_set):
    doc_set.write("old/book_of_days_20260412_1929.md", "# The Book of Days\n\nOne.\n")
    doc_set.write("old/book_of_days_20260516_1840.md", "# The Book of Days\n\nTwo.\n")
    doc_set.write("old/book_of_days_2026-05-01.md", "# The Book of Days\n\nThree.\n")
    doc_set.write("BOOK_OF_DAYS.md", "# The Book of Days\n\nTwo.\n")
    assert [key for key, _pages in found(doc_set)] == ["2026-05-16-1840", "2026-05-01", "2026-04-12-1929"]
    doc_set.write("BOOK_OF_DAYS.md", "# The Book of Days\n\nFour.\n")
    assert [key for key, _pages in found(doc_set)] == ["2026-05-16-1840", "2026-05-01", "2026-04-12-1929", "undated"]


def test_folders_named_by_dates_are_editions(doc_set):
    for folder in ("book/2026-05-16", "book/2026-04-12", "book-2026-06-01"):
        doc_set.write(f"{folder}/01-one.md", "# One\n")
    assert found(doc_set) == [
        ("2026-06-01", ["book-2026-06-01/01-one"]),
        ("2026-05-16", ["book/2026-05-16/01-one"]),
        ("2026-04-12", ["book/2026-04-12/01-one"]),
    ]


def test_two_files_of_one_date_are_two_editions(doc_set):
    doc_set.write("a/book_2026-05-16.md", "# Book\n\nOne.\n")
    doc_set.write("b/book_2026-05-16.md", "# Book\n\nTwo.\n")
    assert [key for key, _pages in found(doc_set)] == ["2026-05-16", "2026-05-16-2"]


OLD = "# Book\n\n## I. One\n\nThe cat sat on the mat.\n\nThe same.\n\n## II. Gone\n\nLost.\n\n## III. Kept\n\nAs it was.\n"
NEW = "# Book\n\n## I. One\n\nThe cat sat on the chair.\n\nThe same.\n\nAll new here.\n\n## II. Kept\n\nAs it was.\n\n## III. Came\n\nFound.\n"


def two_editions(doc_set: DocSet) -> str:
    doc_set.write("book_2026-01-01.md", OLD)
    doc_set.write("book_2026-02-01.md", NEW)
    return "/book/compare/2026-01-01/2026-02-01/"


async def test_every_edition_can_be_read_and_the_newest_is_the_book(doc_set):
    two_editions(doc_set)
    assert "on the chair" in await doc_set.get("/book/i-one/")
    old = await doc_set.get("/book/editions/2026-01-01/i-one/")
    assert "on the mat" in old
    assert 'content="noindex"' in old
    assert 'href="/book/editions/2026-01-01/ii-gone/"' in old
    assert "Lost." in await doc_set.get("/book/editions/2026-01-01/print/")
    editions = await doc_set.get("/book/editions/")
    assert text_of(article_of(editions)).count("1 January 2026") == 3
    await doc_set.get("/book/editions/2026-03-01/", 404)


async def test_the_form_leads_to_the_comparison_with_the_older_edition_first(doc_set):
    address = two_editions(doc_set)
    assert await doc_set.get("/book/compare/?from=2026-02-01&to=2026-01-01", 302) == address
    assert await doc_set.get("/book/compare/?from=2026-01-01&to=2026-02-01", 302) == address
    assert await doc_set.get("/book/compare/?from=x", 302) == "/book/editions/"


async def test_two_editions_are_compared_chapter_by_chapter(doc_set):
    page = article_of(await doc_set.get(two_editions(doc_set)))
    assert re.findall(r'data-change="(\w+)"><a href="[^"]*">([^<]*)', page) == [
        ("changed", "I. One"),
        ("removed", "II. Gone"),
        ("same", "II. Kept"),
        ("added", "III. Came"),
    ]


async def test_a_changed_chapter_is_marked_by_paragraph_and_word(doc_set):
    page = article_of(await doc_set.get(two_editions(doc_set) + "i-one/"))
    assert re.findall(r'class="row" data-change="(\w+)"', page) == ["changed", "same", "added"]
    assert "The cat sat on the <del>mat.</del>" in page
    assert "The cat sat on the <ins>chair.</ins>" in page
    only = article_of(await doc_set.get(two_editions(doc_set) + "i-one/?only=changes"))
    assert re.findall(r'class="row" data-change="(\w+)"', only) == ["changed", "added"]


async def test_chapters_of_one_edition_alone_are_shown_on_their_side(doc_set):
    address = two_editions(doc_set)
    assert "Only in the older edition" in await doc_set.get(address + "ii-gone/")
    assert "Only in the newer edition" in await doc_set.get(address + "iii-came/")
    assert "The same in both" in await doc_set.get(address + "ii-kept/")
    await doc_set.get(address + "iv-none/", 404)


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("<p>a b c</p>", "<p>a x y c</p>", ("<p>a <del>b</del> c</p>", "<p>a <ins>x y</ins> c</p>")),
        ("<p>a <em>b</em></p>", "<p>a <em>c</em></p>", ("<p>a <em><del>b</del></em></p>", "<p>a <em><ins>c</ins></em></p>")),
        ("<p>a</p>", "<p>a</p>", ("<p>a</p>", "<p>a</p>")),
        ('<a title="x > y">a</a>', '<a title="x > z">a</a>', ('<a title="x > y">a</a>', '<a title="x > z">a</a>')),
    ],
)
def test_marks_never_cross_a_tag(old, new, marked):
    assert mark_words(old, new) == marked


async def test_a_comparison_of_long_repetitive_chapters_comes_to_an_end(doc_set):
    doc_set.write("book_2026-01-01.md", "# Book\n\n## One\n\n" + "\n\n".join("a b " * 400 if at % 2 else "b a " * 300 for at in range(120)))
    doc_set.write("book_2026-02-01.md", "# Book\n\n## One\n\n" + "\n\n".join("b b a " * 350 if at % 3 else "a " * 500 for at in range(140)))
    assert await doc_set.get("/book/compare/2026-01-01/2026-02-01/one/")
