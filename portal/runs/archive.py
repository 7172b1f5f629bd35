"""Reading records: runs that are no longer in memory, with the same frames under the same numbers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import ParamSpec, TypeVar

from django.db import Error, connection
from django.db.models import Max

from portal.desk import Desk
from portal.runs.log import AtOnce
from portal.runs.models import Record, Stretch
from portal.runs.orders import Rejected
from portal.runs.tables import first_line

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 2.0
_AT_ONCE = 4
_LOOK_EVERY = 0.25
_UNDER_REF = f"SELECT id FROM {Record._meta.db_table} WHERE ref = %s AND owner = %s"  # noqa: S608 - a name of our own


class Archive:
    """Reads the records, on a thread of its own. Raises `Rejected` (`unreadable`) when the database does not answer."""

    def __init__(self) -> None:
        self._desk = Desk("archive")

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a blocking query."""
        said = "The database cannot be read just now ({why}), so earlier runs cannot be shown; try again."
        return await _within_patience(self._desk.do_surely(work, *args, **kwargs), said)

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a blocking change, which is tried once. Raises `Rejected` (`unreadable`)."""
        said = "The database does not answer just now ({why}). Look whether it was done before you try again."
        return await _within_patience(self._desk.do(work, *args, **kwargs), said)

    async def find(self, run: str, *, owner: str) -> Recorded | None:
        """That owner's run of that id."""
        return self._opened(await self.read(_find, id=run, owner=owner))

    async def find_any(self, run: str) -> Record | None:
        """The record of that id, whoever's it is."""
        return await self.read(_find, id=run)

    async def find_ref(self, ref: str, *, owner: str) -> Recorded | None:
        """The run that owner started under that ref."""
        return self._opened(await self.read(_find_ref, ref, owner))

    def _opened(self, record: Record | None) -> Recorded | None:
        return None if record is None else Recorded(record, self)

    async def aclose(self) -> None:
        """End the thread."""
        await self._desk.aclose(_PATIENCE)


class Told:
    """A run that this process does not carry: what is known of it is what a record says."""

    def __init__(self, record: Record, head: int, *, ended: bool) -> None:
        self.record = record
        self.id, self.owner = record.id, record.owner
        self.head, self.ended = head, ended


async def _within_patience(work: Awaitable[T], said: str) -> T:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await work
    except (Error, OSError, TimeoutError) as problem:
        why = "it takes too long" if isinstance(problem, TimeoutError) else first_line(problem)
        raise Rejected("unreadable", said.format(why=why)) from None


class Recorded(Told):
    """A run as its record has it. One that another server still carries grows while it is followed."""

    def __init__(self, record: Record, archive: Archive) -> None:
        super().__init__(record, record.head, ended=bool(record.outcome))
        self._archive = archive

    async def stop(self) -> None:
        """Nothing: what has ended stays as it ended."""

    async def reach(self, after: int) -> None:
        """Nothing: what is not there yet is not waited for."""

    async def follow(self, after: int, _at_once: AtOnce | None = None) -> AsyncGenerator[list[str], None]:
        """Every frame after `after`, a stretch of the record at a time, until the last one."""
        while True:
            frames = await self._archive.read(frames_of, self.id, after)
            if frames:
                after += len(frames)
                yield frames
            elif self.ended:
                return
            else:
                await asyncio.sleep(_LOOK_EVERY)
                await self._look_again()

    async def written(self, after: int) -> list[str]:
        """The frames there are after `after`."""
        found: list[str] = []
        while frames := await self._archive.read(frames_of, self.id, after + len(found)):
            found += frames
        return found

    async def _look_again(self) -> None:
        record = await self._archive.find_any(self.id)
        # Deleted meanwhile: there is nothing to wait for.
        self.ended = record is None or bool(record.outcome)


def _find(**which: str) -> Record | None:
    record = Record.objects.filter(**which).first()
    if record is not None and not record.outcome:
        record.head = Stretch.objects.filter(record=record).aggregate(last=Max("last"))["last"] or 0
    return record


def _find_ref(ref: str, owner: str) -> Record | None:
    # Before every run, and there hardly ever is one: put together by hand it takes a sixth.
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_REF, [ref, owner])
        row = cursor.fetchone()
    return _find(id=row[0]) if row else None


def frames_of(run: str, after: int) -> list[str]:
    """Frames of a record that follow on `after`, a few stretches of them. Blocks."""
    found: list[str] = []
    for stretch in Stretch.objects.filter(record=run, last__gt=after).order_by("first")[:_AT_ONCE]:
        found += stretch.text.split("\n")[max(after + 1 - stretch.first, 0) :]
    return found
