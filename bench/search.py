"""How quick search is over the documents of a folder, then over 100,000 sections, in the process and over HTTP.

    python bench/search.py DIR [--sections 100000] [--queries 1500] [--no-http]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from portal.docs.catalogue import Catalogue  # noqa: E402
from portal.docs.search.freshness import stamp_of  # noqa: E402
from portal.docs.search.index import IndexWriter, folder_for  # noqa: E402
from portal.docs.search.passages import passages_of  # noqa: E402
from portal.docs.search.reading import read_sections  # noqa: E402
from portal.docs.search.searching import Search  # noqa: E402
from portal.docs.search.tokens import words_in  # noqa: E402
from portal.docs.search.values import Passage  # noqa: E402

NAMES = ["num_ctx", "keep_alive", "/api/chat", "OLLAMA_HOST", "done_reason", "num_predict", "/v1/chat/completions", "tool_calls"]
KINDS: dict[str, Callable[[random.Random, Sequence[str], Sequence[str]], str]] = {
    "one word": lambda dice, words, phrases: dice.choice(words) + " ",
    "two to four words of a heading": lambda dice, words, phrases: " ".join(dice.choice(phrases).split()[: dice.randint(2, 4)]) + " ",
    "a word being typed": lambda dice, words, phrases: (word := dice.choice(words))[: dice.randint(2, max(2, len(word) - 1))],
    "one letter": lambda dice, words, phrases: dice.choice(words)[0],
    "a name, whole or in part": lambda dice, words, phrases: (name := dice.choice(NAMES))[: dice.randint(4, len(name))],
    "a misspelt word": lambda dice, words, phrases: misspelt(dice, dice.choice(words)),
    "common words": lambda dice, words, phrases: " ".join(dice.sample(["the", "and", "model", "agent", "api", "data", "system", "to"], 2)),
}


def misspelt(dice: random.Random, word: str) -> str:
    """The word with two letters swapped."""
    at = dice.randrange(max(len(word) - 1, 1))
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def read_set(root: Path) -> tuple[dict[str, list[Passage]], float]:
    """The passages of each page, and the CPU seconds it took to read them."""
    catalogue = Catalogue(root)
    catalogue.refresh(now=True)
    began = time.process_time()
    passages = {
        page.path: passages_of(page.path, page.url, page.title, read_sections(page.file)) for page in catalogue.pages.values()
    }
    return passages, time.process_time() - began


def shuffled(passages: dict[str, list[Passage]], sections: int) -> dict[str, list[Passage]]:
    """Pages made of the same words in another order, until there are that many sections."""
    dice, made, number = random.Random(7), {}, 0
    originals = list(passages.items())
    while number < sections:
        path, of_page = originals[len(made) % len(originals)]
        name = f"copy-{len(made)}/{path or 'index'}"
        made[name] = [_shuffle(passage, name, dice) for passage in islice(of_page, sections - number)]
        number += len(made[name])
    return made


def _shuffle(passage: Passage, name: str, dice: random.Random) -> Passage:
    words = passage.text.split(" ")
    dice.shuffle(words)
    return replace(passage, page=name, url=f"/docs/{name}/", text=" ".join(words))


def build(folder: Path, passages: dict[str, list[Passage]], stamps: dict[str, str]) -> float:
    """Index them all; the seconds it took."""
    began = time.perf_counter()
    writer = IndexWriter(folder)
    for page, of_page in passages.items():
        writer.put(page, stamps.get(page, ""), of_page)
    writer.commit()
    writer.close()
    (folder / "progress.json").write_text(f'{{"done": {len(passages)}, "of": {len(passages)}}}')
    return time.perf_counter() - began


def queries(passages: dict[str, list[Passage]], number: int) -> Iterator[tuple[str, str]]:
    """Kinds and queries, the same at each run."""
    dice = random.Random(11)
    every = [passage for of_page in passages.values() for passage in of_page]
    words = [word for passage in dice.sample(every, min(800, len(every))) for word in words_in(passage.text)[:40] if len(word) > 3]
    phrases = [passage.path[-1] for passage in every if passage.path and len(passage.path[-1].split()) > 1]
    for at in range(number):
        kind = list(KINDS)[at % len(KINDS)]
        yield kind, KINDS[kind](dice, words, phrases)


def quantile(times: Sequence[float], share: float) -> float:
    """The time that this share of all stays under."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def report(title: str, times: dict[str, list[float]], *, by_kind: bool = True) -> None:
    """Print the quantiles in milliseconds."""
    print(f"\n{title}")
    every = [taken for of_kind in times.values() for taken in of_kind]
    for name, taken in [("all", every), *(times.items() if by_kind else [])]:
        print(f"  {name:32} p50 {statistics.median(taken):6.2f}  p95 {quantile(taken, 0.95):6.2f}  p99 {quantile(taken, 0.99):6.2f} ms")


def time_queries(folder: Path, asked: list[tuple[str, str]]) -> dict[str, list[float]]:
    """Ask each in this process: the ten best sections with their snippets, each query once, after a few to warm up."""
    search = Search(folder)
    for _kind, query in asked[-40:]:
        search.find(query)
    times: dict[str, list[float]] = {}
    for kind, query in asked:
        began = time.perf_counter()
        search.find(query, limit=10)
        times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    return times


def time_http(root: Path, data: Path, asked: list[tuple[str, str]], suffix: str) -> dict[str, list[float]]:
    """Ask each of a portal started for it, over one connection."""
    from tests.portal_server import PortalServer

    times: dict[str, list[float]] = {}
    with PortalServer(data=data, PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        connection = HTTPConnection(urlsplit(portal.url).netloc)

        def get(query: str) -> bytes:
            connection.request("GET", f"/search/?q={quote(query)}{suffix}")
            return connection.getresponse().read()

        until = time.monotonic() + 300
        while b'"indexing": null' not in _answer(connection) and time.monotonic() < until:
            time.sleep(0.5)
        for _kind, query in asked[-20:]:
            get(query)
        for kind, query in asked:
            began = time.perf_counter()
            get(query)
            times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    return times


def _answer(connection: HTTPConnection) -> bytes:
    connection.request("GET", "/search/?q=a&format=json")
    return connection.getresponse().read()


def write_pages(root: Path, passages: dict[str, list[Passage]]) -> dict[str, str]:
    """A file for each page, so that a portal has pages to go with the index; their stamps."""
    for page, of_page in passages.items():
        file = root / f"{page}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {of_page[0].title}\n", encoding="utf-8")
    catalogue = Catalogue(root)
    catalogue.refresh(now=True)
    return {page.path: stamp_of(page) for page in catalogue.pages.values()}


def main() -> None:
    """Print it all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("root", type=Path, metavar="DIR")
    options.add_argument("--sections", type=int, default=100_000)
    options.add_argument("--queries", type=int, default=1500)
    options.add_argument("--no-http", action="store_true")
    chosen = options.parse_args()
    root = chosen.root.resolve()
    with tempfile.TemporaryDirectory(prefix="bench-search-") as temporary:
        passages, reading = read_set(root)
        sections = sum(len(of_page) for of_page in passages.values())
        print(f"{len(passages)} pages, {sections} sections; read in {reading:.2f} CPU seconds; load {os.getloadavg()[0]:.1f}")
        asked = list(queries(passages, chosen.queries))
        small = Path(temporary) / "small"
        print(f"indexed in {build(small, passages, {}):.2f} s, {_size(small) / 1e6:.1f} MB")
        report(f"In the process, {sections} sections", time_queries(small, asked))
        if not chosen.no_http:
            data = Path(temporary) / "data"
            report("Over HTTP, as JSON", time_http(root, data, asked[:500], "&format=json"), by_kind=False)
            report("Over HTTP, as a page", time_http(root, data, asked[:500], ""), by_kind=False)
        bench_large(Path(temporary), passages, asked, chosen.sections, over_http=not chosen.no_http)


def bench_large(temporary: Path, passages: dict[str, list[Passage]], asked: list[tuple[str, str]], sections: int, *, over_http: bool) -> None:
    """The same over many sections."""
    many = shuffled(passages, sections)
    root, data = temporary / "many", temporary / "many-data"
    stamps = write_pages(root, many)
    folder = folder_for(root, data)
    took = build(folder, many, stamps)
    print(f"\n{len(many)} pages, {sections} sections; indexed in {took:.2f} s, {_size(folder) / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f}")
    report(f"In the process, {sections} sections", time_queries(folder, asked))
    if over_http:
        report("Over HTTP, as JSON", time_http(root, data, asked[:500], "&format=json"), by_kind=False)
        report("Over HTTP, as a page", time_http(root, data, asked[:500], ""), by_kind=False)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    main()
