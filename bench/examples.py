"""What understanding examples costs: the worst of the texts made to take for ever.

    python -m bench.examples
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import thread_time

from bench.report import Figure, report
from portal.examples.detection import read_blocks
from portal.examples.values import Block
from tests.examples.hostile import all_texts


def measure() -> Iterator[Figure]:
    """No block takes longer than the promise, whatever it holds."""
    yield _worst()


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
    sys.exit(0 if all([report(figure) for figure in measure()]) else 1)
