"""Lighthouse's mobile profile on a page of documents: a telephone's processor and network, the median of several visits.

    python -m bench.lighthouse [--docs DIR] [--page /docs/reading/ten-panels/] [--visits 5]

Its packages are those of bench/package-lock.json; they are installed at the first run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Figure, report
from tests.browser import CHROMIUM, FLAGS
from tests.e2e.conftest import DOCS
from tests.portal_server import PortalServer
from tools.javascript import find_node, install

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGE = "/docs/reading/ten-panels/"


@dataclass(frozen=True)
class Visit:
    """One visit: scores from 0 to 100, times in ms, `shift` as the Web Vitals count it, `machine` as Lighthouse rates its speed."""

    performance: float
    accessibility: float
    lcp: float
    fcp: float
    blocking: float
    shift: float
    machine: float


def measure(docs: Path = DOCS, page: str | None = None, visits: int = 5) -> Iterator[Figure]:
    """Figures of the median visit; a score is given as what is missing of 100."""
    page = page or (PAGE if docs == DOCS else "/")
    node, npm = find_node()
    if not PROGRAM.is_file():
        install(npm, HERE, with_tests=True)
    with PortalServer(PORTAL_DOCS_ROOT=str(docs), OLLAMA_HOST="127.0.0.1:1") as portal:
        address = portal.origin + page
        seen = [_visit(node, address) for _ in range(visits)]
    lcps = ", ".join(f"{visit.lcp:.0f}" for visit in sorted(seen, key=lambda visit: visit.lcp))
    paint, blocking, machine = (
        statistics.median(getattr(visit, name) for visit in seen) for name in ("fcp", "blocking", "machine")
    )
    # The work of this machine is multiplied by four to be a telephone's, so what else it is doing counts too.
    detail = f"{visits} visits to {page}; first paint {paint:.0f} ms, blocked for {blocking:.0f} ms, machine rated {machine:.0f}"
    yield _median("performance short of 100", [100 - visit.performance for visit in seen], 3, "points", detail)
    yield _median("accessibility short of 100", [100 - visit.accessibility for visit in seen], 0, "points")
    yield _median("largest paint on a phone", [visit.lcp for visit in seen], 1200, "ms", f"each: {lcps}")
    yield _median("layout shift on a phone, in thousandths", [visit.shift * 1000 for visit in seen], 0, "")


def _median(name: str, values: list[float], at_most: float, unit: str, detail: str = "") -> Figure:
    return Figure(name, statistics.median(values), at_most, unit, detail)


def _visit(node: list[str], address: str) -> Visit:
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "report.json"
        subprocess.run(
            [
                *node, str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={into}",
                "--only-categories=performance,accessibility", f"--chrome-flags={' '.join(FLAGS)}",
            ],
            check=True, env={"CHROME_PATH": str(CHROMIUM), "PATH": "/usr/bin:/bin"}, timeout=180,
        )  # fmt: skip
        return _read(json.loads(into.read_text("utf-8")))


def _read(found: dict[str, Any]) -> Visit:
    scores, audits = found["categories"], found["audits"]
    times = (
        audits[name]["numericValue"]
        for name in ("largest-contentful-paint", "first-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
    )
    performance, accessibility = (scores[name]["score"] * 100 for name in ("performance", "accessibility"))
    return Visit(performance, accessibility, *times, found["environment"]["benchmarkIndex"])


def main() -> int:
    """Returns 1 when a figure is beyond what it may be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path, default=DOCS)
    parser.add_argument("--page")
    parser.add_argument("--visits", type=int, default=5)
    asked = parser.parse_args()
    kept = [report(figure) for figure in measure(asked.docs.resolve(), asked.page, asked.visits)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
