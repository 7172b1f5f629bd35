"""What the documents cost: the first page of a set, a page drawn and drawn already, a page kept beside nginx.

Without a folder of documents, over 362 made up in the shape of a real set.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import ask_often, cost_of, spent_by
from bench.nginx import serving
from bench.people import sign_in
from bench.report import Figure
from bench.sets import write_set
from portal.docs.catalogue import Catalogue
from portal.docs.library import Library
from tests.portal_server import PortalServer

_REQUESTS = 6400
_TURNS = 5
# Whoever names markdown is answered by Django, with HTML where they would rather have that.
_WHOLE_WAY = "text/html, text/markdown;q=0.1"


def measure(given: Path | None = None) -> Iterator[Figure]:
    """Every promise about documents, for the set that is given or one that is made up."""
    with tempfile.TemporaryDirectory() as name:
        root = given or write_set(Path(name) / "set", 362)
        yield _start(root, 2.0)
        yield _start(write_set(Path(name) / "large", 10_000, kilobytes=2.0), 20.0)
        yield from _pages(root)
        yield from _edited(root, Path(name))
        yield from _beside_nginx(root)


def _start(root: Path, at_most: float) -> Figure:
    """From the start of the process to the first page, the second time on: the first makes the static files."""
    times, spent = [], []
    with tempfile.TemporaryDirectory() as data:
        for _ in range(_TURNS + 1):
            started = time.perf_counter()
            with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_DATA=data, PORTAL_EMBEDDED="never") as portal:
                _fetch(portal.url)
                times.append(time.perf_counter() - started)
                spent.append(spent_by(portal.process.pid))
    files = sum(1 for _ in root.rglob("*.md*"))
    return Figure(f"start with {files:,} files to the first page", min(times[1:]), at_most, "s", f"best of {_TURNS}, {min(spent[1:]):.1f} of it the server's processor; {_load()}")


def _pages(root: Path) -> Iterator[Figure]:
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        _fetch(portal.url)
        time.sleep(3)  # the graph of links is drawn and search has begun
        addresses = _documents(portal)
        cold = [_timed(address) for address in addresses]
        warm = [_timed(address, Accept=_WHOLE_WAY) for address in addresses]
        kept = [_timed(address) for address in addresses]
    detail = f"median of {len(addresses)} pages; {_load()}"
    yield Figure("a page drawn for the first time", median(cold) * 1000, 100, "ms", detail)
    yield Figure("a page that goes the whole way", median(warm) * 1000, 20, "ms", detail)
    yield Figure("a page that is kept", median(kept) * 1000, 20, "ms", detail)


def _edited(root: Path, scratch: Path) -> Iterator[Figure]:
    """All pages drawn, read again as they are, and drawn again after one was edited, all of them being asked for."""
    copy = scratch / "edited"
    subprocess.run(["/bin/cp", "-r", root, copy], check=True)
    library = Library(Catalogue(copy))
    began = time.process_time()
    for page in library.catalogue.pages.values():
        library.read(page)
    yield Figure("all pages drawn", time.process_time() - began, 6.5, "CPU s", f"{len(library.catalogue.pages)} pages, in one process")
    began = time.process_time()
    assert all(library.kept(page) for page in library.catalogue.pages.values())
    yield Figure("all pages read again", time.process_time() - began, 0.1, "CPU s", f"{len(library.catalogue.pages)} pages")
    before, pages = library.drawn, list(library.catalogue.pages.values())
    with pages[len(pages) // 2].file.open("a") as file:
        file.write("\n## A new section\n")
    library.catalogue.refresh()
    for page in library.catalogue.pages.values():
        if library.kept(page) is None:
            library.read(page)
    yield Figure("pages drawn again after one was edited", library.drawn - before, 1, "pages", f"of {len(pages)}")


def _beside_nginx(root: Path) -> Iterator[Figure]:
    environment: dict[str, Any] = {"PORTAL_DOCS_ROOT": str(root), "PORTAL_EMBEDDED": "never", "PORTAL_ACCESS": "team"}
    with PortalServer(**environment) as portal:
        [token] = sign_in(1, **environment | {"PORTAL_DATA": str(portal.data)})
        address, page = _page_of(portal, 28_000)
        time.sleep(3)
        with serving(page) as (static, nginx):
            for name, headers, status, share in (
                ("a kept page", "", 200, 0.28),
                ("a kept page, compressed", "Accept-Encoding: gzip\r\n", 200, 0.28),
                ("a kept page, unchanged (304)", "If-None-Match: {tag}\r\n", 304, 0.28),
                ("a kept page for somebody signed in", f"Cookie: portal-sign-in={token}\r\nAccept-Encoding: gzip\r\n", 200, 0.28),
                ("a page that goes the whole way", f"Accept: {_WHOLE_WAY}\r\n", 200, 0.05),
            ):
                pids = [portal.process.pid]
                ours, theirs = _least((
                    _asking(pids, address, headers.format(tag=_tag_of(address)), status, _REQUESTS if share == 0.28 else _REQUESTS // 8),
                    _asking([nginx], static, headers.format(tag=_tag_of(static)), status, _REQUESTS),
                ))
                yield Figure(
                    f"{name}: processor time beside nginx", ours / theirs, round(1 / share, 2), "times",
                    f"{ours * 1e6:.0f} µs against {theirs * 1e6:.0f} µs a request of {len(page):,} bytes, so {theirs / ours:.2f} of nginx; "
                    f"to be at least {share}",
                )  # fmt: skip


def _asking(pids: list[int], url: str, headers: str, status: int, requests: int) -> Callable[[], float]:
    """A load of that many requests; calling it gives the processor seconds one of them costs."""

    def load() -> None:
        asyncio.run(ask_often(url, requests, headers=headers, status=status))

    return lambda: cost_of(pids, load) / requests


def _least(loads: Sequence[Callable[[], float]]) -> list[float]:
    """The least each of them costs, taken in turn: what else the machine does meets all of them."""
    for load in loads:
        load()
    turns = [[load() for load in loads] for _ in range(_TURNS)]
    return [min(costs) for costs in zip(*turns, strict=True)]


def _page_of(portal: PortalServer, size: int) -> tuple[str, bytes]:
    """The page of the set whose length comes nearest."""
    addresses = _documents(portal)
    pages = {address: _fetch(address) for address in addresses}
    return min(pages.items(), key=lambda item: abs(len(item[1]) - size))


def _timed(url: str, **headers: str) -> float:
    started = time.perf_counter()
    _fetch(url, **headers)
    return time.perf_counter() - started


def _documents(portal: PortalServer) -> list[str]:
    """The addresses of the set's documents; the sitemap has chapters, entries and references besides."""
    found = re.findall(r"<loc>([^<]+)</loc>", _fetch(f"{portal.url}sitemap.xml").decode())
    return [address for address in found if address == portal.url or address.startswith(f"{portal.url}docs/")]


def _fetch(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return bytes(answer.read())


def _tag_of(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.headers["ETag"])


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"
