"""`manage.py journal`: a new entry in the set's Improvement Journal, with the figures of the last verification in it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.dashboard.tallies import Tally, kept_of
from portal.docs.catalogue import Catalogue
from portal.docs.journal.finding import find_documents
from portal.docs.naming import name_for

_LONGEST_NAME = 60
_READER = "Whoever wants to know what got better, and by how much."


class Command(BaseCommand):
    """Writes the entry's file and prints where it is; where the journal is one file, prints the entry."""

    help = "Make a new entry in the Improvement Journal, with the figures of the last verification of the set."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The entry's title, and the set."""
        parser.add_argument("title", metavar="TITLE", help="what is better now, as a short sentence")
        parser.add_argument("dir", nargs="?", metavar="DIR", help="a folder of markdown (default: the site's own)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the entry. Raises `CommandError` where there is no title, no set, or nothing verified yet."""
        title = " ".join(options["title"].split())
        root = Path(options["dir"] or settings.PORTAL_DOCS_ROOT).resolve()
        if not root.is_dir():
            raise CommandError(f"{root} is not a folder. Give a folder that holds markdown files.")
        name = name_for(title, longest=_LONGEST_NAME)
        if not name:
            raise CommandError("An entry needs a title with a word in it, such as “Name the port in every error”.")
        verified = kept_of(root, settings.PORTAL_DATA)
        if not verified:
            which = f" {options['dir']}" if options["dir"] else ""
            raise CommandError(f"No verification of {root} is kept. Run python manage.py verify{which} first.")
        now = datetime.now(UTC)
        documents = find_documents(Catalogue(root).shelf.pages)
        if documents is not None and not documents.is_folder:
            self.stderr.write(
                f"The journal of this set is one file, {documents.pages[0].relative}; put the entry into it:"
            )
            self.stdout.write(f"## {now:%Y-%m-%d %H:%M} UTC {title}\n\n" + "\n".join(_body(verified)))
            return
        first = documents.index or documents.pages[0] if documents else None
        folder = first.file.parent if first else root / "journal"
        self.stdout.write(str(_write(folder / f"{now:%Y-%m-%d}-{name}.md", title, verified, now)))


def _write(file: Path, title: str, verified: list[Tally], now: datetime) -> Path:
    body = "\n".join(_body(verified))
    # JSON's strings are YAML's too: a title may hold a colon or a quote.
    lines = {"title": title, "description": _description(verified), "date": f"{now:%Y-%m-%d %H:%M} UTC", "reader": _READER}
    matter = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in lines.items())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(f"---\n{matter}---\n\n# {title}\n\n{body}\n")
    except FileExistsError:
        raise CommandError(f"{file} is there already. Give another title, or add to that entry.") from None
    except OSError as problem:
        raise CommandError(f"{file} cannot be written: {(problem.strerror or '').lower()}.") from None
    return file


def _description(verified: list[Tally]) -> str:
    *earlier, now = verified
    before = _before(earlier, now)
    earlier_figures = f", before {before.proven} of {before.requests}" if before else ""
    return f"{now.proven} of {now.requests} requests proven{earlier_figures}."


def _before(earlier: list[Tally], now: Tally) -> Tally | None:
    """The one to compare with: the last that asked the same server."""
    return next((one for one in reversed(earlier) if one.upstream == now.upstream), None)


def _body(verified: list[Tally]) -> Iterator[str]:
    *earlier, now = verified
    before = _before(earlier, now)
    yield "<!-- What was wrong, for whom; what is different now; how it was measured. -->"
    yield ""
    yield "## Examples verified"
    yield ""
    yield "| | before | now |" if before else "| | now |"
    yield "|---|---|---|" if before else "|---|---|"
    for label, cells in _rows([one for one in (before, now) if one]):
        yield f"| {label} | {' | '.join(cells)} |"


def _rows(columns: list[Tally]) -> Iterator[tuple[str, list[str]]]:
    yield "when", [one.when for one in columns]
    yield "requests", [str(one.requests) for one in columns]
    yield "proven", [str(one.proven) for one in columns]
    yield "failed", [str(one.failed) for one in columns]
    yield "left out", [str(one.left_out) for one in columns]
    yield "answered by", [", ".join(f"`{model}`" for model in one.models) or "none" for one in columns]
    yield "seconds", [f"{one.seconds:.1f}" for one in columns]
