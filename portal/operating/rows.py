"""Every row of the database as JSON and back, whichever database it is, in the shape its table had at the time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from django.utils.duration import duration_iso_string

Targets = Mapping[str, str]

_AT_ONCE = 500
# What an installation has before anybody has used it.
_BEGUN_WITH = frozenset({
    "django_migrations", "django_content_type", "auth_permission", "django_site",
    "team_moment", "team_grant", "team_invitation", "team_allowance",
})  # fmt: skip


class Stranger(Exception):
    """The tables are of a portal this one does not know; the message says which change of them is missing."""


class Unused(Exception):
    """The tables are of a part that these settings do not use; the message names it."""


def present_targets() -> tuple[dict[str, str], list[str]]:
    """How far the tables are: of each part the last change that was made; and the parts that these settings do not use.

    Raises `Stranger`.
    """
    loader = MigrationLoader(connection)
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    unused = {app for app, _ in loader.applied_migrations} - loader.migrated_apps
    if unknown := sorted(f"{app} {name}" for app, name in applied - set(loader.graph.nodes)):
        raise Stranger(unknown[0])
    last = {}
    for key in applied:
        followers = {child.key for child in loader.graph.node_map[key].children}
        if not any(other in applied and other[0] == key[0] for other in followers):
            last[key[0]] = key[1]
    return dict(sorted(last.items())), sorted(unused)


def models_at(targets: Targets) -> list[type[Model]]:
    """The models as they were with the tables that far. Raises `Stranger` and `Unused`."""
    loader = MigrationLoader(None)
    for key in targets.items():
        if key[0] not in loader.migrated_apps:
            raise Unused(key[0])
        if key not in loader.graph.nodes:
            raise Stranger(" ".join(key))
    apps = loader.project_state(list(targets.items())).apps
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]
    return sorted(found, key=lambda model: model._meta.db_table)


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is the database as it is now, however much is written meanwhile; nobody who writes waits."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        # A transaction that only reads keeps no writer out, which one that is begun as a writer's would.
        connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def columns_of(model: type[Model]) -> list[str]:
    """The names of its columns, as rows have them."""
    return [field.attname for field in model._meta.concrete_fields]


def rows_of(model: type[Model]) -> Iterator[bytes]:
    """Every row as a line of JSON: the values in the order of the columns."""
    found = model._base_manager.order_by("pk").values_list(*columns_of(model))
    for row in found.iterator(chunk_size=_AT_ONCE):
        yield json.dumps(row, default=_told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def is_in_use() -> bool:
    """Whether anybody has used this database."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - _BEGUN_WITH
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - a name of ours
            if cursor.fetchone():
                return True
    return False


def fill(targets: Targets, rows: Mapping[str, tuple[Sequence[str], Iterable[bytes]]]) -> None:
    """Make the tables as they were, fill them, and bring them up to date. The database is empty.

    `rows` are the columns and lines of each table by its name.
    """
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets.items()))
    models = models_at(targets)
    with transaction.atomic():
        for model in models:
            # What a change of the tables put there is in the rows too.
            model._base_manager.all().delete()
        for model in models:
            columns, lines = rows.get(model._meta.db_table, ((), ()))
            _insert(model, columns, lines)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    # Checks that were put off to the end would keep the tables from being changed.
    connection.check_constraints()
    call_command("migrate", interactive=False, verbosity=0)


def empty() -> None:
    """Drop every table of the portal. PostgreSQL only, inside a transaction."""
    tables = [*connection.introspection.django_table_names(only_existing=True), "django_migrations"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        names = ", ".join(connection.ops.quote_name(table) for table in tables)
        cursor.execute(f"DROP TABLE IF EXISTS {names} CASCADE")


def _insert(model: type[Model], columns: Sequence[str], lines: Iterable[bytes]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    reading = iter(lines)
    while batch := list(islice(reading, _AT_ONCE)):
        made = []
        for line in batch:
            values = zip(columns, json.loads(line), strict=True)
            made.append(model(**{name: fields[name].to_python(value) for name, value in values}))
        model._base_manager.bulk_create(made)


def _told(value: Any) -> str:
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a backup")
