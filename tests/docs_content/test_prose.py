"""The set's spelling and style, as `make check` reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = """---
title: A page
description: Wether it is read
---

# A page

Some some words, `teh teh code`, and [a link](teh.md).

```bash
teh teh
```

- teh last line
"""


def read(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "tools/prose.py", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    return ended.returncode, ended.stdout + ended.stderr


def test_every_page_of_the_set_is_spelled_and_worded_well() -> None:
    code, said = read()
    assert code == 0, said


def test_words_are_read_and_code_and_addresses_are_not(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    code, said = read(str(tmp_path))
    assert code == 1
    assert [line.rpartition(": ")[0] for line in said.splitlines() if "spelling" in line] == [
        "page.md:3: spelling", "page.md:14: spelling"
    ]  # fmt: skip
    assert "page.md:8: lexical_illusions" in said
    assert said.count("\n") == 3
