"""What text made to be slow costs, and text that is merely long: processor seconds of the slowest of each kind."""

from __future__ import annotations

import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench.load import children_of, cost_of
from bench.report import Figure
from portal.docs.reference.reading import BadDocument, read_source
from portal.docs.rendering import render
from tests.docs.rendering.test_hostile import HOSTILE
from tests.portal_server import PortalServer

SLOW_TO_LEX = {"java": "\n" * 50_000, "c": " " * 50_000, "terraform": "a" * 50_000, "make": "$(" * 20_000, "html+evoque": "${ " * 9000}
LONG = ("/book/", "/book/chapter-149/", "/journal/", "/journal/2022/05/")
EDITIONS = ("/book/compare/2026-01-01/2026-02-01/one/",)


def measure() -> Iterator[Figure]:
    """The bounds no document may reach."""
    yield _slowest("hostile text drawn", 4, ((name, lambda text=text: render(text, is_mdx=True)) for name, text in HOSTILE.items()))
    yield _slowest("code that lexers are slow on", 3, ((lang, lambda lang=lang: render(f"~~~{lang}\n{SLOW_TO_LEX[lang]}\n~~~\n")) for lang in SLOW_TO_LEX))
    yield _slowest("a YAML bomb refused", 1, [("", _refuse_bomb)])
    yield _opened("a long book or journal opened", _write_long, LONG)
    yield _opened("long editions compared", _write_editions, EDITIONS)


def _opened(name: str, write: Callable[[Path], None], places: Iterable[str]) -> Figure:
    with tempfile.TemporaryDirectory() as root:
        write(Path(root))
        with PortalServer(PORTAL_DOCS_ROOT=root, PORTAL_EMBEDDED="never") as portal:
            return _slowest(name, 10, ((place, lambda place=place: _open(portal, place)) for place in places), portal)


def _slowest(
    name: str, at_most: float, works: Iterable[tuple[str, Callable[[], object]]], portal: PortalServer | None = None
) -> Figure:
    spent: dict[str, float] = {}
    for what, work in works:
        if portal is None:
            began = time.thread_time()
            work()
            spent[what] = time.thread_time() - began
        else:
            spent[what] = cost_of([portal.process.pid, *children_of(portal.process.pid)], work)
    worst = max(spent, key=lambda what: spent[what])
    return Figure(name, spent[worst], at_most, "CPU s", f"slowest of {len(spent)}: {worst}" if worst else "")


def _refuse_bomb() -> None:
    lines = ["openapi: 3.1.0", "a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefghi", "bcdefghij", strict=True)]
    try:
        read_source("\n".join(lines).encode(), "api.yaml")
    except BadDocument:
        return
    raise AssertionError("the bomb was not refused")


def _write_long(root: Path) -> None:
    chapters = "".join(f"## Chapter {number}\n\n" + "Words of this chapter go on. " * 900 + "\n\n" for number in range(200))
    body = "**System snapshot**: words\n\n### Decisions\n\n" + "  - **agent** (choice): — *a reason of some length for it*\n" * 40
    entries = [f"## {2020 + at // 336}-{1 + at // 28 % 12:02}-{1 + at % 28:02} 10:00 UTC\n\n{body}\n" for at in range(2000)]
    (root / "BOOK.md").write_text("# Book\n\n" + chapters)
    (root / "JOURNAL.md").write_text("# Journal\n\n" + "".join(reversed(entries)))


def _write_editions(root: Path) -> None:
    older = "\n\n".join("a b " * 400 if at % 2 else "b a " * 300 for at in range(120))
    newer = "\n\n".join("b b a " * 350 if at % 3 else "a " * 500 for at in range(140))
    (root / "book_2026-01-01.md").write_text(f"# Book\n\n## One\n\n{older}")
    (root / "book_2026-02-01.md").write_text(f"# Book\n\n## One\n\n{newer}")


def _open(portal: PortalServer, place: str) -> None:
    with urllib.request.urlopen(portal.origin + place, timeout=120) as answer:
        answer.read()
