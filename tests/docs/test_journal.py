"""The journal as a reader meets it."""

import re
from xml.etree.ElementTree import fromstring

import pytest

from tests.docs.sets import article_of, ids_of, local_links_of, text_of

pytestmark = pytest.mark.anyio

JOURNAL = """# Journal of Days

> Kept by many.

## 2026-05-16 18:39 UTC

**System snapshot**: 7 memories, see [the guide](guide.md) and [above](#decisions)

### Decisions

  - one
  - two

## 2026-05-16 18:39 UTC

**System snapshot**: 6 memories

### Decisions

None.

## 2026-05-02 09:00 UTC

**Improvement cycle 72 succeeded**

## 2026-04-12 19:29 UTC

**Improvement cycle 71 succeeded**: with a `needle` in it
"""
ATOM = "{http://www.w3.org/2005/Atom}"


def urls_of(page: str) -> list[str]:
    """The entries listed on a page, in its order."""
    return re.findall(r'<li><a href="(/journal/\d[^"]+)">', article_of(page))


async def test_a_set_without_a_journal_says_how_to_make_one(doc_set):
    page = await doc_set.get("/journal/")
    assert "This set has no journal yet" in page
    assert "journal/2026-11-23-title.md" in page
    feed = fromstring(await doc_set.get("/journal/feed.xml"))
    assert feed.findall(f"{ATOM}entry") == []
    for address in ("/journal/2026/", "/journal/2026/05/", "/journal/2026/05/16-1839-x/"):
        await doc_set.get(address, 404)


async def test_a_journal_without_a_date_says_what_begins_an_entry(doc_set):
    doc_set.write("JOURNAL.md", "# Journal\n\n## No date\n\nText.\n")
    assert "no entries yet" in await doc_set.get("/journal/")


async def test_entries_are_listed_newest_first_under_their_days(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    page = await doc_set.get("/journal/")
    assert "<h1>Journal of Days</h1>" in page
    assert "Kept by many." in page
    assert urls_of(page) == [
        "/journal/2026/05/16-1839-system-snapshot-2/",
        "/journal/2026/05/16-1839-system-snapshot/",
        "/journal/2026/05/02-0900-improvement-cycle-72-succeeded/",
        "/journal/2026/04/12-1929-improvement-cycle-71-succeeded/",
    ]
    assert re.findall(r"<h2><time [^>]*>([^<]*)", page) == ["16 May 2026", "2 May 2026", "12 April 2026"]
    assert "7 memories, see the guide and above" in text_of(page)


async def test_an_edit_shows_at_the_next_request_and_addresses_stay(doc_set):
    file = doc_set.write("JOURNAL.md", JOURNAL)
    before = urls_of(await doc_set.get("/journal/"))
    file.write_text(JOURNAL.replace("## 2026-05-16", "## 2026-05-16 18:39\n\n**System snapshot**: 8 memories\n\n## 2026-05-16", 1))
    after = urls_of(await doc_set.get("/journal/"))
    assert after[0] == "/journal/2026/05/16-1839-system-snapshot-3/"
    assert after[1:] == before


async def test_an_entry_has_a_page_of_its_own_with_its_neighbours(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    doc_set.write("guide.md", "# Guide\n")
    page = await doc_set.get("/journal/2026/05/16-1839-system-snapshot/")
    assert "6 memories" in page
    assert re.search(r'<meta name="description" content="[^"]*6 memories', page)
    assert 'rel="prev" href="/journal/2026/05/16-1839-system-snapshot-2/"' in page
    assert 'rel="next" href="/journal/2026/05/02-0900-improvement-cycle-72-succeeded/"' in page
    newest = article_of(await doc_set.get("/journal/2026/05/16-1839-system-snapshot-2/"))
    assert re.findall(r"<(h\d)", newest) == ["h1", "h2"]
    assert '<a href="/docs/guide/">the guide</a>' in newest
    assert set(local_links_of(newest)) <= set(ids_of(newest))


async def test_an_address_whose_title_was_edited_leads_to_the_one_entry_of_its_minute(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    lead = await doc_set.get("/journal/2026/05/02-0900-another-title/", 302)
    assert lead == "/journal/2026/05/02-0900-improvement-cycle-72-succeeded/"
    await doc_set.get("/journal/2026/05/16-1839-another-title/", 404)
    await doc_set.get("/journal/2026/05/03-0900-another-title/", 404)


async def test_a_month_shows_its_entries_in_full_with_ids_that_differ(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    page = await doc_set.get("/journal/2026/05/")
    assert "<h1>May 2026</h1>" in page
    assert "one" in page
    assert "None." in page
    assert "needle" not in page
    ids = ids_of(page)
    assert len(ids) == len(set(ids))
    assert set(local_links_of(page)) <= set(ids)
    assert re.findall(r"<(h\d)", article_of(page)) == ["h1", "h2", "h3", "h2", "h3", "h2"]
    assert await doc_set.get("/journal/2026/5/", 301) == "/journal/2026/05/"
    await doc_set.get("/journal/2026/06/", 404)
    await doc_set.get("/journal/2026/13/", 404)


async def test_every_entry_is_reached_by_way_of_the_months(doc_set):
    many = "".join(f"## 2026-{1 + at % 3:02}-{1 + at % 28:02} {at % 24:02}:00\n\nEntry number {at}.\n\n" for at in range(400))
    doc_set.write("JOURNAL.md", "# Journal\n\n" + many)
    seen = ""
    for month in re.findall(r'href="(/journal/\d{4}/\d\d/)"', await doc_set.get("/journal/")):
        page = await doc_set.get(month)
        for part in ["", *re.findall(r'<li><a href="(\?page=\d+)"', page)]:
            seen += text_of(await doc_set.get(month + part))
    assert all(f"Entry number {at}." in seen for at in range(400))


async def test_every_entry_is_reached_by_way_of_the_list(doc_set):
    many = "".join(f"## 2026-03-{1 + at % 28:02} {at % 24:02}:00 Title {at}\n\nText.\n\n" for at in range(200))
    doc_set.write("JOURNAL.md", many)
    page = await doc_set.get("/journal/")
    parts = re.findall(r'<li><a href="(\?page=\d+)"', page)
    found = [url for part in ["", *parts] for url in urls_of(await doc_set.get("/journal/" + part))]
    assert len(found) == len(set(found)) == 200
    assert urls_of(await doc_set.get("/journal/?page=99")) == urls_of(await doc_set.get("/journal/" + parts[-1]))
    for odd in ("0", "-1", "x", "1e3", "٣", "9" * 400):
        await doc_set.get(f"/journal/?page={odd}")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("q=needle", 1),
        ("q=NEEDLE", 1),
        ("q=improvement succeeded", 2),
        ("q=improvement memories", 0),
        ("kind=System snapshot", 2),
        ("kind=Improvement cycle succeeded&q=72", 1),
        ("kind=None such", 0),
        ("q=", 4),
        ("q=[(*", 0),
    ],
)
async def test_the_list_is_filtered_by_words_and_kind(doc_set, asked, count):
    doc_set.write("JOURNAL.md", JOURNAL)
    assert len(urls_of(await doc_set.get(f"/journal/?{asked}"))) == count


async def test_words_are_marked_where_they_were_found_and_what_was_asked_is_no_html(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL + "\n" + "word " * 200 + "haystack <b>bold</b>\n")
    assert "<mark>needle</mark>" in await doc_set.get("/journal/?q=needle")
    page = await doc_set.get("/journal/?q=haystack <b>")
    assert "<mark>haystack</mark> <mark>&lt;b&gt;</mark>bold" in page
    assert 'value="haystack &lt;b&gt;"' in page


async def test_a_year_has_its_own_list(doc_set):
    doc_set.write("JOURNAL.md", "## 2026-01-01 New\n\n## 2025-12-31 Old\n")
    assert urls_of(await doc_set.get("/journal/2025/")) == ["/journal/2025/12/31-old/"]
    await doc_set.get("/journal/2024/", 404)


async def test_the_chart_has_a_bar_for_each_day_and_a_table_of_its_numbers(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    page = await doc_set.get("/journal/")
    chart = page[page.index("<svg") : page.index("</figure>")]
    assert chart.count("<rect") == 35
    assert 'role="img" aria-label="Entries by day: 3 of 35 have some, at most 2.' in chart
    assert "<title>16 May 2026: 2</title>" in chart
    assert '<th scope="row">16 May 2026</th><td class="number">2</td>' in chart
    assert "style=" not in article_of(page)


async def test_the_feed_is_atom_with_absolute_addresses(doc_set):
    doc_set.write("JOURNAL.md", JOURNAL)
    doc_set.write("guide.md", "# Guide\n")
    response = await doc_set.client.get("/journal/feed.xml")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = fromstring(response.content)
    assert feed.find(f"{ATOM}title").text == "Journal of Days"
    assert feed.find(f"{ATOM}updated").text == "2026-05-16T18:39:00Z"
    assert {(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")} >= {
        ("self", "http://127.0.0.1/journal/feed.xml"),
        ("alternate", "http://127.0.0.1/journal/"),
    }
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}updated").text for entry in entries] == [
        "2026-05-16T18:39:00Z", "2026-05-16T18:39:00Z", "2026-05-02T09:00:00Z", "2026-04-12T19:29:00Z",
    ]  # fmt: skip
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == 4
    assert all(name.startswith("urn:uuid:") for name in ids)
    content = entries[0].find(f"{ATOM}content").text
    assert 'href="http://127.0.0.1/docs/guide/"' in content
    assert 'href="http://127.0.0.1/journal/2026/05/16-1839-system-snapshot-2/#decisions"' in content


async def test_older_entries_are_on_the_feeds_further_pages(doc_set):
    doc_set.write("JOURNAL.md", "".join(f"## 2026-03-{1 + at % 28:02} {at % 24:02}:{at % 60:02} Title {at}\n\n" for at in range(120)))
    address, found = "/journal/feed.xml", []
    while address:
        feed = fromstring(await doc_set.get(address))
        found += [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]
        after = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"]
        address = after[0].removeprefix("http://127.0.0.1") if after else ""
    assert len(found) == len(set(found)) == 120


async def test_what_xml_cannot_carry_is_replaced_in_the_feed(doc_set):
    doc_set.write("JOURNAL.md", b"## 2026-05-16 A \x0b title \xff & <b>\n\nText \x08 here \x1b[0m.\n")
    entry = fromstring((await doc_set.get("/journal/feed.xml")).encode()).find(f"{ATOM}entry")
    assert "title" in entry.find(f"{ATOM}title").text
    assert "Text" in entry.find(f"{ATOM}content").text


async def test_a_folder_of_dated_files_is_a_journal_of_an_entry_a_file(doc_set):
    doc_set.write("journal/index.md", "# My Journal\n\nAll of it.\n")
    doc_set.write("journal/2026-11-23-a-title.md", "# A Title\n\nSee [the other](2026-11-24-another.md).\n\n## Part\n\nText.\n")
    doc_set.write("journal/2026-11-24-another.md", "---\ndate: 2026-12-01 08:30\n---\n# Another\n\nMore.\n")
    doc_set.write("journal/about.md", "# About\n")
    page = await doc_set.get("/journal/")
    assert "<h1>My Journal</h1>" in page
    assert "All of it." in page
    assert urls_of(page) == ["/journal/2026/12/01-0830-another/", "/journal/2026/11/23-a-title/"]
    entry = article_of(await doc_set.get("/journal/2026/11/23-a-title/"))
    assert re.findall(r"<h\d[^>]*>([^<]*)", entry) == ["A Title", "Part"]
    assert '<a href="/docs/journal/2026-11-24-another/">the other</a>' in entry


async def test_a_journal_that_is_not_utf8_is_read_with_its_odd_bytes_marked(doc_set):
    doc_set.write("JOURNAL.md", b"# Journal\r\n\r\n## 2026-05-16 Caf\xe9\r\n\r\nText \xff.\r\n")
    assert "Text \N{REPLACEMENT CHARACTER}." in text_of(await doc_set.get("/journal/2026/05/"))


async def test_hostile_html_in_an_entry_does_not_run(doc_set):
    doc_set.write("JOURNAL.md", "## 2026-05-16 <script>alert(1)</script>\n\n<script>alert(2)</script><img src=x onerror=alert(3)>\n")
    for address in ("/journal/", "/journal/2026/05/", "/journal/?q=alert"):
        page = article_of(await doc_set.get(address))
        assert "<script" not in page
        assert "onerror" not in re.sub(r"<mark>|</mark>", "", page) or "&lt;img" in page


async def test_a_journal_of_five_megabytes_opens_and_every_month_of_it_too(doc_set):
    body = "**System snapshot**: words\n\n### Decisions\n\n" + "  - **agent** (choice): — *a reason of some length for it*\n" * 40
    entries = [f"## {2020 + at // 336}-{1 + at // 28 % 12:02}-{1 + at % 28:02} 10:00 UTC\n\n{body}\n" for at in range(2000)]
    doc_set.write("JOURNAL.md", "# Journal\n\n" + "".join(reversed(entries)))
    assert "2000 entries" in await doc_set.get("/journal/")
    assert "Part" in await doc_set.get("/journal/2022/05/")


async def test_an_entry_larger_than_a_part_is_shown_whole(doc_set):
    huge = "A line of the long entry.\n\n" * 12_000
    doc_set.write("JOURNAL.md", f"## 2026-05-16 Small\n\nSmall.\n\n## 2026-05-15 Huge\n\n{huge}\n\n## 2026-05-14 Last\n\nLast.\n")
    pages = [await doc_set.get(f"/journal/2026/05/?page={number}") for number in (1, 2, 3)]
    assert [page.count("A line of the long entry.") for page in pages] == [0, 12_000, 0]
    assert "Last." in pages[2]
