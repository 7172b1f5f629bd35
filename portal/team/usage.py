"""What was used: runs, tokens and failures by person, model, page or day. Everything here blocks and belongs in a thread."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import Avg, Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils.timezone import now

from portal.team.models import Use

By = Literal["person", "model", "page", "day"]

BY: dict[By, str] = {"person": "handle", "model": "model", "page": "page", "day": "day"}
_MOST = 1000
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `part` is its tokens as a share of the largest row's, from 0 to 100."""

    name: str
    runs: int
    tokens: int
    failed: int
    ttft_ms: float | None
    part: float

    @property
    def first_token(self) -> str:
        """The mean time to the first token, for people."""
        if self.ttft_ms is None:
            return ""
        return f"{self.ttft_ms:.0f} ms" if self.ttft_ms < 1000 else f"{self.ttft_ms / 1000:.1f} s"


def read_usage(by: By, days: int, *, handle: str = "") -> list[Line]:
    """The rows of the last days, those of most tokens first, or days in turn; of one person where `handle` is given."""
    found = Use.objects.filter(began__gt=now() - timedelta(days=days))
    if handle:
        found = found.filter(handle=handle)
    if by == "day":
        found = found.annotate(day=TruncDate("began"))
    rows = found.values(BY[by]).annotate(
        runs=Count("id"),
        sum=Sum("tokens"),
        failed=Count("id", filter=Q(outcome__in=("failed", "interrupted", "limit"))),
        ttft=Avg("ttft_ms"),
    )
    ordered = rows.order_by("-day") if by == "day" else rows.order_by("-sum", BY[by])
    return _lines(list(ordered[:_MOST]), BY[by])


def _lines(rows: Sequence[dict[str, object]], field: str) -> list[Line]:
    most = max((int(str(row["sum"] or 0)) for row in rows), default=0) or 1
    lines = []
    for row in rows:
        tokens, ttft = int(str(row["sum"] or 0)), row["ttft"]
        mean = float(ttft) if isinstance(ttft, float) else None
        part = round(100 * tokens / most, 1)
        lines.append(Line(str(row[field]), int(str(row["runs"])), tokens, int(str(row["failed"])), mean, part))
    return lines


def as_csv(by: By, lines: Iterable[Line]) -> str:
    """The rows as CSV (RFC 4180), no cell of which a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([by, "runs", "tokens", "failed", "mean_ttft_ms"])
    for line in lines:
        ttft = "" if line.ttft_ms is None else f"{line.ttft_ms:.1f}"
        writer.writerow([tamed(line.name), line.runs, line.tokens, line.failed, ttft])
    return text.getvalue()


def tamed(cell: str) -> str:
    """A cell that stays text in a spreadsheet."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
