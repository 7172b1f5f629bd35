"""`manage.py verify`: run the examples of a doc set against a live upstream."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.dashboard.proven import Verification, keep_verification
from portal.dashboard.proving import Proof, gather, prove
from portal.dashboard.tallies import keep, sum_up
from portal.docs.catalogue import Catalogue
from portal.docs.library import Library
from portal.local import local_answers
from portal.ollama.client import Client
from portal.ollama.errors import OllamaError
from portal.ollama.upstreams import Upstream


class Command(BaseCommand):
    """Proves each example, and exits with 1 when one fails."""

    help = "Run the examples of the markdown under DIR against a live upstream; exit 1 when one fails."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, the upstream, and how to tell the outcome."""
        parser.add_argument("dir", nargs="?", metavar="DIR", help="a folder of markdown (default: the site's own)")
        parser.add_argument("--upstream", default="local", metavar="NAME", help="the upstream to ask (default: local)")
        parser.add_argument("--format", choices=["text", "json", "junit"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove the set. Raises `CommandError` when it cannot be asked at all, or when an example failed."""
        root = Path(options["dir"] or settings.PORTAL_DOCS_ROOT).resolve()
        if not root.is_dir():
            raise CommandError(f"{root} is not a folder. Give a folder that holds markdown files.")
        as_text = options["format"] == "text"
        with local_answers(say=self.stderr.write, warn=self.stderr.write):
            upstream = settings.PORTAL_UPSTREAMS.get(options["upstream"])
            if upstream is None:
                known = ", ".join(settings.PORTAL_UPSTREAMS)
                raise CommandError(f"There is no upstream “{options['upstream']}”; there is {known}.")
            try:
                proofs = asyncio.run(self._prove(root, upstream, as_text=as_text))
            except OllamaError as problem:
                raise CommandError(f"{problem} {problem.hint}") from None
        if root == settings.PORTAL_DOCS_ROOT:
            self._keep(Verification(datetime.now(UTC), upstream.name, proofs))
        if not as_text:
            self.stdout.write(_as_json(proofs) if options["format"] == "json" else _as_junit(proofs))
        self._tally(proofs, root, upstream)
        failed = sum(proof.verdict == "failed" for proof in proofs)
        self.stderr.write(f"{_count(proofs, 'proven')} proven, {failed} failed, {_count(proofs, 'left out')} left out")
        if failed:
            raise CommandError(f"{failed} of the examples failed.")

    def _keep(self, found: Verification) -> None:
        """For the site's first page, which tells what is proven."""
        try:
            keep_verification(settings.PORTAL_DATA, found)
        except OSError as problem:
            self.stderr.write(f"The outcome could not be kept in {settings.PORTAL_DATA}: {(problem.strerror or '').lower()}.")

    def _tally(self, proofs: list[Proof], root: Path, upstream: Upstream) -> None:
        try:
            keep(sum_up(proofs, when=datetime.now(UTC), root=root, upstream=upstream.name), settings.PORTAL_DATA)
        except OSError as problem:
            self.stderr.write(f"What came of it is not kept: PORTAL_DATA cannot be written ({(problem.strerror or '').lower()}).")

    async def _prove(self, root: Path, upstream: Upstream, *, as_text: bool) -> list[Proof]:
        catalogue = Catalogue(root)
        client = Client()
        proofs = []
        try:
            exhibits = list(gather(catalogue, Library(catalogue, hosts=settings.PORTAL_EXAMPLE_HOSTS)))
            async for proof in prove(exhibits, upstream, client):
                proofs.append(proof)
                if as_text:
                    self.stdout.write(_as_line(proof))
                    self.stdout.flush()
        finally:
            await client.aclose()
        return proofs


def _count(proofs: list[Proof], verdict: str) -> int:
    return sum(proof.verdict == verdict for proof in proofs)


def _as_line(proof: Proof) -> str:
    how = f" by {proof.model} in {proof.seconds:.1f} s" if proof.verdict == "proven" and proof.model else ""
    return f"{proof.verdict:8}  {proof.file}:{proof.line}  {proof.request}{how}" + (f": {proof.reason}" if proof.reason else "")


def _as_json(proofs: list[Proof]) -> str:
    return json.dumps([asdict(proof) for proof in proofs], ensure_ascii=False, indent=1)


def _as_junit(proofs: list[Proof]) -> str:
    counts = {"tests": len(proofs), "failures": _count(proofs, "failed"), "skipped": _count(proofs, "left out")}
    suite = ElementTree.Element("testsuite", {"name": "examples"} | {name: str(count) for name, count in counts.items()})
    for proof in proofs:
        case = ElementTree.SubElement(
            suite, "testcase", classname=proof.file, name=f"{proof.line}: {proof.request}", time=f"{proof.seconds:.3f}"
        )
        if proof.verdict != "proven":
            ElementTree.SubElement(case, "failure" if proof.verdict == "failed" else "skipped", message=proof.reason)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
