"""Documents drawn beside the server: as they would be in it, and none holds up another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.docs.catalogue import Catalogue
from portal.docs.drawing import Sheet
from portal.docs.jobs import DrawSheet
from portal.docs.library import Library
from portal.docs.press import NotDrawn, Press
from tests.docs.asking import ask
from tests.docs.sets import write
from tests.portal_server import ROOT, PortalServer

FILES = {"a.md": "# A\n\n[b](b.md) [c](c.md)\n\n```bash\ncurl http://localhost:11434/api/tags\n```\n", "b.mdx": "# B\n\n<Note>Mind</Note>\n"}
# About a second of work.
LONG = "# h\n\n*a* `b` [c](d.md)\n\n- e\n- f\n\n" * 6_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)


@pytest.fixture
def press(root: Path) -> Iterator[Press]:
    press = Press(root, patience=20)
    press.start()
    yield press
    press.stop()


def children() -> set[int]:
    found = subprocess.run(["/usr/bin/pgrep", "-P", str(os.getpid()), "-f", "portal.docs.pressing"], capture_output=True, text=True, check=False)
    return {int(pid) for pid in found.stdout.split()}


def test_a_document_is_drawn_as_it_is_without_a_press(root: Path, press: Press) -> None:
    plain, pressed = Library(Catalogue(root)), Library(Catalogue(root), press=press)
    for path in ("a", "b"):
        page = plain.catalogue.pages[path]
        read, expected = pressed.read(page), plain.read(page)
        assert read.html == expected.html
        assert read.rendered == replace(expected.rendered, links=(), fences=())


def test_links_follow_the_set_as_pages_come_and_go(root: Path, press: Press) -> None:
    library = Library(Catalogue(root), press=press)
    page = library.catalogue.pages["a"]
    assert 'data-link="dead"' in library.read(page).html.decode()
    write(root, {"c.md": "# C"})
    library.catalogue.refresh()
    assert library.kept(page) is None
    assert 'data-link="dead"' not in library.read(page).html.decode()


def test_an_edited_page_costs_one_page(root: Path, press: Press) -> None:
    library = Library(Catalogue(root), press=press)
    for page in library.catalogue.pages.values():
        library.read(page)
    write(root, {"b.mdx": "# Bee\n"})
    library.catalogue.refresh()
    before = library.drawn
    for page in library.catalogue.pages.values():
        library.kept(page) or library.read(page)
    assert library.drawn == before + 1


def test_a_document_that_takes_too_long_is_ended_and_its_source_is_shown(root: Path) -> None:
    press = Press(root, patience=0.2)
    press.start()
    try:
        library = Library(Catalogue(write(root, {"long.md": LONG + "<b>last line"})), press=press)
        reading = library.read(library.catalogue.pages["long"])
        assert "takes more than 0.2 seconds to draw, so its source is shown as it is" in reading.html.decode()
        assert "&lt;b&gt;last line</code></pre>" in reading.html.decode()
        assert [oddity.code for oddity in reading.oddities] == ["not-drawn"]
        assert "<h1" in library.read(library.catalogue.pages["a"]).html.decode(), "the next document has a process again"
    finally:
        press.stop()


def test_a_process_that_dies_costs_one_document_at_most(root: Path, press: Press) -> None:
    library = Library(Catalogue(root), press=press)
    library.read(library.catalogue.pages["a"])
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    page = library.catalogue.pages["b"]
    assert "could not be drawn" in library.read(page).html.decode()
    assert "<h1" in library.read(library.catalogue.pages["a"]).html.decode()


def test_a_short_document_does_not_wait_for_a_long_one(root: Path, press: Press) -> None:
    stamp = Catalogue(root).shelf.stamp
    press.do(DrawSheet(Sheet("a", "a.md", "# Warm"), stamp))
    ended: list[float] = []
    long = threading.Thread(target=lambda: (press.do(DrawSheet(Sheet("long", "long.md", LONG * 2), stamp)), ended.append(time.monotonic())))
    long.start()
    time.sleep(0.1)
    press.do(DrawSheet(Sheet("a", "a.md", "# Short"), stamp))
    short_ended = time.monotonic()
    long.join()
    assert short_ended < ended[0]


def test_a_stopped_press_leaves_no_process_and_refuses_what_it_was_drawing(root: Path) -> None:
    press = Press(root)
    press.start()
    refused: list[NotDrawn] = []

    def draw() -> None:
        try:
            press.do(DrawSheet(Sheet("long", "long.md", LONG * 8), ""))
        except NotDrawn as problem:
            refused.append(problem)

    drawing = threading.Thread(target=draw)
    drawing.start()
    time.sleep(1)
    press.stop()
    drawing.join(5)
    assert len(refused) == 1
    assert children() == set()


def test_the_processes_end_with_a_server_that_is_killed(root: Path) -> None:
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        assert ask(portal, "/docs/a/").status == 200
        listed = subprocess.run(["/usr/bin/pgrep", "-P", str(portal.process.pid)], capture_output=True, text=True, check=False)
        pids = [int(pid) for pid in listed.stdout.split()]
        assert pids
        portal.process.kill()
        until = time.monotonic() + 60
        while any(Path(f"/proc/{pid}/cmdline").exists() and b"pressing" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_the_drawing_process_ends_with_its_input() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.docs.pressing", str(ROOT / "docs_content"), "", "5"], cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_document_of_many_megabytes_is_shown_as_its_source(root: Path) -> None:
    library = Library(Catalogue(write(root, {"vast.md": "# x\n" * 3_000_000})))
    reading = library.read(library.catalogue.pages["vast"])
    assert "more than 8,388,608 characters" in reading.html.decode()
