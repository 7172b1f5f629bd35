"""The tables of the site, brought up to date: at start, or once a database that was away is back."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor


def bring_up_to_date() -> None:
    """Apply the migrations that are missing; next to nothing when none is. Raises `django.db.Error` or `OSError`."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and name != ":memory:":
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        # What people ask is theirs: SQLite would make a file that everybody on the machine may read.
        Path(name).touch(mode=0o600)
    if not _missing():
        return
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Error:
        # Of two servers that start at once, one makes the tables and the other meets them.
        connection.close()
        if _missing():
            raise


def _missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def first_line(problem: BaseException) -> str:
    """What a database said, in one line for use inside a sentence."""
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__).rstrip(".")
