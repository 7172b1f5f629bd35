"""What understanding examples costs, and how right it is where a key is at hand.

    python -m bench.examples [DIR]

The cost is its share of drawing a page, and the worst of the texts made to take for ever. Without a folder of documents,
over 362 made up in the shape of a real set.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time

import django

from bench.answers import measure_answers
from bench.report import Figure, report
from bench.sets import write_set
from portal.docs.catalogue import Catalogue
from portal.docs.library import Library
from portal.docs.panels import blocks_of
from portal.examples.detection import read_blocks
from portal.examples.values import Block
from tests.examples.hostile import all_texts

TURNS = 3


def measure(given: Path | None = None) -> Iterator[Figure]:
    """The promises, for the set that is given or one that is made up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()  # the panels are drawn by its templates
    with tempfile.TemporaryDirectory() as folder:
        yield _share(given or write_set(Path(folder), 362))
    yield _worst()
    if given is not None:
        yield from measure_answers(given)


def _share(root: Path) -> Figure:
    """Processor time of detection beside that of all the rest of drawing the pages as they stand on the site."""
    library = Library(Catalogue(root))
    pages = list(library.catalogue.pages.values())
    fences = [blocks_of(library.read(page).rendered.fences) for page in pages]
    drawing = _least(lambda: [library.read(page) for page in pages])
    reading = _least(lambda: [read_blocks(blocks) for blocks in fences])
    return Figure(
        "detection, of the rest of drawing a page", 100 * reading / (drawing - reading), 10, "%",
        f"{reading * 1000:.0f} ms of {drawing * 1000:.0f} ms for {len(pages)} pages",
    )  # fmt: skip


def _least(work: Callable[[], object]) -> float:
    """Processor seconds, the least of some turns."""
    seconds = []
    for _ in range(TURNS):
        started = thread_time()
        work()
        seconds.append(thread_time() - started)
    return min(seconds)


def _worst() -> Figure:
    """Each hostile text on its own, twice, for other work can make one look slow."""
    times = {}
    for name, lang, text in all_texts():
        block = Block(lang, text, 1)
        seconds = []
        for _ in range(2):
            started = thread_time()
            read_blocks([block])
            seconds.append(thread_time() - started)
        times[name] = min(seconds)
    worst = max(times, key=lambda name: times[name])
    return Figure(
        "the worst of the texts made to take for ever", times[worst] * 1000, 100, "ms", f"{worst}; {len(times)} texts"
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    sys.exit(0 if all([report(figure) for figure in measure(folder)]) else 1)
