"""How quick search is over some 10,000 sections and over 100,000: in the process, over HTTP, after an edit, under the worst.

Times are of the processor, as a person on a machine of his own would see them, but where a line says clock.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from bench.load import spent_by
from bench.questions import Passages, questions, shuffled
from bench.report import Figure, percentile
from portal.docs.catalogue import Catalogue
from portal.docs.search.index import IndexWriter, folder_for
from portal.docs.search.progress import write_progress
from portal.docs.search.searching import Search
from portal.docs.search.sources import read_page, stamp_of
from portal.docs.search.values import Progress
from tests.portal_server import ROOT, PortalServer

ASKED, ASKED_OVER_HTTP, EDITS = 1000, 350, 7
WORST = ("a", "the and of to", "convresatoin " * 900, "x" * 4000, "日" * 800, "a b c d e f g h i j k l m")


def measure(docs: Path = ROOT / "docs_content") -> Iterator[Figure]:
    """Every promise about search; the sections are those of the documents, and as many again as are needed."""
    passages = _read(docs)
    asked = list(questions(passages, ASKED))
    for sections, typical, worst, over_http in ((10_000, 1.0, 4.0, 10.0), (100_000, None, 5.0, 50.0)):
        with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
            root, data = Path(name) / "docs", Path(name) / "data"
            _build(root, data, shuffled(passages, sections))
            yield from _in_the_process(folder_for(root, data), asked, sections, typical, worst)
            with PortalServer(data=data, PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
                yield from _over_http(portal, asked[:ASKED_OVER_HTTP], sections, over_http)
                if sections == 10_000:
                    yield _edited(portal, root)
                    yield _under_the_worst(portal)


def _read(root: Path) -> Passages:
    return {page.path: read_page(page, root) for page in Catalogue(root).pages.values()}


def _build(root: Path, data: Path, passages: Passages) -> None:
    """A file for each page, and the index of them as if the portal had made it."""
    for page, of_page in passages.items():
        file = root / f"{page}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {of_page[0].title}\n", encoding="utf-8")
    folder = folder_for(root, data)
    writer = IndexWriter(folder)
    for found in Catalogue(root).pages.values():
        writer.put(found.path, stamp_of(found), passages[found.path])
    writer.commit()
    writer.close()
    write_progress(folder, Progress(len(passages), len(passages)))


def _in_the_process(folder: Path, asked: Sequence[str], sections: int, typical: float | None, worst: float) -> Iterator[Figure]:
    """The ten best sections with their snippets."""
    search = Search(folder)
    for query in asked[-40:]:
        search.find(query)
    times = []
    for query in asked:
        began = time.thread_time()
        search.find(query, limit=10)
        times.append((time.thread_time() - began) * 1000)
    detail = f"{len(asked)} queries over {sections:,} sections"
    if typical:
        yield Figure(f"search of {sections:,} sections, p50", median(times), typical, "ms", detail)
    yield Figure(f"search of {sections:,} sections, p99", percentile(times, 0.99), worst, "ms", detail)


def _over_http(portal: PortalServer, asked: Sequence[str], sections: int, at_most: float) -> Iterator[Figure]:
    """What the server spends on an answer, as data and as a page."""
    connection = HTTPConnection(urlsplit(portal.url).netloc)
    while b'"indexing": null' not in _get(connection, "a", "&format=json"):
        time.sleep(0.2)
    time.sleep(3)  # the graph of links is drawn
    for kind, suffix in (("data", "&format=json"), ("a page", "")):
        spent, by_clock = [], []
        for query in [*asked[-20:], *asked]:
            before, began = spent_by(portal.process.pid), time.perf_counter()
            _get(connection, query, suffix)
            by_clock.append((time.perf_counter() - began) * 1000)
            spent.append((spent_by(portal.process.pid) - before) * 1000)
        detail = f"by the clock {percentile(by_clock[20:], 0.95):.1f} ms"
        yield Figure(f"search of {sections:,} sections as {kind}, p95", percentile(spent[20:], 0.95), at_most, "ms", detail)


def _edited(portal: PortalServer, root: Path) -> Figure:
    connection = HTTPConnection(urlsplit(portal.url).netloc)
    times = []
    for number in range(EDITS):
        (root / "fresh.md").write_text(f"# Fresh\n\nAn axolotl{number}.\n")
        began = time.perf_counter()
        while b'"total": 0' in _get(connection, f"axolotl{number} ", "&format=json"):
            time.sleep(0.02)
        times.append(time.perf_counter() - began)
    return Figure("an edit is found by search after", median(times), 1.0, "s", f"clock, median of {EDITS}, longest {max(times):.2f} s")


def _under_the_worst(portal: PortalServer) -> Figure:
    """How long the event loop keeps others waiting while one reader asks what costs most."""
    done, delays = threading.Event(), []

    def ask_the_worst() -> None:
        asking = HTTPConnection(urlsplit(portal.url).netloc)
        while not done.is_set():
            for query in WORST:
                _get(asking, query, "&format=json")

    worst = threading.Thread(target=ask_the_worst)
    worst.start()
    other = HTTPConnection(urlsplit(portal.url).netloc)
    for _ in range(300):
        began = time.perf_counter()
        other.request("GET", "/healthz")
        other.getresponse().read()
        delays.append((time.perf_counter() - began) * 1000)
    done.set()
    worst.join()
    return Figure("wait of others while search is asked the worst, p95", percentile(delays, 0.95), 50, "ms", f"clock, median {median(delays):.1f} ms")


def _get(connection: HTTPConnection, query: str, suffix: str) -> bytes:
    connection.request("GET", f"/search/?q={quote(query)}{suffix}")
    return connection.getresponse().read()
