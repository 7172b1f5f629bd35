"""The book as a reader meets it."""

import re

import pytest

from portal.docs.here import catalogue
from tests.docs.sets import article_of, ids_of, local_links_of, text_of

pytestmark = pytest.mark.anyio

ONE_FILE = """# The Book of Days

> By many hands.

## I. Morning

Dawn, see [evening](#light-1) and the [table][t]. A note[^n].

### Light

Early.

## II. Evening

### Light

Late, back to [morning](#i-morning).

```
## Not a chapter
```

# A stray heading

#

After it.

[t]: https://example.org/table
[^n]: Of the night.
"""


async def test_a_set_without_a_book_says_how_to_make_one(doc_set):
    page = await doc_set.get("/book/")
    assert "This set has no book yet" in page
    assert "book/01-beginnings.md" in page
    assert "no book yet" in await doc_set.get("/book/editions/")
    for address in ("/book/print/", "/book/one/", "/book/compare/a/b/", "/book/editions/a/"):
        await doc_set.get(address, 404)


async def test_a_book_made_while_the_site_runs_shows_at_the_next_request(doc_set):
    assert "no book yet" in await doc_set.get("/book/")
    file = doc_set.root / "BOOK.md"
    file.write_text("# Book\n\n## One\n\nText.\n")
    assert "<h1>Book</h1>" in await doc_set.get("/book/")
    file.write_text("# Book\n\n## One\n\nText.\n\n## Two\n\nMore.\n")
    assert "More." in await doc_set.get("/book/two/")


async def test_one_file_is_cut_at_its_chapter_headings(doc_set):
    doc_set.write("BOOK_OF_DAYS.md", ONE_FILE)
    page = await doc_set.get("/book/")
    assert "<h1>The Book of Days</h1>" in page
    assert "By many hands." in page
    assert re.findall(r'<li><a href="(/book/[^"]+)">([^<]*)</a> <span class="minutes">1 min', page) == [
        ("/book/i-morning/", "I. Morning"),
        ("/book/ii-evening/", "II. Evening"),
    ]
    assert '<meta name="description" content="Dawn, see evening and the table. A note. Early.">' in await doc_set.get("/book/i-morning/")
    evening = await doc_set.get("/book/ii-evening/")
    assert "<h1>II. Evening</h1>" in evening
    assert "Chapter 2 of 2" in evening
    assert "## Not a chapter" in text_of(evening)
    assert text_of(article_of(evening)).endswith("A stray heading After it.")


async def test_links_and_footnotes_of_one_file_work_from_chapter_to_chapter(doc_set):
    doc_set.write("BOOK.md", ONE_FILE)
    morning = article_of(await doc_set.get("/book/i-morning/"))
    assert '<a href="/book/ii-evening/#light">evening</a>' in morning
    assert 'href="https://example.org/table"' in morning
    assert "Of the night." in morning
    evening = article_of(await doc_set.get("/book/ii-evening/"))
    assert '<a href="/book/i-morning/">morning</a>' in evening
    assert "Of the night." not in evening


async def test_headings_of_a_chapter_follow_its_title_without_a_gap_and_none_is_empty(doc_set):
    doc_set.write("BOOK.md", ONE_FILE)
    evening = article_of(await doc_set.get("/book/ii-evening/"))
    assert re.findall(r"<(h\d)", evening) == ["h1", "h2", "h2"]
    assert not re.search(r"<h\d[^>]*></h\d>", evening)


async def test_a_folder_is_a_book_of_a_chapter_a_file(doc_set):
    doc_set.write("book/index.md", "# My Book\n\nBefore it all, read [the end](02-end.md).\n")
    doc_set.write("book/01-start.md", "# The Start\n\nOn to [the end](02-end.md#far) and [out](../other.md).\n")
    doc_set.write("book/02-end.md", "# The End\n\n## Far\n\nBack to [the start](./01-start.md).\n")
    doc_set.write("book/part-b/01-more.md", "# More\n\nText.\n")
    doc_set.write("other.md", "# Other\n")
    page = await doc_set.get("/book/")
    assert re.findall(r'<li><a href="(/book/[^"]+)">', page)[:3] == ["/book/start/", "/book/end/", "/book/part-b-more/"]
    assert '<li class="part">Part b</li>' in page
    assert '<a href="/book/end/">the end</a>' in page
    start = article_of(await doc_set.get("/book/start/"))
    assert '<a href="/book/end/#far">the end</a>' in start
    assert '<a href="/docs/other/">out</a>' in start
    assert 'rel="next" href="/book/end/"' in await doc_set.get("/book/start/")
    assert '<a href="/book/start/">the start</a>' in await doc_set.get("/book/end/")


async def test_a_chapter_is_found_whatever_the_case_of_its_address(doc_set):
    doc_set.write("BOOK.md", ONE_FILE)
    assert await doc_set.get("/book/I-Morning/", 301) == "/book/i-morning/"
    await doc_set.get("/book/iii-night/", 404)


async def test_chapters_of_one_title_or_of_the_sites_own_names_have_addresses_of_their_own(doc_set):
    doc_set.write("BOOK.md", "# Book\n\n## Print\n\na1\n\n## Notes\n\na2\n\n## Notes\n\na3\n\n## 日本\n\na4\n\n## !!!\n\na5\n")
    for name, said in (("print-2", "a1"), ("notes", "a2"), ("notes-2", "a3"), ("日本", "a4"), ("chapter-5", "a5")):
        assert said in article_of(await doc_set.get(f"/book/{name}/"))


async def test_the_whole_book_is_one_page_whose_links_stay_on_it(doc_set):
    doc_set.write("BOOK.md", ONE_FILE)
    page = await doc_set.get("/book/print/")
    ids = ids_of(page)
    assert len(ids) == len(set(ids))
    links = local_links_of(page)
    assert {"chapter-1", "chapter-2", "chapter-2-light"} <= set(links)
    assert set(links) <= set(ids)
    assert page.index("Dawn") < page.index("Late")
    assert "href=\"/book/i-morning/\"" not in article_of(page)


async def test_the_whole_of_a_folder_is_one_page_whose_links_stay_on_it(doc_set):
    doc_set.write("book/01-a.md", "# A\n\nTo [b](02-b.md#s), [b](02-b.md) and [here](#a1).\n\n## A1\n")
    doc_set.write("book/02-b.md", "# B\n\n## S\n\nText[^1].\n\n[^1]: Note.\n")
    page = await doc_set.get("/book/print/")
    assert {"chapter-2-s", "chapter-2", "chapter-1-a1"} <= set(local_links_of(page)) <= set(ids_of(page))


async def test_a_file_that_is_not_utf8_is_read_with_its_odd_bytes_marked(doc_set):
    doc_set.write("BOOK.md", b"# Book\n\n## Caf\xe9\n\nText \xff here.\n\n## Next\n\nMore.\n")
    page = await doc_set.get("/book/")
    assert "Caf\N{REPLACEMENT CHARACTER}" in page
    assert "Text \N{REPLACEMENT CHARACTER} here." in await doc_set.get("/book/caf/")


async def test_a_book_without_chapters_says_what_begins_one(doc_set):
    doc_set.write("BOOK.md", "Only text.\n")
    page = await doc_set.get("/book/")
    assert "Only text." in page
    assert "no chapters yet" in page
    assert "Only text." in await doc_set.get("/book/print/")


async def test_a_book_that_vanishes_is_no_fault(doc_set):
    file = doc_set.write("BOOK.md", ONE_FILE)
    await doc_set.get("/book/")
    file.unlink()
    assert "no book yet" in await doc_set.get("/book/")


async def test_a_chapter_whose_file_cannot_be_read_costs_its_own_text(doc_set):
    doc_set.write("book/01-a.md", "# A\n\nHere.\n")
    gone = doc_set.write("book/02-b.md", "# B\n\nGone.\n")
    catalogue.refresh()
    gone.unlink()
    assert "Here." in await doc_set.get("/book/a/")


async def test_hostile_html_in_a_book_does_not_run(doc_set):
    doc_set.write("BOOK.md", '# Book\n\n## <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\n## A"><script>x</script>\n\nText\n')
    for address in ("/book/", "/book/print/"):
        page = article_of(await doc_set.get(address))
        assert "<script" not in page
        assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", page)


async def test_a_large_book_opens(doc_set):
    chapters = "".join(f"## Chapter {number}\n\n" + "Words of this chapter go on. " * 900 + "\n\n" for number in range(200))
    doc_set.write("BOOK.md", "# Book\n\n" + chapters)
    page = await doc_set.get("/book/")
    assert "200 chapters" in page
    assert "Chapter 150 of 200" in await doc_set.get("/book/chapter-149/")


async def test_a_chapter_tells_the_browser_its_place(doc_set):
    doc_set.write("BOOK.md", ONE_FILE)
    page = await doc_set.get("/book/i-morning/")
    assert '<book-place data-book="/book/" data-chapter="1" data-of="2" data-title="I. Morning">' in page
    assert 'aria-current="page">I. Morning</a>' in page
