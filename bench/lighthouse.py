"""Lighthouse's mobile profile on a page of every template: a telephone's processor and network, the median of several visits.

    python -m bench.lighthouse [--docs DIR] [--page /docs/reading/ten-panels/] [--visits 3]

Its packages are those of bench/package-lock.json; they are installed at the first run.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
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
OWN = HERE.parent / "docs_content"
PAGE = "/docs/reading/ten-panels/"
LISTS = ("/", "/docs/", "/docs/index/", "/search/?q=model", "/book/", "/journal/", "/reference/", "/playground/", "/runs/")
# Where a list leads to pages of another template.
WITHIN = {
    "/docs/": r'<td><a href="(/docs/[^"]+/)"',
    "/book/": r'href="(/book/(?!print|editions|compare)[^"/]+/)"',
    "/journal/": r'href="(/journal/\d+/\d+/)"',
    "/reference/": r'href="(/reference/[^"#]+/)"',
}


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


def measure(docs: Path | None = None, page: str | None = None, visits: int = 3) -> Iterator[Figure]:
    """Figures of the median visit to each page; a score is given as what is missing of 100, on the page that misses most.

    Without `docs`, the page with ten panels, and the templates over the portal's own documents; without `page`, every template.
    """
    node, npm = find_node()
    if not PROGRAM.is_file():
        install(npm, HERE, with_tests=True)
    seen: dict[str, list[Visit]] = {}
    for root, places in [(docs, page and [page])] if docs else [(DOCS, [page or PAGE]), *([] if page else [(OWN, None)])]:
        with PortalServer(PORTAL_DOCS_ROOT=str(root), OLLAMA_HOST="127.0.0.1:1") as portal:
            for place in places or _templates(portal):
                seen[place] = [_visit(node, portal.origin + place) for _ in range(visits)]
                yield _largest_paint(place, seen[place])
    yield _worst("performance short of 100", lambda visit: 100 - visit.performance, 3, "points", seen)
    yield _worst("accessibility short of 100", lambda visit: 100 - visit.accessibility, 0, "points", seen)
    yield _worst("layout shift on a phone, in thousandths", lambda visit: visit.shift * 1000, 0, "", seen)


def _templates(portal: PortalServer) -> Iterator[str]:
    """A page of each template: the lists, and of those that lead to pages of another kind the first such page."""
    for place in LISTS:
        yield place
        if place in WITHIN:
            with urllib.request.urlopen(portal.origin + place) as answer:
                found = re.search(WITHIN[place], answer.read().decode())
            if found:
                yield found[1]


def _largest_paint(place: str, visits: list[Visit]) -> Figure:
    each = ", ".join(f"{visit.lcp:.0f}" for visit in sorted(visits, key=lambda visit: visit.lcp))
    paint, blocking, machine = (
        statistics.median(getattr(visit, name) for visit in visits) for name in ("fcp", "blocking", "machine")
    )
    # The work of this machine is multiplied by four to be a telephone's, so what else it is doing counts too.
    detail = f"each: {each}; first paint {paint:.0f} ms, blocked for {blocking:.0f} ms, machine rated {machine:.0f}"
    return Figure(f"largest paint on a phone, {place}", statistics.median(visit.lcp for visit in visits), 1200, "ms", detail)


def _worst(
    name: str, value: Callable[[Visit], float], at_most: float, unit: str, seen: dict[str, list[Visit]]
) -> Figure:
    medians = {place: statistics.median(map(value, visits)) for place, visits in seen.items()}
    place = max(medians, key=lambda place: medians[place])
    return Figure(name, medians[place], at_most, unit, f"{place}, of {len(medians)} pages")


def _visit(node: list[str], address: str) -> Visit:
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "report.json"
        asked = [
            *node, str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={into}",
            "--only-categories=performance,accessibility", f"--chrome-flags={' '.join(FLAGS)}",
        ]  # fmt: skip
        for last in (False, False, True):  # a trace that Chromium did not record (NO_NAVSTART) is Lighthouse's failure, not a figure
            done = subprocess.run(asked, check=last, env={"CHROME_PATH": str(CHROMIUM), "PATH": "/usr/bin:/bin"}, timeout=180)
            if not done.returncode:
                break
        return _read(json.loads(into.read_text("utf-8")))


def _read(found: dict[str, Any]) -> Visit:
    scores, audits = found["categories"], found["audits"]
    lcp, fcp, blocking, shift = (
        audits[name]["numericValue"]
        for name in ("largest-contentful-paint", "first-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
    )
    performance, accessibility = (scores[name]["score"] * 100 for name in ("performance", "accessibility"))
    return Visit(performance, accessibility, lcp, fcp, blocking, shift, found["environment"]["benchmarkIndex"])


def main() -> int:
    """Returns 1 when a figure is beyond what it may be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--page")
    parser.add_argument("--visits", type=int, default=3)
    asked = parser.parse_args()
    kept = [report(figure) for figure in measure(asked.docs and asked.docs.resolve(), asked.page, asked.visits)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
