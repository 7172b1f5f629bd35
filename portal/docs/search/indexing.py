"""The process that keeps the index in step with the documents: `python -m portal.docs.search.indexing ROOT FOLDER`."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Hashable
from pathlib import Path

from portal.docs.files import Unreadable
from portal.docs.search.freshness import Source, compare
from portal.docs.search.index import IndexBusy, IndexWriter
from portal.docs.search.progress import write_progress
from portal.docs.search.sources import Sources
from portal.docs.search.values import Passage, Progress

logger = logging.getLogger(__name__)

# Seconds: between looks at the tree at least and at most, and between commits while much is to do.
_SHORTEST_REST, _LONGEST_REST = 0.3, 0.8
_BETWEEN_COMMITS = 1.0
# Looking at the tree may take this share of one core.
_SHARE = 0.04


class Indexing:
    """Brings the index in `folder` up to the documents under `root`, a second's work at a time."""

    def __init__(self, root: Path, folder: Path) -> None:
        """Raises `IndexBusy` when another process does the same."""
        self.writer = IndexWriter(folder)
        self.folder = folder
        self._sources = Sources(root)
        self._seen: Hashable = None

    def work(self) -> bool:
        """Index what has changed, for about a second. True when there is more to do."""
        seen = self._sources.look()
        if seen == self._seen:
            return False
        sources = tuple(self._sources.all())
        difference = compare(sources, self.writer.held)
        for key in difference.gone:
            self.writer.remove(key)
        self._tell(len(difference.stale), len(sources))
        done = self._index(difference.stale)
        if done or difference.gone:
            self.writer.commit()
        left = len(difference.stale) - done
        self._tell(left, len(sources))
        self._seen = None if left else seen
        return left > 0

    def _tell(self, left: int, of: int) -> None:
        write_progress(self.folder, Progress(of - left, of))

    def _index(self, sources: tuple[Source, ...]) -> int:
        """How many sources were indexed before it was time to commit."""
        until = time.monotonic() + _BETWEEN_COMMITS
        for number, source in enumerate(sources, 1):
            self.writer.put(source.key, source.stamp, _read(source))
            if time.monotonic() > until:
                return number
        return len(sources)


def _read(source: Source) -> list[Passage]:
    """The source's passages; of one that cannot be read what is known without, so that the rest goes on."""
    try:
        return source.read()
    except Unreadable as problem:
        logger.warning("%s is found by its title alone, because %s", source.key or "the first page", problem)
        return source.passages_without()


def main(root: Path, folder: Path) -> None:
    """Work until the standard input ends, which it does with the server."""
    os.nice(19)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    indexing = _begin(root, folder)
    _forget_older(folder)
    while True:
        started = time.monotonic()
        if not indexing.work():
            spent = time.monotonic() - started
            time.sleep(min(max(spent / _SHARE, _SHORTEST_REST), _LONGEST_REST))


def _begin(root: Path, folder: Path) -> Indexing:
    while True:
        try:
            return Indexing(root, folder)
        except IndexBusy:
            time.sleep(1.0)


def _forget_older(folder: Path) -> None:
    """Remove what earlier versions of the portal indexed of the same documents."""
    root = folder.name.partition("-")[0]
    for other in folder.parent.glob(f"{root}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
