"""How quick search is over the documents of a folder, then over 100,000 sections, in the process and over HTTP.

    python bench/search.py DIR [--sections 100000] [--queries 1500] [--no-http]
"""

from __future__ import annotations

import argparse
import os
import random
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
from portal.docs.search.index import IndexWriter, folder_for  # noqa: E402
from portal.docs.search.searching import Search  # noqa: E402
from portal.docs.search.sources import read_page, stamp_of  # noqa: E402
from portal.docs.search.tokens import words_in  # noqa: E402
from portal.docs.search.values import Passage  # noqa: E402

NAMES = ("num_ctx", "keep_alive", "/api/chat", "OLLAMA_HOST", "done_reason", "num_predict", "/v1/chat/completions")
COMMON = ("the", "and", "model", "agent", "api", "data", "system", "to")
KINDS: dict[str, Callable[[random.Random, Sequence[str], Sequence[str]], str]] = {
    "one word": lambda dice, words, _: dice.choice(words) + " ",
    "two to four words of a heading": lambda dice, _, phrases: beginning(dice.choice(phrases), dice.randint(2, 4)),
    "a word being typed": lambda dice, words, _: (word := dice.choice(words))[: dice.randint(2, len(word) - 1)],
    "one letter": lambda dice, words, _: dice.choice(words)[0],
    "a name, whole or in part": lambda dice, _words, _: (name := dice.choice(NAMES))[: dice.randint(4, len(name))],
    "a misspelt word": lambda dice, words, _: misspelt(dice, dice.choice(words)),
    "common words": lambda dice, _words, _: " ".join(dice.sample(COMMON, 2)),
}


def beginning(phrase: str, words: int) -> str:
    """The first words of a phrase."""
    return " ".join(phrase.split()[:words]) + " "


def misspelt(dice: random.Random, word: str) -> str:
    """The word with two letters swapped."""
    at = dice.randrange(max(len(word) - 1, 1))
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def read_set(root: Path) -> tuple[dict[str, list[Passage]], float]:
    """The passages of each page, and the CPU seconds it took to read them."""
    catalogue = Catalogue(root)
    catalogue.refresh()
    began = time.process_time()
    pages = catalogue.pages.values()
    passages = {page.path: read_page(page, root) for page in pages}
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
    some = dice.sample(every, min(800, len(every)))
    words = [word for passage in some for word in words_in(passage.text)[:40] if len(word) > 3]
    phrases = [passage.path[-1] for passage in every if passage.path and len(passage.path[-1].split()) > 1]
    for at in range(number):
        kind = list(KINDS)[at % len(KINDS)]
        yield kind, KINDS[kind](dice, words, phrases)


def quantile(times: Sequence[float], share: float) -> float:
    """The time that this share of all stays under."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


Times = dict[str, list[float]]


def report(title: str, times: Times, *, by_kind: bool = True) -> None:
    """Print the quantiles in milliseconds."""
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})")
    every = [taken for of_kind in times.values() for taken in of_kind]
    for name, taken in [("all", every), *(times.items() if by_kind else [])]:
        shares = "  ".join(f"p{share * 100:.0f} {quantile(taken, share):6.2f}" for share in (0.5, 0.95, 0.99))
        print(f"  {name:32} {shares} ms")


def time_queries(folder: Path, asked: list[tuple[str, str]]) -> tuple[Times, Times]:
    """Ask each in this process, once, for the ten best sections with their snippets: by the clock, and CPU time."""
    search = Search(folder)
    for _kind, query in asked[-40:]:
        search.find(query)
    by_clock: Times = {}
    by_cpu: Times = {}
    for kind, query in asked:
        began, cpu = time.perf_counter(), time.thread_time()
        search.find(query, limit=10)
        by_cpu.setdefault(kind, []).append((time.thread_time() - cpu) * 1000)
        by_clock.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    return by_clock, by_cpu


def bench_queries(folder: Path, asked: list[tuple[str, str]], sections: int) -> None:
    """Print both, so that what others do on the machine can be told from what search does."""
    by_clock, by_cpu = time_queries(folder, asked)
    report(f"In the process, {sections} sections, by the clock", by_clock)
    report("The same, CPU time", by_cpu, by_kind=False)


def bench_http(root: Path, data: Path, asked: list[tuple[str, str]]) -> None:
    """Ask a portal started for it, over one connection."""
    from tests.portal_server import PortalServer

    with PortalServer(data=data, PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        connection = HTTPConnection(urlsplit(portal.url).netloc)
        until = time.monotonic() + 300
        while b'"indexing": null' not in get(connection, "a", "&format=json") and time.monotonic() < until:
            time.sleep(0.5)
        for name, suffix in (("JSON", "&format=json"), ("a page", "")):
            for _kind, query in asked[-20:]:
                get(connection, query, suffix)
            times: Times = {}
            for kind, query in asked:
                began = time.perf_counter()
                get(connection, query, suffix)
                times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
            report(f"Over HTTP, as {name}", times, by_kind=False)


def get(connection: HTTPConnection, query: str, suffix: str) -> bytes:
    """The body of an answer."""
    connection.request("GET", f"/search/?q={quote(query)}{suffix}")
    return connection.getresponse().read()


def write_pages(root: Path, passages: dict[str, list[Passage]]) -> dict[str, str]:
    """A file for each page, so that a portal has pages to go with the index; their stamps."""
    for page, of_page in passages.items():
        file = root / f"{page}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {of_page[0].title}\n", encoding="utf-8")
    catalogue = Catalogue(root)
    catalogue.refresh()
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
        print(f"{len(passages)} pages, {sections} sections; read in {reading:.2f} CPU seconds")
        asked = list(queries(passages, chosen.queries))
        small = Path(temporary) / "small"
        print(f"indexed in {build(small, passages, {}):.2f} s, {_size(small) / 1e6:.1f} MB")
        bench_queries(small, asked, sections)
        if not chosen.no_http:
            bench_http(root, Path(temporary) / "data", asked[:500])
        if chosen.sections:
            bench_large(Path(temporary), passages, asked, chosen)


def bench_large(
    temporary: Path, passages: dict[str, list[Passage]], asked: list[tuple[str, str]], chosen: argparse.Namespace
) -> None:
    """The same over many sections."""
    many = shuffled(passages, chosen.sections)
    root, data = temporary / "many", temporary / "many-data"
    stamps = write_pages(root, many)
    folder = folder_for(root, data)
    took = build(folder, many, stamps)
    print(f"\n{len(many)} pages, {chosen.sections} sections; indexed in {took:.2f} s, {_size(folder) / 1e6:.1f} MB")
    bench_queries(folder, asked, chosen.sections)
    if not chosen.no_http:
        bench_http(root, data, asked[:500])


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    main()
