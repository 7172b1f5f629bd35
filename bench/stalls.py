"""How long the event loop is held up while documents and questions are at their worst: what every other reader would wait."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from bench.bad_set import DRAWN, LARGE, NOT_SERVED, SECRET, WAYS_UP, write_bad_set
from bench.report import Figure
from bench.sets import write_set
from tests.portal_server import PortalServer

AT_MOST = 50.0
_TURNS = 3
_TERMS = 100_000
_PAUSE = 0.001
# Bytes of an address the server's parser takes.
_LONGEST = 65_000
# Seconds after which a file's change is seen by whoever comes next.
_LOOKED_AT_AGAIN = 1.1


class Watch:
    """Asks the loop for next to nothing, again and again over one connection; `worst` is the longest answer took, in seconds."""

    def __init__(self, portal: PortalServer) -> None:
        self.worst = 0.0
        self._where = urlsplit(portal.origin)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        asked = f"GET /healthz HTTP/1.1\r\nHost: {self._where.netloc}\r\n\r\n".encode()
        with socket.create_connection((self._where.hostname, self._where.port), 60) as line:
            while not self._over.is_set():
                began = time.perf_counter()
                line.sendall(asked)
                answer = line.recv(4096)
                while not answer.endswith(b"ok\n"):
                    answer += line.recv(4096) or b"ok\n"
                self.worst = max(self.worst, time.perf_counter() - began)
                assert answer.startswith(b"HTTP/1.1 200"), answer
                time.sleep(_PAUSE)


def measure() -> Iterator[Figure]:
    """The longest wait beside each piece of work in some turns."""
    with tempfile.TemporaryDirectory() as name:
        root = write_set(Path(name) / "set", 200)
        big = root / "big.md"
        pages = (page.read_text() for page in write_set(Path(name) / "parts", 500).rglob("*.md"))
        big.write_text("".join(pages)[: 5 << 20])
        with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
            _settle(portal)
            yield _held_up(portal, "nothing else is done", lambda: time.sleep(2))
            for what, work in _works(portal, big):
                yield _held_up(portal, what, work)
        bad = write_bad_set(Path(name) / "worse" / "set")
        with PortalServer(PORTAL_DOCS_ROOT=str(bad), PORTAL_EMBEDDED="never") as portal:
            _settle(portal)
            for what, work in _bad_works(portal, bad):
                yield _held_up(portal, what, work)


def _settle(portal: PortalServer) -> None:
    """The graph of links is drawn, and search has read everything."""
    _open(portal, "/")
    time.sleep(5)


def _works(portal: PortalServer, big: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    size = f"a document of {big.stat().st_size / 1e6:.1f} MB"

    def edit() -> None:
        with big.open("a") as file:
            file.write("\n## One more heading\n\nWords.\n")
        _open(portal, "/docs/big/")
        time.sleep(3)  # search reads it again

    terms = [f"w{number}" for number in range(_TERMS)]
    yield f"{size} is edited and drawn", edit
    yield f"{size} is opened again", lambda: _open(portal, "/docs/big/")
    yield f"{size} is composed anew", lambda: _open(portal, "/docs/big/", Accept="text/html, text/markdown;q=0.1")
    yield f"{size} is sent compressed", lambda: _open(portal, "/docs/big/", Accept_Encoding="gzip")
    yield f"{size} is sent as markdown", lambda: _open(portal, "/docs/big.md")
    yield "the whole set is sent as one text", lambda: _open(portal, "/llms-full.txt")
    yield "words of it are searched for", lambda: [_open(portal, f"/search/?q={word}") for word in ("heading", "agent+model", "to")]
    fitting = "+".join(terms)[:_LONGEST]
    yield f"the {fitting.count('+'):,} terms an address holds are searched for", lambda: _open(portal, f"/search/?q={fitting}")
    yield f"{_TERMS:,} terms are refused", lambda: _refused(portal, f"/search/?q={'+'.join(terms)}")


def _bad_works(portal: PortalServer, root: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "links out of the set, a loop of links and FIFOs are asked for", lambda: _not_found(portal, NOT_SERVED)
    yield f"the way out of the set is spelled in {len(WAYS_UP)} ways", lambda: _not_found(portal, WAYS_UP)
    for what, drawn in DRAWN.items():
        yield f"{what}, and again", partial(_edited, portal, root, drawn)
    for kind, large in LARGE.items():
        size = f"{(root / large[1]).stat().st_size / 1e6:.1f} MB of {kind}"
        yield f"an OpenAPI document of {size} is edited, drawn and opened again", partial(_edited, portal, root, [large])


def _edited(portal: PortalServer, root: Path, drawn: Sequence[tuple[str, str, str]]) -> None:
    """Each is opened for the first time since its file has changed, and once more."""
    for _, file, _ in drawn:
        os.utime(root / file)
    time.sleep(_LOOKED_AT_AGAIN)
    for place, _, words in [*drawn, *drawn]:
        assert words.encode() in _open(portal, place), place


def _held_up(portal: PortalServer, what: str, work: Callable[[], object]) -> Figure:
    seen = []
    for _ in range(_TURNS):
        with Watch(portal) as watch:
            work()
        seen.append(watch.worst * 1000)
    each = ", ".join(f"{worst:.0f}" for worst in sorted(seen))
    return Figure(f"longest wait for the loop while {what}", max(seen), AT_MOST, "ms", f"each: {each}")


def _open(portal: PortalServer, place: str, **headers: str) -> bytes:
    request = urllib.request.Request(portal.origin + place, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return bytes(answer.read())


def _refused(portal: PortalServer, place: str) -> None:
    try:
        _open(portal, place)
    except urllib.error.HTTPError as refusal:
        assert refusal.code == 400
        assert b"64 KB" in refusal.read()
    else:
        raise AssertionError("the address was taken")


def _not_found(portal: PortalServer, places: Iterable[str]) -> None:
    for place in places:
        try:
            _open(portal, place)
        except urllib.error.HTTPError as refusal:
            assert refusal.code in (400, 404), place
            assert SECRET.encode() not in refusal.read(), place
        else:
            raise AssertionError(f"{place} was found")
