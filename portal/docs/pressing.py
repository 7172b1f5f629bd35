"""The process that draws documents for the server: `python -m portal.docs.pressing ROOT SOURCE_URL PATIENCE`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from portal.docs.catalogue import Catalogue
from portal.docs.jobs import Job, Workplace
from portal.docs.press import read_message, write_message


def main(root: Path, source_url: str, patience: float) -> None:
    """Do what is asked for until the standard input ends, which it does with the server."""
    here = Workplace(Catalogue(root), source_url)
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between two answers.
    sys.stdout = sys.stderr
    while True:
        try:
            job = cast("Job[object]", read_message(jobs))
        except EOFError:
            return
        with _no_longer_than(patience):
            result = job.carry_out(here)
        write_message(answers, result)


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
