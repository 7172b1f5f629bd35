"""A reader's runs as a list: newest first, of one model, outcome or page, a part at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.runs.models import Record
from portal.runs.registry import Run

IN_PART = 50
_MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One run in the list. `outcome` is empty while it is under way; `stats` are those of its end."""

    id: str
    created: datetime
    method: str
    path: str
    model: str
    outcome: str
    page: str
    example: str
    stats: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs: empty fields leave it open. `part` counts from 1."""

    model: str = ""
    outcome: str = ""
    page: str = ""
    example: str = ""
    part: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of the list, whether another follows, and what there is to filter by."""

    rows: Sequence[Row]
    has_more: bool
    models: Sequence[str]
    pages: Sequence[str]


def list_recorded(owner: str, wanted: Wanted) -> Listing:
    """From the records; blocks."""
    mine = Record.objects.filter(owner=owner)
    fields = {name: getattr(wanted, name) for name in ("model", "page", "example") if getattr(wanted, name)}
    if wanted.outcome:
        fields["outcome"] = "" if wanted.outcome == "running" else wanted.outcome
    start = (wanted.part - 1) * IN_PART
    found = list(mine.filter(**fields).order_by("-created", "id").defer("body", "error")[start : start + IN_PART + 1])
    rows, has_more = [row_of_record(record) for record in found[:IN_PART]], len(found) > IN_PART
    if not (fields or start or has_more):  # these are all there are
        return Listing(rows, has_more, *_choices_in(rows))
    models, pages = (
        list(mine.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()[:_MOST_CHOICES])
        for name in ("model", "page")
    )
    return Listing(rows, has_more, models, pages)


def list_in_memory(runs: Iterable[Run], wanted: Wanted) -> Listing:
    """From what the server remembers, where there are no records to read."""
    rows = [row_of_run(run) for run in runs]
    found = [
        row for row in rows
        if wanted.model in ("", row.model) and wanted.page in ("", row.page)
        and wanted.outcome in ("", row.outcome or "running") and wanted.example in ("", row.example)
    ]  # fmt: skip
    start = (wanted.part - 1) * IN_PART
    return Listing(found[start : start + IN_PART], len(found) > start + IN_PART, *_choices_in(rows))


def _choices_in(rows: Iterable[Row]) -> tuple[list[str], list[str]]:
    """The models and the pages of these runs."""
    rows = list(rows)
    return sorted({row.model for row in rows} - {""}), sorted({row.page for row in rows} - {""})


def row_of_record(record: Record) -> Row:
    """A recorded run as a line of the list."""
    return Row(record.id, record.created, record.method, record.path, record.model, record.outcome, record.page,
               record.example, record.stats)  # fmt: skip


def row_of_run(run: Run) -> Row:
    """A run in memory as a line of the list."""
    order = run.order
    end = json.loads(run.log.after(run.head - 1)[0]) if run.ended else {}
    return Row(run.id, run.facts.created, order.endpoint.method, order.path, order.model or "", end.get("outcome", ""),
               order.source.page, order.source.example, end.get("stats"))  # fmt: skip
