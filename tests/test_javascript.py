"""The browser's own modules that know no DOM, tested by node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.strict import leave_out

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("file", sorted((ROOT / "tests/js").glob("*.test.js")), ids=lambda file: file.name)
def test_the_modules_of_lib_do_what_their_tests_say(file: Path) -> None:
    node = shutil.which("node")
    if node is None:
        leave_out(
            "no node on this machine (Debian: apt-get install nodejs), so the tests of static/js/lib were left out"
        )
    ended = subprocess.run([node, "--test", str(file)], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
