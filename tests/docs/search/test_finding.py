"""A reader types something and finds the section that has it."""

from __future__ import annotations

import pytest

from portal.docs.search.asking import MOST_UNITS
from tests.docs.search.conftest import Set, headings, marked, text


@pytest.mark.parametrize(("query", "found"), [
    ("num_ctx", "Generate > Options"),
    ("NUM_CTX", "Generate > Options"),
    ("num_c", "Generate > Options"),
    ("numctx", "Generate > Options"),
    ("ctx", "Generate > Options"),
    ("keep_alive", "Chat > Keep a model loaded"),
    ("keep-alive", "Chat > Keep a model loaded"),
    ("keepAlive", "Chat > Keep a model loaded"),
    ("alive", "Chat > Keep a model loaded"),
    ("/api/chat", "Chat"),
    ("api/ch", "Chat"),
    ("OLLAMA_HOST", "Settings > OLLAMA_HOST"),
    ("ollama", "Settings > OLLAMA_HOST"),
    ("0.0.0.0:11434", "Settings > OLLAMA_HOST"),
    ("done_reason", "Chat > Fields of the answer"),
    ("reason", "Chat > Fields of the answer"),
])  # fmt: skip
def test_a_name_is_found_whole_in_part_and_however_it_is_joined(unchanging: Set, query: str, found: str) -> None:
    assert headings(unchanging.search.find(query))[0] == found


@pytest.mark.parametrize(("query", "found"), [
    ("conversation", "Chat"),
    ("convers", "Chat"),
    ("policy", "Guide"),
    ("embedding", "Guide"),
    ("model memory", "Chat > Keep a model loaded"),
    ("how do I keep a model in memory", "Chat > Keep a model loaded"),
    ("settings", "Settings"),
    ("cafe", "Settings > Café"),
    ("naive resume", "Settings > Café"),
    ("日本", "Settings > Café"),
    ("テキ", "Settings > Café"),
    ("שלום", "Settings > Café"),
])  # fmt: skip
def test_words_are_found_by_their_beginning_in_other_forms_and_without_accents(unchanging: Set, query: str, found: str) -> None:
    assert headings(unchanging.search.find(query))[0] == found


@pytest.mark.parametrize(("query", "instead", "found"), [
    ("conversaton", "conversation", "Chat"),
    ("ocnversation", "conversation", "Chat"),
    ("convresatoin", "conversation", "Chat"),
    ("num_ctz", "num_ctx", "Generate > Options"),
    ("setings", "settings", "Settings"),
    ("memroy model", "memory model", "Chat > Keep a model loaded"),
])  # fmt: skip
def test_a_misspelt_word_is_found_and_the_answer_says_so(unchanging: Set, query: str, instead: str, found: str) -> None:
    answer = unchanging.search.find(query)
    assert answer.instead == instead
    assert headings(answer)[0] == found


def test_a_word_that_is_there_is_never_corrected(unchanging: Set) -> None:
    assert unchanging.search.find("chat").instead == ""


def test_a_heading_counts_for_more_than_a_mention(documents: Set) -> None:
    documents.write("mentions.md", "# Mentions\n\nOllama streaming, " + "streaming " * 5)
    documents.update()
    assert headings(documents.search.find("streaming "))[0] == "Chat > Fields of the answer > Streaming"


def test_sections_of_one_page_stand_together(unchanging: Set) -> None:
    pages = unchanging.search.find("answer").pages
    assert len({page.url for page in pages}) == len(pages)
    assert len(next(page for page in pages if page.url == "/docs/api/chat/").hits) > 1


def test_a_hit_leads_to_its_section_and_says_what_to_mark_there(unchanging: Set) -> None:
    hit = unchanging.search.find("keepalive").pages[0].hits[0]
    assert hit.url == "/docs/api/chat/?q=keep_alive#keep-a-model-loaded"


@pytest.mark.parametrize(("query", "pieces"), [
    ("conv", ["conversation"]),
    ("num_ct", ["num_ctx"]),
    ("numctx", ["num_ctx"]),
    ("model memory", ["model", "model", "memory"]),
    ("naive", ["Naïve"]),
    ("日本", ["日本"]),
    ("embed", ["embedded", "embeddings"]),
])  # fmt: skip
def test_what_matches_is_marked_the_unfinished_word_too(unchanging: Set, query: str, pieces: list[str]) -> None:
    assert marked(unchanging.search.find(query)) == pieces


def test_a_snippet_shows_the_lines_that_have_most_of_what_was_asked(documents: Set) -> None:
    filler = "Nothing of note stands here. " * 30
    documents.write("long.md", f"# Long\n\nA zebra. {filler}\nThe zebra crosses a bridge at dawn.\n{filler}")
    documents.update()
    shown = text(documents.search.find("zebra bridge dawn").pages[0].hits[0].snippet)
    assert "The zebra crosses a bridge at dawn." in shown
    assert shown.startswith("… ") and shown.endswith(" …") and len(shown) < 220


def test_all_words_are_needed_and_only_where_no_section_has_them_are_some_enough(unchanging: Set) -> None:
    assert [*headings(unchanging.search.find("prompt completes"))] == ["Generate"]
    answer = unchanging.search.find("prompt conversation")
    assert answer.is_partial
    assert set(headings(answer)) == {"Generate", "Chat"}


def test_where_some_words_are_enough_a_name_is_still_one(unchanging: Set) -> None:
    answer = unchanging.search.find("num_ctx zzzzqqqq")
    assert answer.is_partial
    assert marked(answer) == ["num_ctx"]


def test_more_can_be_asked_for(unchanging: Set) -> None:
    first, second = (unchanging.search.find("the", limit=2, start=start) for start in (0, 2))
    assert first.total == second.total > 3
    assert not set(headings(first)) & set(headings(second))


@pytest.mark.parametrize("query", [
    "", " ", '"', "'", "AND", "OR NOT", "title:(", "a:b:c", "[a TO b]", "*", "?*", "~2", "^", "\\", "foo^", 'foo:"bar (AND', "-", "+a", "/(/",
    "\x00", "a\x00b", "\ud800", "😀", "👩‍👩‍👧", "مرحبا بالعالم", "\u202eevil", "x" * 100_000, "num_" * 20_000, "é" * 5000, "日本" * 5000, "%s{{7*7}}", "\u0301" * 200,
])  # fmt: skip
def test_nothing_in_a_query_is_syntax_or_a_fault(unchanging: Set, query: str) -> None:
    answer = unchanging.search.find(query)
    assert answer.milliseconds < 250
    assert answer.indexing is None


def test_of_a_hundred_thousand_words_the_first_are_looked_for_and_the_answer_says_so(unchanging: Set) -> None:
    answer = unchanging.search.find("conversation " + "chat model " * 50_000)
    assert answer.left_out > 1000
    assert answer.milliseconds < 250


def test_few_words_leave_none_out(unchanging: Set) -> None:
    assert unchanging.search.find(" ".join(f"w{number}" for number in range(MOST_UNITS))).left_out == 0
    assert unchanging.search.find(" ".join(f"w{number}" for number in range(MOST_UNITS + 3))).left_out == 3
