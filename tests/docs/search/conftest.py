"""A doc set to find things in, and its index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.docs.search.indexing import Indexing
from portal.docs.search.searching import Search
from portal.docs.search.values import Answer

DOCUMENTS = {
    "index.md": "# Home\n\nWhere it all begins.\n",
    "api/chat.md": (
        "# Chat\n\nPOST `/api/chat` answers a conversation.\n\n"
        "## Keep a model loaded\n\nSet `keep_alive` to `-1` and the model stays in memory.\n\n"
        "## Fields of the answer\n\n| field | meaning |\n|---|---|\n| `done_reason` | why generation ended |\n| `eval_count` | tokens |\n\n"
        "### Streaming\n\nEach line is one JSON object, streamed as it is made; `doneReason` is what JavaScript calls it.\n"
    ),
    "api/generate.md": "# Generate\n\nPOST `/api/generate` completes a prompt.\n\n## Options\n\n`num_ctx` is the context window's size; `num_predict` bounds the answer.\n",
    "operate/settings.md": "# Settings\n\n## OLLAMA_HOST\n\nWhere the server listens. `export OLLAMA_HOST=0.0.0.0:11434`\n\n## Café\n\nNaïve résumé — 日本語のテキスト and שלום עולם.\n",
    "guide.md": "# Guide\n\nThe policies of connection pooling; models are embedded with embeddings.\n",
}

Ask = Callable[..., Answer]


class Set:
    """Documents in a folder and the index of them, which `update` brings up to date as the indexing process does."""

    def __init__(self, folder: Path) -> None:
        self.root, self.index = folder / "docs", folder / "index"
        for name, text in DOCUMENTS.items():
            self.write(name, text)
        self.indexing = Indexing(self.root, self.index)
        self.update()
        self.search = Search(self.index)

    def write(self, name: str, text: str | bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def update(self) -> None:
        while self.indexing.work():
            pass


@pytest.fixture
def documents(tmp_path: Path) -> Set:
    return Set(tmp_path)


@pytest.fixture(scope="session")
def unchanging(tmp_path_factory: pytest.TempPathFactory) -> Set:
    """For tests that only ask."""
    return Set(tmp_path_factory.mktemp("search"))


def text(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(piece for piece, _is_marked in pieces)


def headings(answer: Answer) -> list[str]:
    """What was found, best first, as `page > heading > heading`."""
    return [" > ".join([text(page.title), *map(text, hit.path)]) for page in answer.pages for hit in page.hits]


def marked(answer: Answer) -> list[str]:
    """Every marked piece of the first hit: of its title, its headings and its snippet."""
    first = answer.pages[0]
    return [piece for pieces in (first.title, *first.hits[0].path, first.hits[0].snippet) for piece, is_marked in pieces if is_marked]
