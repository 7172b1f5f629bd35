"""How a journal's text is cut into entries, dated, named and counted."""

from datetime import UTC, datetime

import pytest

from portal.docs.catalogue import Page
from portal.docs.dates import find_date
from portal.docs.headings import TopMatter
from portal.docs.here import catalogue
from portal.docs.journal.charts import MOST_BARS, chart_all, chart_month
from portal.docs.journal.cutting import cut
from portal.docs.journal.entries import Entry, name_entries, plain
from portal.docs.journal.finding import find_documents


def entries_of(text: str, tmp_path) -> list[Entry]:
    page = Page("journal", tmp_path / "journal.md", "journal.md", "Journal", "", "", False, 0, 0, TopMatter())
    return name_entries((page, piece) for piece in cut(text)[1])


@pytest.mark.parametrize(
    ("text", "when", "rest"),
    [
        ("2026-05-16 18:39 UTC", (2026, 5, 16, 18, 39), ""),
        ("2026-05-16T18:39:05Z — Title", (2026, 5, 16, 18, 39, 5), "Title"),
        ("2026-05-16 18:39 +02:00 z", (2026, 5, 16, 16, 39), "z"),
        ("[2026-05-16] Fix: a", (2026, 5, 16), "Fix: a"),
        ("Title (2026-05-16)", (2026, 5, 16), "Title"),
        ("[1.2.0] - 2026-05-16", (2026, 5, 16), "[1.2.0]"),
        ("16 May 2026, 10:30 a", (2026, 5, 16, 10, 30), "a"),
        ("May 3rd, 2026: b", (2026, 5, 3), "b"),
        ("Saturday, 16 May 2026", (2026, 5, 16), ""),
        ("book_of_days_20260516_1840", (2026, 5, 16, 18, 40), "book_of_days"),
        ("2026-11-23-title", (2026, 11, 23), "title"),
        ("2026/5/6", (2026, 5, 6), ""),
        ("2026-05-16 25:61 y", (2026, 5, 16), "25:61 y"),
        ("2026-05-16 18 memories", (2026, 5, 16), "18 memories"),
    ],
)
def test_a_date_is_read_as_people_write_it(text, when, rest):
    found = find_date(text)
    assert found is not None
    assert (found.when, found.rest_of(text)) == (datetime(*when, tzinfo=UTC), rest)


@pytest.mark.parametrize("text", ["", "Notes", "1.2.3", "2026", "May 2026", "2026-05", "12345678", "issue 20261399"])
def test_what_is_no_full_date_is_none(text):
    assert find_date(text) is None


@pytest.mark.parametrize("text", ["2026-13-45", "2026-02-30 10:00", "0000-01-01", "9999-12-31 23:59 -05:00"])
def test_a_date_on_no_calendar_is_known_as_one(text):
    found = find_date(text)
    assert found is not None
    assert found.when is None


def test_headings_without_dates_belong_to_the_entry_above(tmp_path):
    found = entries_of("Before.\n\n## 2026-05-16 A\n\nText.\n\n## No date\n\nMore.\n\n# Higher\n\nAlso.\n\n## 2026-05-15 B\n\nLast.\n", tmp_path)
    assert [entry.title for entry in found] == ["A", "B"]
    assert "More." in found[0].source
    assert "Also." in found[0].source


def test_titles_of_years_between_entries_are_no_part_of_them(tmp_path):
    found = entries_of("# 2026\n\n## 2026-01-02 A\n\nText.\n\n# 2025\n\n## 2025-12-31 B\n\nMore.\n", tmp_path)
    assert [entry.source for entry in found] == ["Text.", "More."]


def test_the_level_most_dated_headings_have_is_the_entries(tmp_path):
    found = entries_of("## 2026-05-16 A\n\n### 2026-05-16 10:00 part\n\nText.\n\n## 2026-05-15 B\n\n## 2026-05-14 C\n", tmp_path)
    assert [entry.title for entry in found] == ["A", "B", "C"]
    assert "### 2026-05-16 10:00 part" in found[0].source


def test_an_impossible_date_stands_where_it_was_written_and_says_so(tmp_path):
    found = entries_of("## 2026-05-16 10:00 A\n\n## 2026-13-45 B\n\nText.\n\n## 2026-05-14 C\n", tmp_path)
    assert [entry.title for entry in found] == ["A", "B", "C"]
    assert found[1].when == found[0].when
    assert "“2026-13-45”, is on no calendar" in found[1].oddity


def test_a_journal_of_impossible_dates_alone_still_has_its_entries(tmp_path):
    assert [entry.title for entry in entries_of("## 2026-13-45 A\n\n## 2026-13-46 B\n", tmp_path)] == ["A", "B"]


@pytest.mark.parametrize("code", ["```\n## 2026-05-15 Not\n```", "~~~sh\n## 2026-05-15 Not\n~~~", "<!--\n## 2026-05-15 Not\n-->", "    ## 2026-05-15 Not"])
def test_code_and_comments_hold_no_entries(code, tmp_path):
    found = entries_of(f"## 2026-05-16 A\n\n{code}\n\n## 2026-05-14 B\n", tmp_path)
    assert [entry.title for entry in found] == ["A", "B"]


@pytest.mark.parametrize("open_fence", ["```\nlost", "```json\nlost\n\n```json\n{}", "- item\n\n  ```\n  lost"])
def test_a_fence_that_is_never_closed_hides_no_entry(open_fence, tmp_path):
    found = entries_of(f"## 2026-05-16 A\n\n{open_fence}\n\n## 2026-05-15 B\n\n```json\n{{}}\n```\n\n## 2026-05-14 C\n\nText.\n", tmp_path)
    assert [entry.title for entry in found] == ["A", "B", "C"]


def test_an_underlined_heading_begins_an_entry_too(tmp_path):
    found = entries_of("2026-05-16 A\n------------\n\nText.\n\n2026-05-15 B\n------------\n\nMore.\n", tmp_path)
    assert [(entry.title, entry.source) for entry in found] == [("A", "Text."), ("B", "More.")]


@pytest.mark.parametrize("newest_first", [True, False])
def test_names_stay_when_entries_are_added_at_the_new_end(newest_first, tmp_path):
    def names(numbers: range) -> dict[str, str]:
        pieces = [f"## 2026-05-16 10:00\n\nSame words. {number}\n" for number in numbers]
        old = ["## 2026-05-01 Old\n\nText.\n"]
        text = "\n".join(list(reversed(pieces)) + old if newest_first else old + pieces)
        return {entry.source: entry.name for entry in entries_of(text.replace("Same words.", "**Same words**"), tmp_path)}

    before, after = names(range(3)), names(range(6))
    assert len(set(after.values())) == 7
    assert before.items() <= after.items()


def test_kinds_are_what_entries_have_in_common(tmp_path):
    text = "## 2026-05-16 [Fix] A\n\n## 2026-05-15 [Fix] B\n\n## 2026-05-14\n\n**Cycle 72 succeeded**: x\n\n## 2026-05-13\n\n**Cycle 71 succeeded**\n\n## 2026-05-12\n\n**Once only**\n"
    assert [(entry.title, entry.kind) for entry in entries_of(text, tmp_path)] == [
        ("A", "Fix"), ("B", "Fix"), ("Cycle 72 succeeded", "Cycle succeeded"), ("Cycle 71 succeeded", "Cycle succeeded"), ("Once only", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (["2026-05-16"], "day"),
        (["2026-05-16", "2026-08-01"], "day"),
        (["2026-05-16", "2027-08-01"], "week"),
        (["2020-05-16", "2026-08-01"], "month"),
        (["1980-05-16", "2026-08-01"], "year"),
        (["0001-01-01", "9999-12-31"], "century"),
    ],
)
def test_a_chart_takes_periods_that_fit_its_bars_and_counts_every_entry(days, period, tmp_path):
    chart = chart_all(entries_of("".join(f"## {day} A\n\n" for day in days), tmp_path))
    assert chart is not None
    assert chart.period == period
    assert len(chart.bars) <= MOST_BARS
    assert sum(bar.count for bar in chart.bars) == len(days)
    assert chart.bars[0].count
    assert chart.bars[-1].count


@pytest.mark.parametrize(("year", "month", "days"), [(2026, 2, 28), (2024, 2, 29), (1, 1, 31), (9999, 12, 31)])
def test_a_months_chart_has_all_its_days(year, month, days, tmp_path):
    chart = chart_month(entries_of(f"## {year:04}-{month:02}-01 A\n", tmp_path), year, month)
    assert (len(chart.bars), chart.most) == (days, 1)


@pytest.mark.parametrize(
    "line",
    ["# 2026-05-16 " + " " * 200_000 + "x", "## 2026-05-16 " + "[" * 200_000, "## " + "1 " * 100_000 + "2026-05-16", "- " * 100_000 + "2026", "```" * 100_000],
)
def test_a_huge_line_is_read(line, tmp_path):
    assert entries_of(f"## 2026-05-17 A\n\n{line}\n\n## 2026-05-15 B\n", tmp_path)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"IMPROVEMENT_JOURNAL.md": "# J", "deep/journal.md": "# J"}, ["IMPROVEMENT_JOURNAL"]),
        ({"notes.md": "# Journal of Days"}, ["notes"]),
        ({"journalists.md": "# J", "journaling-tips.md": "# T"}, None),
        ({"journal/2026-11-23-b.md": "# B", "journal/about.md": "# About", "JOURNAL.md": "# J"}, ["journal/2026-11-23-b"]),
        ({"log.md": "---\njournal: true\n---\n# Log", "JOURNAL.md": "# J"}, ["log"]),
        ({"JOURNAL.md": "---\njournal: false\n---\n# J"}, None),
        ({"log/index.md": "---\njournal: true\n---\n# Log", "log/2026-01-01.md": "# A"}, ["log/2026-01-01"]),
        ({"log/index.md": "---\njournal: [\n---\n# Log"}, None),
    ],
)
def test_the_journal_of_a_set_is_found_by_its_rules(files, chosen, doc_set):
    for path, text in files.items():
        doc_set.write(path, text + "\n")
    found = find_documents(catalogue.pages)
    assert (found and [page.path for page in found.pages]) == chosen


@pytest.mark.parametrize(("source", "read"), [
    ("An entry with `code`.", "An entry with code."), ("**Done**: *all* of ~~it~~ that", "Done: all of it that"), ("One<br>two", "One two"),
    ("* a point", "a point"), ("2 * 3", "2 3"), ("See [the page](a.md).", "See the page."), ("> a word", "a word"), ("snake_case stays", "snake_case stays"),
])  # fmt: skip
def test_a_title_is_read_without_its_marks(source, read):
    assert plain(source) == read
