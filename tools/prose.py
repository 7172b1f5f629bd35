"""Reads the doc set for spelling and style: codespell and proselint over its prose, without code, links' addresses and marks.

    python tools/prose.py [DIR]

Prints one line a finding, `file:line: rule: sentence`, and exits with 1 on any.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Words that are right as they are written: a command's argument, a tool's name.
WORDS = ("nothink",)
# proselint's rules that are not this set's: its quotes are a keyboard's, and where code stood there are two blanks.
NOT_OURS = ("typography.symbols", "typography.punctuation.spacing")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2`*~*[ \t]*$", re.DOTALL | re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_ADDRESS = re.compile(r"\]\([^)\n]*\)|https?://\S+|<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_MARKS = re.compile(r"[|>]+|^[ \t]*(?:[-+*]|\d+\.)\s", re.MULTILINE)


def prose_of(text: str) -> str:
    """The sentences of a page, each on the line it stands on."""
    for pattern in (_FENCE, _CODE, _ADDRESS):
        text = pattern.sub(_blank, text)
    matter = _FRONT_MATTER.match(text)
    head = "".join(f"{_said(line)};\n" for line in matter[0].splitlines()) if matter else ""
    body = _HEADING.sub(r"\1;", text[matter.end() :] if matter else text)
    return head + _MARKS.sub(lambda found: "\n" * found[0].count("\n") + ";", body)


def _said(line: str) -> str:
    name, _, value = line.partition(": ")
    return value if name in {"title", "description", "reader"} else ""


def _blank(found: re.Match[str]) -> str:
    """What was found, as nothing but its line ends; a word's worth of it where it stood within a line."""
    return ";" + "\n" * found[0].count("\n") if "\n" in found[0] else "~"


def read(root: Path) -> Iterator[str]:
    """What is wrong with the pages under `root`."""
    pages = sorted(root.rglob("*.md"))
    with tempfile.TemporaryDirectory(prefix="prose-") as folder:
        for page in pages:
            copy = Path(folder, page.relative_to(root))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(prose_of(page.read_text("utf-8")), "utf-8")
        yield from _spelling(folder)
        yield from _style(folder)


def _spelling(folder: str) -> Iterator[str]:
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words-list", ",".join(WORDS), "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    for line in said.splitlines():
        place, _, fault = line.removeprefix("./").rpartition(": ")
        yield f"{place}: spelling: {fault}"


def _style(folder: str) -> Iterator[str]:
    command = [sys.executable, "-m", "proselint", "check", "--output-format", "json", "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    for place, found in json.loads(said)["result"].items():
        name = Path(place.removeprefix("file://")).resolve().relative_to(Path(folder).resolve())
        for one in found.get("diagnostics", ()):
            if not one["check_path"].startswith(NOT_OURS):
                yield f"{name}:{one['pos'][0]}: {one['check_path']}: {one['message']}"


def main() -> int:
    """The command."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs_content"
    findings = list(read(root))
    print("\n".join(findings) or f"Spelling and style of {len(list(root.rglob('*.md')))} pages: nothing to say.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
