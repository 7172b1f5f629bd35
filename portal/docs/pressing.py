"""The process that draws documents for the server: `python -m portal.docs.pressing ROOT SOURCE_URL PATIENCE`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from portal.docs.catalogue import Catalogue
from portal.docs.drawing import Drawn, Sheet, draw
from portal.docs.links import Links
from portal.docs.press import read_message, write_message


class Presswork:
    """Draws sheets, with a catalogue of its own to look their links up in."""

    def __init__(self, root: Path, source_url: str) -> None:
        self.catalogue, self.source_url = Catalogue(root), source_url

    def draw(self, sheet: Sheet, stamp: str) -> Drawn:
        """The sheet with the links of the set as it is now, looked through again unless it has this stamp."""
        shelf = self.catalogue.shelf
        if shelf.stamp != stamp:
            self.catalogue.refresh()
            shelf = self.catalogue.shelf
        drawn = draw(sheet, Links(shelf, sheet.relative, self.catalogue.root, self.source_url))
        # The site shows neither by itself, and reading them would hold up every thread of the server.
        return Drawn.of(replace(drawn, links=(), fences=()))


def main(root: Path, source_url: str, patience: float) -> None:
    """Draw what is asked for until the standard input ends, which it does with the server."""
    work = Presswork(root, source_url)
    sheets, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between two answers.
    sys.stdout = sys.stderr
    while True:
        try:
            message = read_message(sheets)
        except EOFError:
            return
        assert isinstance(message, tuple)
        with _no_longer_than(patience):
            drawn = work.draw(*message)
        write_message(answers, drawn)


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """End the process when the block takes longer, in time of the processor: not even a regular expression goes on then."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    # Ctrl-C goes to the whole group; this process ends with the server, when that is ready.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
