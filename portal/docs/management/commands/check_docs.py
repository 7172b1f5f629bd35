"""`manage.py check_docs`: dead links, missing anchors, pictures and pages of a doc set, each with file and line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.docs.checking import Finding, check


class Command(BaseCommand):
    help = "Say what is wrong with the links, anchors, pictures and lists of pages of the markdown under DIR."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", nargs="?", metavar="DIR", help="a folder of markdown (default: the site's own)")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        root = Path(options["dir"] or settings.PORTAL_DOCS_ROOT).resolve()
        if not root.is_dir():
            raise CommandError(f"{root} is not a folder. Give a folder that holds markdown files.")
        findings = list(check(root, source_url=settings.PORTAL_SOURCE_URL))
        faults = sum(finding.is_fault for finding in findings)
        if options["format"] == "json":
            self.stdout.write(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.file}:{finding.line}: {finding.code}: {finding.message}")
            self.stderr.write(f"Found {_count(faults, 'fault')} and {_count(len(findings) - faults, 'note')} in {root}.")
        if faults:
            sys.exit(1)


def _as_json(finding: Finding) -> dict[str, object]:
    return asdict(finding) | {"severity": "fault" if finding.is_fault else "note"}


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
