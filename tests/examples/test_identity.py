"""Ids of blocks, and the hints before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.examples.detection import read_blocks
from portal.examples.identity import identify_blocks, read_hints
from portal.examples.values import Block, Hints


def blocks(*texts):
    return [Block("sh", text, line) for line, text in enumerate(texts, 1)]


def test_an_id_stays_when_the_page_around_it_changes():
    before = identify_blocks(blocks("a\n", "curl x\n", "b\n"))
    after = identify_blocks([*blocks("new\n", "b\n"), Block("bash", "  curl x  \r\n", 99)])
    assert after[2] == before[1]
    assert after[1] == before[2]


def test_equal_blocks_are_counted():
    one, two, three = identify_blocks(blocks("x\n", "x\n", "y\n"))
    assert two == f"{one}-2"
    assert three not in (one, two)


@given(st.lists(st.text()))
def test_ids_are_different_and_fit_into_an_address(texts):
    names = identify_blocks(blocks(*texts))
    assert len(set(names)) == len(texts)
    assert all(name.replace("-", "").isalnum() and name.isascii() and name[0] == "x" for name in names)


@pytest.mark.parametrize(
    ("comment", "hints"),
    [
        (None, Hints()),
        ("a remark", Hints()),
        ("run: skip", Hints(skip=True)),
        ('run: skip reason="it takes an hour."', Hints(skip=True, reason="it takes an hour")),
        ("run: skip reason=“typographic quotes”", Hints(skip=True, reason="typographic quotes")),
        ("run:\n  expect-status=404\n  continues", Hints(expect_status=404, continues=True)),
        (" run: setup ", Hints(setup=True)),
    ],
)
def test_hints_are_read(comment, hints):
    assert read_hints(comment) == hints


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("run:", "nothing"),
        ("run: skp", "skp"),
        ("run: expect-status=ok", "ok"),
        ("run: expect-status=99", "99"),
        ("run: expect-status=٤٠٤", "status"),
        ('run: skip reason="open', "closed"),
        ("run: reason=why", "skip"),
        ("run: skip=yes", "skip=yes"),
    ],
)
def test_a_hint_that_makes_no_sense_gets_a_sentence(comment, word):
    problem = read_hints(comment).problem
    assert problem is not None
    assert word in problem
    assert problem.endswith(".")


@given(st.text())
def test_no_comment_is_too_odd_to_read(text):
    read_hints("run: " + text)


def test_a_skipped_block_keeps_its_requests_and_has_no_run_button():
    text = "curl http://localhost:11434/api/tags"
    skipped, wrong, plain = read_blocks(
        [
            Block("sh", text, 1, 'run: skip reason="no server here"'),
            Block("sh", text, 2, "run: skp"),
            Block("sh", text, 3, "run: expect-status=404"),
        ]
    )
    assert (skipped.runnable, len(skipped.requests)) == (False, 1)
    assert "no server here" in skipped.reason
    assert not wrong.runnable
    assert "skp" in wrong.reason
    assert plain.runnable
    assert plain.hints.expect_status == 404
