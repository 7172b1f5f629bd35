"""Doc sets made up for measuring: as many files as are asked for, shaped like those of a real set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

_WORDS = ["agent", "model", "memory", "stream", "prompt", "token", "server", "request", "answer", "queue", "graph", "node", "batch", "cache", "index", "vector", "layer", "context", "budget", "policy", "review", "journal", "chapter", "record", "signal", "worker", "socket", "panel", "browser", "engine", "weight", "option"]


def write_set(root: Path, files: int, *, kilobytes: float = 14.0, seed: int = 1) -> Path:
    """`files` documents of about `kilobytes` each (mindX's 362 have 14 on average), forty to a folder, linked at random."""
    dice = random.Random(seed)
    names = ["index.md", *(f"part-{number // 40}/page-{number}.md" for number in range(1, files))]
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(_document(dice, names, kilobytes * 1024 * dice.uniform(0.3, 1.7))))
    return root


def _document(dice: random.Random, names: list[str], size: float) -> Iterator[str]:
    yield f"# {_text(dice, 4).title()}\n"
    written = 0
    while written < size:
        block = dice.choice(_BLOCKS)(dice, names)
        written += len(block)
        yield block


def _text(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words))


def _heading(dice: random.Random, names: list[str]) -> str:
    return f"{'#' * dice.randint(2, 4)} {_text(dice, 5).capitalize()}\n"


def _paragraph(dice: random.Random, names: list[str]) -> str:
    target = f"/docs/{dice.choice(names)}"
    return f"{_text(dice, 30)} **{_text(dice, 2)}** `{_text(dice, 1)}` [{_text(dice, 2)}]({target}) {_text(dice, 20)}.\n"


def _list(dice: random.Random, names: list[str]) -> str:
    return "\n".join(f"{'  ' * dice.randint(0, 1)}- {_text(dice, 8)} `{_text(dice, 1)}`" for _ in range(6)) + "\n"


def _table(dice: random.Random, names: list[str]) -> str:
    rows = "\n".join(f"| {_text(dice, 2)} | `{_text(dice, 1)}` | {_text(dice, 6)} |" for _ in range(6))
    return f"| Name | Value | Meaning |\n|---|---|---|\n{rows}\n"


def _code(dice: random.Random, names: list[str]) -> str:
    lines = "\n".join(f"{dice.choice(_WORDS)} = {dice.choice(_WORDS)}({dice.randint(1, 99)})  # {_text(dice, 4)}" for _ in range(8))
    return f"```python\n{lines}\n```\n"


def _request(dice: random.Random, names: list[str]) -> str:
    return f'```bash\ncurl http://localhost:11434/api/generate -d \'{{"model": "m", "prompt": "{_text(dice, 6)}"}}\'\n```\n'


_BLOCKS = (_heading, _paragraph, _paragraph, _paragraph, _list, _list, _table, _code, _request)
