"""Blocks that nobody writes by hand stay code, whatever they hold; how long they take is for `bench/` to say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.docs.panels import find_blocks
from portal.examples import detection
from portal.examples.detection import read_blocks
from portal.examples.limits import Clock, TooMuchError
from portal.examples.values import Block
from tests.examples.hostile import EXPLOSIONS, LANGS, STARTS, UNITS, go_on

LABELS = dict(zip(STARTS, ["bash", "python", "javascript", "http", "powershell"], strict=True))


def read(text, lang="", **options):
    (example,) = read_blocks([Block(lang, text, 1)], **options)
    return example


class Spent(Clock):
    """A budget that is spent at the ask after the first few; it counts how often it was asked from then on."""

    def __init__(self, asks):
        super().__init__()
        self.good_asks, self.asks_since = asks, 0

    def left(self):
        if self.good_asks > 0:
            self.good_asks -= 1
            return super().left()
        self.asks_since += 1
        return 0.0


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_goes_on_and_on_gets_no_button(unit, start):
    example = read(go_on(start, unit), LABELS[start])
    if start.startswith("Invoke-RestMethod"):  # asks for /api/tags, whatever rubbish follows
        assert {request.path for request in example.requests} <= {"/api/tags"}
    else:
        assert not example.runnable


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("asks", [0, 1])
def test_a_block_whose_budget_is_spent_is_not_read_in_another_way_and_stays_code(asks, start):
    for unit in UNITS:
        for lang in ("bash", "python", "javascript"):
            clocks = []

            def make_clock(clocks=clocks):
                clocks.append(Spent(asks))
                return clocks[-1]

            example = read(go_on(start, unit), lang, make_clock=make_clock)
            assert len(clocks) <= 1
            assert not clocks or clocks[0].asks_since <= 1
            assert not clocks or clocks[0].asks_since == 0 or example.kind == "none"


def test_every_block_has_a_budget_of_its_own():
    clocks = []

    def make_clock():
        clocks.append(Spent(0 if len(clocks) == 0 else 9**9))
        return clocks[-1]

    text = "curl http://localhost:11434/api/tags"
    first, second = read_blocks([Block("bash", text, 1), Block("bash", text, 5)], make_clock=make_clock)
    assert (first.kind, second.runnable) == ("none", True)


def test_a_budget_that_is_spent_says_so():
    clock = Clock(seconds=0)
    assert clock.is_over()
    with pytest.raises(TooMuchError):
        clock.check()


@pytest.mark.parametrize("name", EXPLOSIONS)
def test_what_would_explode_is_left_alone(name):
    read(EXPLOSIONS[name])


@pytest.mark.parametrize("start", STARTS)
def test_a_megabyte_stays_code(start):
    for filling in ("x", "x ", "🦙", "\n", "'"):
        example = read(start + filling * (1_000_000 // len(filling)), "bash")
        assert example.kind == "none"


def test_an_image_written_out_is_not_too_long():
    data = "iVBORw0KGgo+/" * 20_000
    text = f"""curl http://localhost:11434/api/generate -d '{{"model": "m", "images": ["{data}"]}}'"""
    assert read(text, "bash").runnable


def test_a_null_byte_stays_code():
    assert read("curl http://localhost:11434/api/tags\0", "bash").kind == "none"


MORE = [")", "]", "}", ",", ":", "=", "model", "'m'", "await ", "import ", "class A", "\n  "]
PIECES = st.sampled_from([*UNITS, *STARTS, *MORE])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=80), st.sampled_from(LANGS))
def test_no_mixture_is_a_crash(pieces, lang):
    read("".join(pieces), lang)


@example('"\x80', "curl http://localhost:11434/api/chat -d ", "bash")
@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.sampled_from(STARTS), st.sampled_from(LANGS))
def test_no_text_is_a_crash(text, start, lang):
    read(start + text, lang)


WHOLE = [
    """curl http://localhost:11434/api/chat -d '{"model": "m", "messages": [{"role": "user", "content": "x"}]}'""",
    "from ollama import chat\nchat(model='m', messages=[{'role': 'user', 'content': f'{1 + 1}'}], stream=True)",
    "import ollama from 'ollama'\nawait ollama.chat({ model: `m`, messages: [{ role: 'user', content: 'x' }] })",
]


@pytest.mark.parametrize("text", WHOLE)
def test_half_of_a_block_never_sends_less_than_all_of_it(text):
    """Cut anywhere, an example either stays code, or is refused, or still sends what the whole one does."""
    whole = read(text)
    assert whole.runnable
    for end in range(len(text)):
        part = read(text[:end])
        assert not part.runnable or part.requests == whole.requests


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("`~ \n\t>-1.<!{}*/abc"), max_size=400), st.booleans())
def test_no_document_breaks_the_search_for_fences(text, mdx):
    for block in find_blocks(text, mdx=mdx):
        assert 1 <= block.line <= text.count("\n") + 1


def test_a_fault_of_ours_costs_the_block_its_button_and_not_the_reader_the_page(monkeypatch):
    def fail(text):
        raise ZeroDivisionError

    text = "curl http://localhost:11434/api/tags"
    with monkeypatch.context() as patched:
        patched.setattr(detection, "looks_like_http", fail)
        patched.setattr(detection.logger, "exception", lambda *_: None)
        assert read(text, "bash").kind == "none"
    assert read(text, "bash").runnable
