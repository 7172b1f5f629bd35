"""`manage.py examples`: every fenced block of a doc set and the requests it would send, one JSON object a line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.docs.panels import find_blocks
from portal.examples.detection import read_blocks
from portal.examples.values import Block, Example


class Command(BaseCommand):
    help = "List every fenced block of the markdown under DIR with the requests it would send."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", nargs="?", metavar="DIR", help="a folder of markdown (default: the site's own)")
        parser.add_argument("--format", choices=["jsonl"], default="jsonl")

    def handle(self, *_args: Any, **options: Any) -> None:
        root = Path(options["dir"] or settings.PORTAL_DOCS_ROOT)
        if not root.is_dir():
            raise CommandError(f"{root} is not a folder. Give a folder that holds markdown files.")
        for path in _find_documents(root):
            blocks = find_blocks(path.read_text(encoding="utf-8", errors="replace"), mdx=path.suffix == ".mdx")
            for block, example in zip(blocks, read_blocks(blocks, hosts=settings.PORTAL_EXAMPLE_HOSTS), strict=True):
                line = _describe(path.relative_to(root).as_posix(), block, example)
                self.stdout.write(json.dumps(line, ensure_ascii=False))


def _find_documents(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.suffix in (".md", ".mdx", ".markdown") and path.is_file() and not hidden:
            yield path


def _describe(file: str, block: Block, example: Example) -> dict[str, object]:
    return {
        "file": file,
        "line": block.line,
        "lang": block.lang,
        "kind": example.kind,
        "runnable": example.runnable,
        "reason": example.reason,
        "requests": [request.as_json() for request in example.requests],
    }
