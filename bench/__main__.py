"""`python -m bench [NAME …] [--docs DIR] [--seconds N]`: every benchmark in turn, or those that are named; exit 1 when a promise is not kept.

The documents, their examples, the search and the browser are measured over DIR where one is given; a team is looked at for N seconds.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.report import Figure, pace_of_machine, report

OVER_DOCUMENTS = ("docs", "search", "weight", "lighthouse", "examples")
FOR_A_TIME = ("team",)
BENCHMARKS = ("first_page", "first_token", "paint", "panel_load", "panel_use", "panel_flood", "relay", "shared", "reconnect", "team", "hostile", "stalls",
              "refusals", *OVER_DOCUMENTS)  # fmt: skip


def measure(name: str, docs: Path | None, seconds: float | None) -> Iterator[Figure]:
    """The figures of one benchmark."""
    benchmark = importlib.import_module(f"bench.{name}")
    given = [docs] if docs and name in OVER_DOCUMENTS else [seconds] if seconds and name in FOR_A_TIME else []
    yield from benchmark.measure(*given)


def main() -> int:
    """Returns 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--docs", type=Path, metavar="DIR")
    parser.add_argument("--seconds", type=float, metavar="N")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"There is no benchmark called {', '.join(sorted(unknown))}.")
    docs = asked.docs.resolve() if asked.docs else None
    print(f"This machine: {pace_of_machine()}.", flush=True)
    kept = [report(figure) for name in asked.names or BENCHMARKS for figure in measure(name, docs, asked.seconds)]
    print(f"{sum(kept)} of {len(kept)} promises kept ({pace_of_machine()})")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    sys.exit(main())
