"""Blocks that nobody writes by hand: long, deep, broken, and made to take for ever."""

from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.examples.detection import read_blocks
from portal.examples.fences import find_blocks
from portal.examples.values import Block

LANGS = ["bash", "python", "javascript", "ts", "tsx", "http", "powershell", "json", "", "\x00", "a b", "<script>", "🦙"]
STARTS = [
    "curl http://localhost:11434/api/chat -d ",
    "from ollama import chat\nchat(",
    'import ollama from "ollama"\nollama.chat(',
    "POST /api/chat\n\n",
    "Invoke-RestMethod http://localhost:11434/api/tags ",
]
UNITS = [
    "(", "[", "{", "$(", "`", '"', "'", "\\", "a|", "a+", "a?b:", "x=>", "() => {", "<<EOF\n", "${a", '{"a":', "[[",
    "<A ",
    "f\"{", "lambda:", "-", "not ", "async ", "curl ", "{{a}}", "@a={{a}}{{a}}\n", "POST /api/chat\n", "1", "/*", "...",
    "a\u2028", "🦙", "\t", "\n", "if 1:\n ", "for x in a b; do ", "@{", "@(", "; ",
]  # fmt: skip
EXPLOSIONS = {
    "a list of itself, doubled": "import ollama\nx = []\n" + "x = [x, x]\n" * 60 + "ollama.chat(model='m', messages=x)",
    "a list in itself": "import ollama\nx = []\nx.append(x)\nollama.chat(model='m', messages=x)",
    "a text doubled": "import ollama\nx = 'ab'\n" + "x = x + x\n" * 60 + "ollama.generate(model='m', prompt=x)",
    "a text multiplied": "import ollama\nollama.generate(model='m', prompt='x' * 10**10)",
    "a number beyond all bounds": "import ollama\nollama.generate(model='m', prompt=str(9**9**9**9))",
    "loops in loops": "import ollama\nr = range(99)\n" + "".join(
        f"{' ' * depth}for a{depth} in r:\n" for depth in range(12)) + " " * 12 + "ollama.ps()",
    "a function that calls itself": "import ollama\ndef f(n):\n  f(n)\n  return f(n + 1)\nf(0)\nollama.ps()",
    "a comprehension of comprehensions": "import ollama\nollama.ps([" + "[" * 40 + "1" + " for a in range(9)]" * 40,
    "a format with a width": "import ollama\nollama.generate('m', '{:>999999999}'.format(1) + '%9999999d' % 1)",
    "a model that holds itself": "from ollama import chat\nfrom pydantic import BaseModel\nclass A(BaseModel):\n"
    "  a: 'A'\n  b: list['B']\nclass B(BaseModel):\n  a: A\nchat('m', [], format=A.model_json_schema())",
    "JavaScript, an object doubled": "import ollama from 'ollama'\nlet x = {}\n" + "x = {a: x, b: x}\n" * 60
    + "ollama.chat(x)",
    "JavaScript, a text doubled": "import ollama from 'ollama'\nlet x = 'ab'\n" + "x += x\n" * 60
    + "ollama.generate({model: 'm', prompt: x})",
    "JavaScript, loops in loops": "import ollama from 'ollama'\n" + "for (let i = 0; i < 99; i++) {\n" * 12
    + "ollama.ps()" + "}" * 12,
    "JavaScript, a class that extends itself": "class A extends A {}\nnew A().x()\nollama.ps()",
    "a shell variable doubled": "x=ab\n" + 'x="$x$x"\n' * 60 + 'curl http://localhost:11434/api/chat -d "$x"',
    "shell loops in loops": "".join("for a in 1 2 3 4 5 6 7 8 9; do " for _ in range(9))
    + "curl http://localhost:11434/api/tags; " + "done; " * 9,
    "JSON that is all brackets": "curl http://localhost:11434/api/chat -d '" + "[" * 9000 + "]" * 9000 + "'",
    "a number of a thousand digits": "curl http://localhost:11434/api/chat -d '{\"a\": " + "1" * 9000 + "}'",
}  # fmt: skip


def read_in_time(text, lang):
    """Read a block, and see that it takes no more than 100 ms of the processor."""
    start = thread_time()
    (example,) = read_blocks([Block(lang, text, 1)])
    assert thread_time() - start < 0.1
    return example


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_goes_on_and_on_is_read_in_time(unit, start):
    text = (start + unit * 24_000)[:23_900]
    for lang in ("bash", "python", "javascript"):
        read_in_time(text, lang)


@pytest.mark.parametrize("name", EXPLOSIONS)
def test_what_would_explode_is_left_alone_in_time(name):
    read_in_time(EXPLOSIONS[name], "")


@pytest.mark.parametrize("start", STARTS)
def test_a_megabyte_stays_code(start):
    for filling in ("x", "x ", "🦙", "\n", "'"):
        example = read_in_time(start + filling * (1_000_000 // len(filling)), "bash")
        assert example.kind == "none"


def test_an_image_written_out_is_not_too_long():
    data = "iVBORw0KGgo+/" * 20_000
    text = f"""curl http://localhost:11434/api/generate -d '{{"model": "m", "images": ["{data}"]}}'"""
    assert read_in_time(text, "bash").runnable


def test_a_null_byte_stays_code():
    assert read_in_time("curl http://localhost:11434/api/tags\0", "bash").kind == "none"


MORE = [")", "]", "}", ",", ":", "=", "model", "'m'", "await ", "import ", "class A", "\n  "]
PIECES = st.sampled_from([*UNITS, *STARTS, *MORE])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=80), st.sampled_from(LANGS))
def test_no_mixture_is_a_crash(pieces, lang):
    read_in_time("".join(pieces), lang)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.sampled_from(STARTS), st.sampled_from(LANGS))
def test_no_text_is_a_crash(text, start, lang):
    read_in_time(start + text, lang)


WHOLE = [
    """curl http://localhost:11434/api/chat -d '{"model": "m", "messages": [{"role": "user", "content": "x"}]}'""",
    "from ollama import chat\nchat(model='m', messages=[{'role': 'user', 'content': f'{1 + 1}'}], stream=True)",
    "import ollama from 'ollama'\nawait ollama.chat({ model: `m`, messages: [{ role: 'user', content: 'x' }] })",
]


@pytest.mark.parametrize("text", WHOLE)
def test_half_of_a_block_never_sends_less_than_all_of_it(text):
    """Cut anywhere, an example either stays code, or is refused, or still sends what the whole one does."""
    whole = read_in_time(text, "")
    assert whole.runnable
    for end in range(len(text)):
        part = read_in_time(text[:end], "")
        assert not part.runnable or part.requests == whole.requests


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("`~ \n\t>-1.<!{}*/abc"), max_size=400), st.booleans())
def test_no_document_breaks_the_search_for_fences(text, mdx):
    for block in find_blocks(text, mdx=mdx):
        assert 1 <= block.line <= text.count("\n") + 1
