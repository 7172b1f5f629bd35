"""`manage.py backup`: the whole database and the keys in one file, while the portal runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from portal.operating import rows
from portal.operating.backups import BadBackup, Writer, written
from portal.runs.tables import first_line


class Command(BaseCommand):
    """Reads, and writes one file."""

    help = "Write the database and the keys into a file, while the portal runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` with a sentence for whatever keeps it from being made."""
        file: Path = options["file"].absolute()
        try:
            _check(file)
            targets, unused = rows.present_targets()
            with rows.one_moment(), written(file, connection.vendor, targets) as writer:
                _put(writer, targets)
        except BadBackup as problem:
            raise CommandError(str(problem)) from None
        except rows.Stranger as problem:
            raise CommandError(f"The tables are of a newer portal than this ({problem}). Back up with its code.") from None
        except (Error, OSError) as problem:
            raise CommandError(f"The database cannot be read ({first_line(problem)}). Look at DATABASE_URL.") from None
        manifest = writer.manifest
        if unused:
            why = f"which PORTAL_ACCESS={settings.PORTAL_ACCESS} does not use"
            self.stderr.write(f"Left out are the tables of {', '.join(unused)}, {why}.")
        self.stdout.write(
            f"{file} holds {manifest.rows_of('runs_record')} runs and {manifest.rows_of('team_person')} people, "
            f"{file.stat().st_size:,} bytes. Whoever reads it reads all of them; only you can."
        )


def _check(file: Path) -> None:
    for name, folder in (("PORTAL_DOCS_ROOT", settings.PORTAL_DOCS_ROOT), ("the static files", settings.STATIC_ROOT)):
        if file.resolve().is_relative_to(folder):
            raise BadBackup(f"{file} is in {name}, whose files are served to readers. Name a folder elsewhere.")
    place = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(place).exists():
        raise BadBackup(f"There is no database at {place} yet. Look at PORTAL_DATA and DATABASE_URL.")


def _put(writer: Writer, targets: rows.Targets) -> None:
    if not targets:
        raise BadBackup("The database has no tables yet, so there is nothing to back up. Start the portal once.")
    for model in rows.models_at(targets):
        writer.add(f"tables/{model._meta.db_table}.jsonl", rows.rows_of(model), rows.columns_of(model))
    for key in sorted(settings.PORTAL_DATA.glob("*-key")):
        writer.add(f"keys/{key.name}", [key.read_bytes()])
