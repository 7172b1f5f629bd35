"""Writing records, in one transaction each time. Everything here blocks and belongs in a thread."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils.timezone import now

from portal.runs.frames import Failure, Stats, end_fields, frame, is_end
from portal.runs.models import Record, Stretch
from portal.runs.orders import Facts
from portal.runs.sharing import clear_old_links, in_force

# A server that has not renewed its runs for this long counts as dead, wherever it ran.
LEASE = timedelta(seconds=9)
MOST_RECORDS = 10_000
MOST_CHARACTERS = 1 << 30
_LONGEST_STRETCH = 256 << 10
_AT_ONCE = 100
_RECORDS = Record._meta.db_table
_COLUMNS = {field.column: field for field in Record._meta.concrete_fields}
_ADD = f"INSERT INTO {Stretch._meta.db_table} (record_id, first, last, text) VALUES (%s, %s, %s, %s)"  # noqa: S608 - a name of our own
_STATE = re.compile(r'\{"run":"[\w-]+","seq":\d+,"type":"state","state":"(\w+)"')
CRASHED = Failure(
    "server_ended",
    "The portal's server ended while this run was under way; what had been recorded until then is here.",
    "Run it again.",
)


@dataclass(frozen=True, slots=True)
class Portion:
    """Frames of a run that its record lacks: those after `after`. `ended` when the last of them is the run's last.

    `size` is the characters of the whole log so far.
    """

    facts: Facts
    after: int
    frames: Sequence[str]
    ended: bool
    size: int

    @property
    def head(self) -> int:
        """The number of the last frame in it."""
        return self.after + len(self.frames)


def write(portions: Sequence[Portion], server: str, renewed: Iterable[str]) -> set[str]:
    """Write all portions and renew the lease of the runs `renewed`; the ids of those that are this server's to write."""
    until = now() + LEASE
    with transaction.atomic():
        new = [row_of(portion.facts, server, until) for portion in portions if portion.after == 0]
        Record.objects.bulk_create(new, ignore_conflicts=True)
        ours = _open_here([portion.facts.run for portion in portions], server)
        kept = [portion for portion in portions if portion.facts.run in ours]
        _add([stretch for portion in kept for stretch in _stretches(portion)])
        _change([(portion.facts.run, changed) for portion in kept if (changed := _changes(portion))])
        if renewed := list(renewed):
            Record.objects.filter(id__in=renewed, server=server, outcome="").update(lease=until)
    return ours


def _open_here(ids: Sequence[str], server: str) -> set[str]:
    """Those of the runs that are this server's to write, held to the end of the transaction.

    Ended runs and those another server took over are closed: nothing is added to them.
    """
    if not ids:
        return set()
    # This, `_add` and `_change` are done several times a second while anything streams: put together by hand they take a third.
    held = " FOR UPDATE" if connection.features.has_select_for_update else ""
    marks = ", ".join(["%s"] * len(ids))
    asked = f"SELECT id FROM {_RECORDS} WHERE id IN ({marks}) AND server = %s AND outcome = ''{held}"  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(asked, [*ids, server])
        return {run for (run,) in cursor.fetchall()}


def _add(stretches: Sequence[tuple[str, int, int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, stretches)


def _change(changes: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Set columns of records, in one go of those where they are the same columns."""
    alike: dict[tuple[str, ...], list[list[Any]]] = {}
    for run, changed in changes:
        values = [_COLUMNS[name].get_db_prep_save(value, connection) for name, value in changed.items()]
        alike.setdefault(tuple(changed), []).append([*values, run])
    with connection.cursor() as cursor:
        for names, rows in alike.items():
            marks = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(f"UPDATE {_RECORDS} SET {marks} WHERE id = %s", rows)  # noqa: S608 - names of our own


def written(ids: Sequence[str]) -> dict[str, int]:
    """How far the record of each run goes: the number of its last frame."""
    found = Stretch.objects.filter(record__in=ids).values_list("record").annotate(last=Max("last"))
    return dict(found)


def claim(facts: Facts, server: str) -> str:
    """The run that has this owner's ref: this one, whose record is made, or one that was there before."""
    Record.objects.bulk_create([row_of(facts, server, now() + LEASE)], ignore_conflicts=True)
    return str(Record.objects.values_list("id", flat=True).get(owner=facts.owner, ref=facts.ref))


def lost(ids: Sequence[str], server: str) -> set[str]:
    """Those of the runs whose record is there and is not this server's to write any more."""
    return set(Record.objects.filter(id__in=ids).exclude(server=server, outcome="").values_list("id", flat=True))


def deserted(server: str, is_gone: Callable[[str], bool]) -> list[tuple[str, str]]:
    """Runs of other servers whose lease has run out or that are known to be gone, each with its server."""
    others = Record.objects.filter(outcome="").exclude(server=server)
    return [(one.id, one.server) for one in others.only("id", "server", "lease") if one.lease < now() or is_gone(one.server)]


def end_with(told: Record, frames: Sequence[str], head: int) -> list[str] | None:
    """End the run of a server that is gone; `frames`, up to number `head`, are the last of its log that others have.

    Returns the frames that follow on `head`, to the last one; None when there is no such record, or when what is recorded and
    what others have do not meet. A run that had ended stays as it ended.
    """
    with transaction.atomic():
        Record.objects.bulk_create([told], ignore_conflicts=True)
        held = Record.objects.select_for_update().filter(id=told.id)
        record = held.first()
        if record is None:
            return None
        if not record.outcome:
            last = written([record.id]).get(record.id, 0)
            if last < head - len(frames):
                _end(record)
                return None
            if missing := frames[max(last - head + len(frames), 0) :]:
                Stretch.objects.create(record=record, first=head - len(missing) + 1, last=head, text="\n".join(missing))
            _end(record, frames[-1] if frames and is_end(frames[-1]) and last <= head else None)
        return [
            line
            for stretch in Stretch.objects.filter(record=told.id, last__gt=head).order_by("first")
            for line in stretch.text.split("\n")[max(head + 1 - stretch.first, 0) :]
        ]


def end_deserted(server: str, is_gone: Callable[[str], bool]) -> int:
    """Give runs whose server has ended their last frame, each exactly once; how many."""
    deserted = [
        record
        for record in Record.objects.filter(outcome="").exclude(server=server)
        if record.lease < now() or is_gone(record.server)
    ]
    return sum(_interrupt(record) for record in deserted)


def interrupt(run: str, server: str, is_gone: Callable[[str], bool]) -> None:
    """End that server's run as interrupted, unless it has ended or its lease was renewed."""
    for record in Record.objects.filter(id=run, server=server, outcome=""):
        if record.lease < now() or is_gone(server):
            _interrupt(record)


def trim(days: int) -> list[str]:
    """Delete a few records past `days` days or past the bounds, oldest first; their ids, none when all is in order.

    One that a link leads to stays as long as the link is in force.
    """
    clear_old_links()
    shared = in_force().values("record_id")
    ended = Record.objects.exclude(outcome="").exclude(id__in=shared).order_by("created").values_list("id", flat=True)
    ids = list(ended.filter(created__lt=now() - timedelta(days=days))[:_AT_ONCE])
    if not ids:
        size = Record.objects.aggregate(size=Sum("size"))["size"] or 0
        over = max(Record.objects.count() - MOST_RECORDS, 1 if size > MOST_CHARACTERS else 0)
        ids = list(ended[: min(over, _AT_ONCE)]) if over else []
    delete(ids)
    return ids


def delete(ids: Sequence[str]) -> None:
    """Delete records with everything in them."""
    with transaction.atomic():
        Stretch.objects.filter(record__in=ids).delete()
        Record.objects.filter(id__in=ids).delete()


def row_of(facts: Facts, server: str, until: datetime) -> Record:
    """A record of a run at its start, not saved yet."""
    order = facts.order
    return Record(
        id=facts.run, owner=facts.owner, ref=facts.ref, created=facts.created, server=server, lease=until,
        upstream=order.upstream.name, method=order.endpoint.method, path=order.path, model=order.model or "",
        streams=order.streams, body=(order.content or b"").decode(),
        page=order.source.page, example=order.source.example,
    )  # fmt: skip


def _stretches(portion: Portion) -> Iterator[tuple[str, int, int, str]]:
    """The columns of the rows for a portion: the run, the number of the first frame and of the last, and the frames."""
    lines: list[str] = []
    first, size = portion.after + 1, 0
    for seq, line in enumerate(portion.frames, first):
        lines.append(line)
        size += len(line)
        if size >= _LONGEST_STRETCH or seq == portion.head:
            yield portion.facts.run, first, seq, "\n".join(lines)
            lines, first, size = [], seq + 1, 0


def _changes(portion: Portion) -> dict[str, Any]:
    states = [found[1] for line in portion.frames if (found := _STATE.match(line))]
    changed: dict[str, Any] = {"state": states[-1]} if states else {}
    if "connecting" in states:
        changed["started"] = portion.facts.created if portion.after == 0 else now()
    if portion.ended:
        changed |= _ending(json.loads(portion.frames[-1]), portion.facts.created, portion.size)
    return changed


def _ending(end: dict[str, Any], created: datetime, size: int) -> dict[str, Any]:
    stats = end["stats"]
    return {
        "outcome": end["outcome"], "error": end["error"], "stats": stats, "head": end["seq"],
        "ended": created + timedelta(milliseconds=stats["duration_ms"] or 0),
        "size": size,
    }  # fmt: skip


def _interrupt(record: Record) -> int:
    with transaction.atomic():
        held = Record.objects.select_for_update().filter(
            id=record.id, outcome="", server=record.server, lease=record.lease
        )
        if not held.exists():
            return 0
        _end(record)
    return 1


def _end(record: Record, its_own: str | None = None) -> None:
    head, size, stats = _measure(record)
    if its_own is not None:
        Record.objects.filter(id=record.id).update(**_ending(json.loads(its_own), record.created, size))
        return
    text = frame(record.id, head + 1, end_fields("interrupted", CRASHED, stats))
    Record.objects.filter(id=record.id).update(**_ending(json.loads(text), record.created, size + len(text)))
    Stretch.objects.create(record=record, first=head + 1, last=head + 1, text=text)


def _measure(record: Record) -> tuple[int, int, Stats]:
    """What the log of a run without an end can tell: its last frame's number, its characters, the figures so far."""
    head, size, received, times = 0, 0, 0, []
    for stretch in record.stretches.order_by("first").iterator(chunk_size=8):
        head = stretch.last
        size += len(stretch.text)
        for line in stretch.text.split("\n"):
            found = json.loads(line)
            if found["type"] == "data":
                times.append(found["at"])
                received += len(found["text"].encode())
    seen = ("ttft_ms", "duration_ms") if times else ()
    first, last = (times[0], times[-1]) if times else (None, None)
    return head, size, Stats(first, last, bytes=received, model=record.model or None, measured=seen)
