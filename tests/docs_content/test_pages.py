"""The doc set keeps its own promises: who a page is for, what it covers, and examples that can be read."""

from __future__ import annotations

import ast
import datetime
import json
import re
from pathlib import Path

import pytest
import yaml

from portal.docs.catalogue import Catalogue
from portal.docs.references import References
from portal.ollama.endpoints import ENDPOINTS, Endpoint

ROOT = Path(__file__).resolve().parents[2] / "docs_content"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
PAGES = sorted(ROOT.rglob("*.md"))
# Entries of the journal are in the order of their dates, and listed by the journal itself.
ENTRIES = [page for page in PAGES if page.parent.name == "journal" and page.stem != "index"]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def front_matter(page: Path) -> dict[str, object]:
    found = FRONT_MATTER.match(page.read_text("utf-8"))
    assert found, "the page has no front matter"
    return dict(yaml.safe_load(found.group(1)))


def blocks(page: Path, *languages: str) -> list[str]:
    return [code for language, code in FENCE.findall(page.read_text("utf-8")) if language in languages]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_says_what_it_is_for_whom_and_when(page: Path) -> None:
    matter = front_matter(page)
    assert set(matter) >= {"title", "description", "date", "reader"}
    if page in ENTRIES:
        assert datetime.datetime.strptime(str(matter["date"]), "%Y-%m-%d %H:%M %Z")
        return
    assert isinstance(matter["date"], datetime.date)
    assert isinstance(matter["order"], int)
    assert all(str(matter[key]).strip() for key in ("title", "description", "reader"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_one_h1_and_it_is_the_title(page: Path) -> None:
    prose = FENCE.sub("", page.read_text("utf-8"))
    assert re.findall(r"^# (.+)$", prose, re.MULTILINE) == [front_matter(page)["title"]]


def test_no_two_pages_share_a_title_or_a_description() -> None:
    for key in ("title", "description"):
        values = [front_matter(page)[key] for page in PAGES]
        assert sorted({str(value) for value in values}) == sorted(str(value) for value in values)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_examples_are_python(page: Path) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_json_examples_are_json(page: Path) -> None:
    for text in blocks(page, "json"):
        rest = text.strip()
        while rest:  # a stream shows several documents, one after the other
            _, end = json.JSONDecoder().raw_decode(rest)
            rest = rest[end:].strip()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_endpoint_has_an_example_in_curl(endpoint: Endpoint) -> None:
    address = re.escape(endpoint.path).replace(r"\{model\}", r"[\w.:-]+")
    pattern = re.compile(rf"https?://(?:localhost:11434|ollama\.com){address}(?![\w/])")
    examples = [code for page in PAGES for code in blocks(page, "bash") if "curl" in code]
    assert any(pattern.search(code) for code in examples)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_page_is_in_the_document_index(page: Path) -> None:
    index = ROOT / "NAV.md"
    if page != index and page not in ENTRIES:
        assert f"]({name_of(page)})" in index.read_text("utf-8")


def test_the_document_index_describes_each_page_in_its_own_words() -> None:
    said = dict(re.findall(r"^- \[.+?\]\((\S+\.md)\): (.+)$", (ROOT / "NAV.md").read_text("utf-8"), re.MULTILINE))
    assert len(said) > 60
    own = {name: str(front_matter(ROOT / name)["description"]) for name in said}
    assert {name: text.casefold() for name, text in said.items()} == {name: text.casefold() for name, text in own.items()}


def test_no_page_repeats_another() -> None:
    """No two pages share fourteen words in a row; the Document Index repeats descriptions, which is its job."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        if page.name == "NAV.md":
            continue
        text = re.sub(r"\]\([^)]*\)", "", FENCE.sub("", FRONT_MATTER.sub("", page.read_text("utf-8"))))
        for paragraph in re.split(r"\n\n|\n\|", text):
            words = re.findall(r"[\w']+", paragraph.lower())
            for at in range(len(words) - 13):
                found.setdefault(" ".join(words[at : at + 14]), set()).add(name_of(page))
    assert {words: pages for words, pages in found.items() if len(pages) > 1} == {}


def test_every_page_leads_on_and_is_led_to() -> None:
    """Every page links to another and is linked to by another, the first one and the Document Index not counted."""
    catalogue = Catalogue(ROOT)
    graph = References(ROOT)
    graph.draw(catalogue.shelf)
    lonely = {
        page.relative: (len(graph.of(page, catalogue.shelf)), len(graph.to(page, catalogue.shelf)))
        for page in catalogue.shelf.pages.values()
        if page.relative not in {"NAV.md", "index.md"} and ROOT / page.relative not in ENTRIES
        and not (graph.of(page, catalogue.shelf) and [one for one in graph.to(page, catalogue.shelf) if one.relative != "NAV.md"])
    }  # fmt: skip
    assert lonely == {}


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_an_entry_of_the_journal_has_figures_and_leads_to_a_page(entry: Path) -> None:
    text = entry.read_text("utf-8")
    assert re.search(r"^\|.*\d.*\|$", text, re.MULTILINE), "a table with what was measured"
    assert "](../" in text or "python " in text
