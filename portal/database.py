"""The database as Django is told of it: SQLite in the data folder, or what `DATABASE_URL` names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

# A reader of a write-ahead log never waits for its writer; what a power cut may take is the last moment, never the file.
_SQLITE = {
    "timeout": 2,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
}
_POSTGRESQL = {"connect_timeout": 5, "options": "-c lock_timeout=5s -c statement_timeout=30s"}


class BadDatabase(ValueError):
    """`DATABASE_URL` cannot be understood; the message says why and how to write it."""


def read_database(url: str | None, folder: Path) -> dict[str, Any]:
    """An entry of Django's `DATABASES`; without a URL, a file in `folder`. Raises `BadDatabase`."""
    try:
        described: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{folder / 'portal.sqlite3'}"))
    except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        raise BadDatabase(
            "DATABASE_URL is not an address of a database; write postgres://user:password@host:5432/name, "
            "or leave it out for a file in PORTAL_DATA."
        ) from None
    engine = str(described.get("ENGINE", ""))
    ours: dict[str, Any] = _SQLITE if engine.endswith("sqlite3") else _POSTGRESQL if engine.endswith("postgresql") else {}
    return described | {"OPTIONS": {**ours, **described.get("OPTIONS", {})}}
