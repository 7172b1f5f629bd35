"""Texts that nobody writes by hand: long, deep, and made to take for ever. Tests read them, a benchmark times them."""

from __future__ import annotations

from collections.abc import Iterator

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
    "a shell variable doubled many times in one line": "x=ab\n" + 'x="$x$x"\n' * 13 + f'x="{"$x" * 1500}"\n'
    + 'curl http://localhost:11434/api/chat -d "$x"',
    "shell loops in loops": "".join("for a in 1 2 3 4 5 6 7 8 9; do " for _ in range(9))
    + "curl http://localhost:11434/api/tags; " + "done; " * 9,
    "more line separators than any text has": "import ollama\nollama.ps()" + "\u2028" * 200_000,
    "Chinese without end": "curl http://localhost:11434/api/tags " + "中" * 200_000,
    "as many wide characters as are read": "curl http://localhost:11434/api/chat -d '" + "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))) + "'",
    "JSON that is all brackets": "curl http://localhost:11434/api/chat -d '" + "[" * 9000 + "]" * 9000 + "'",
    "a number of a thousand digits": "curl http://localhost:11434/api/chat -d '{\"a\": " + "1" * 9000 + "}'",
}  # fmt: skip


def go_on(start: str, unit: str) -> str:
    """A text that begins well and then says the same for as long as a block is read at all."""
    return (start + unit * 24_000)[:23_900]


def all_texts() -> Iterator[tuple[str, str, str]]:
    """Every text with what it is called and its label."""
    for start in STARTS:
        for unit in UNITS:
            for lang in ("bash", "python", "javascript"):
                yield f"{start[:18]!r} and {unit!r} without end, read as {lang}", lang, go_on(start, unit)
    yield from ((name, "", text) for name, text in EXPLOSIONS.items())
