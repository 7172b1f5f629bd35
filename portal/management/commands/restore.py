"""`manage.py restore`: the database and the keys from a file that `backup` made, of this portal or an older one."""

from __future__ import annotations

import os
import sqlite3
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, transaction

from portal.operating import rows
from portal.operating.backups import BadBackup, Reader, opened
from portal.runs.presence import Presence
from portal.runs.tables import first_line

_SECRET = "secret-key"  # noqa: S105 - the file's name


class Command(BaseCommand):
    """All of it, or nothing."""

    help = "Put back what `backup` wrote into a file, into SQLite or PostgreSQL."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, and over what."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that `backup` made")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--over", action="store_true", help="in place of what the database holds now")
        which.add_argument("--check", action="store_true", help="only say whether the file is whole and can be restored")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` with a sentence for whatever keeps it from being done; then nothing was."""
        try:
            with opened(options["file"]) as reader:
                rows.models_at(reader.manifest.targets)
                before = "" if options["check"] else _restore(reader, over=options["over"])
        except BadBackup as problem:
            raise CommandError(f"{problem} Nothing was changed.") from None
        except rows.Stranger as problem:
            raise CommandError(
                f"{options['file']} was made by a newer portal than this ({problem}). Bring the code up to date first. "
                "Nothing was changed."
            ) from None
        except rows.Unused as problem:
            raise CommandError(
                f"{options['file']} has tables of {problem}, which PORTAL_ACCESS={settings.PORTAL_ACCESS} does not use. "
                "Set PORTAL_ACCESS=team first. Nothing was changed."
            ) from None
        except (Error, OSError) as problem:
            raise CommandError(f"The database did not take it ({first_line(problem)}). Nothing was changed.") from None
        manifest = reader.manifest
        what = f"{manifest.rows_of('runs_record')} runs and {manifest.rows_of('team_person')} people of {manifest.made}"
        self.stdout.write(f"It is whole, with {what}." if options["check"] else f"Restored are {what}.{before}")


def _restore(reader: Reader, *, over: bool) -> str:
    """Do it; a sentence on what was there before."""
    presence = Presence(settings.PORTAL_DATA / "servers")
    if any(not presence.is_gone(file.name) for file in presence.folder.glob("*")):
        raise BadBackup("A portal runs on this data. Stop it first.")
    if not over and _is_in_use():
        raise BadBackup("The database holds runs or people already. To put the file in their place, add --over.")
    keys = {} if os.environ.get("PORTAL_SECRET_KEY") else _keys_in(reader)
    if _SECRET in keys:
        # What an older portal kept in plain text is encrypted on the way, with the key that is used from then on.
        settings.SECRET_KEY = keys[_SECRET].decode()
    before = _into_sqlite(reader) if connection.vendor == "sqlite" else _into_postgresql(reader)
    for name, text in keys.items():
        _put_key(settings.PORTAL_DATA / name, text)
    return before


def _keys_in(reader: Reader) -> dict[str, bytes]:
    return {Path(name).name: reader.text(name) for name in reader.manifest.parts if name.startswith("keys/")}


def _is_in_use() -> bool:
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    return rows.is_in_use()


def _into_sqlite(reader: Reader) -> str:
    """Into a file beside, which takes the place of the database once it is whole."""
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"{place.name}.restoring")
    _forget(beside)
    beside.touch(mode=0o600)
    connection.settings_dict["NAME"] = str(beside)
    try:
        _fill(reader)
        connection.close()
        kept = _set_aside(place)
        beside.replace(place)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = str(place)
        _forget(beside)
    return f" What was there before is in {kept}." if kept else ""


def _set_aside(place: Path) -> Path | None:
    if not place.exists():
        return None
    # What stands in its log of writes goes into the file, so that none of it is taken for the new one's.
    with sqlite3.connect(place) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    database.close()
    kept = place.with_name(f"{place.name}.{datetime.now():%Y%m%d-%H%M%S}")
    place.replace(kept)
    return kept


def _forget(file: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _into_postgresql(reader: Reader) -> str:
    with transaction.atomic():
        rows.empty()
        _fill(reader)
    return ""


def _fill(reader: Reader) -> None:
    tables = {
        name.removeprefix("tables/").removesuffix(".jsonl"): (part.columns, reader.lines(name))
        for name, part in reader.manifest.parts.items() if name.startswith("tables/")
    }  # fmt: skip
    rows.fill(reader.manifest.targets, tables)


def _put_key(file: Path, text: bytes) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as key:
        key.write(text)
    fresh.replace(file)
