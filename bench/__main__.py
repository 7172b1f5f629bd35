"""`make bench`: every benchmark in turn."""

from __future__ import annotations

import sys

from bench import examples, first_page, first_token, paint, records
from bench.report import report

BENCHMARKS = (examples, first_page, first_token, paint, records)

if __name__ == "__main__":
    kept = [report(figure) for benchmark in BENCHMARKS for figure in benchmark.measure()]
    sys.exit(0 if all(kept) else 1)
