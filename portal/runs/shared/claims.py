"""Claiming a ref, so that of all workers exactly one starts the run."""

from __future__ import annotations

import asyncio
import time

from django.db import Error

from portal.desk import Desk
from portal.runs import records
from portal.runs.keeper import Keeper
from portal.runs.orders import Facts, Rejected
from portal.runs.shared import scripts
from portal.runs.shared.facts import digest_of, tell
from portal.runs.shared.link import Away, Link
from portal.runs.shared.publisher import REF_KEPT

# Seconds: how long the database has to answer, and how long nobody asks it after it has not.
_PATIENCE, _REST = 3.0, 1.0


class Claims:
    """The database decides, whose constraint admits one run a ref; where no records are kept, Redis does.

    If the one decided in the other's place, each could admit a run, for workers that reach only the one or only the other. So
    nothing is begun without the one that decides. That Redis knows a ref saves asking the database.
    """

    def __init__(self, link: Link, worker: str, keeper: Keeper | None) -> None:
        self._link, self._worker, self._keeper = link, worker, keeper
        self._desk = Desk("claims")
        self._away_until = float("-inf")

    async def claim(self, facts: Facts) -> str:
        """The run that has this owner's ref: this one, or one that was first. Raises `Rejected` when nobody can tell."""
        if self._keeper is None:
            decided, who = await self._claim_in_redis(facts), "Redis"
        else:
            known = await self.claimed(facts.owner, facts.ref)
            decided, who = known or await self._claim_in_database(facts), "The database"
        if decided is None:
            raise Rejected(
                "no_store",
                f"{who} does not answer just now, so it cannot be told whether this run was started before; nothing was sent. "
                "Try again in a moment.",
            )
        return decided

    async def claimed(self, owner: str, ref: str) -> str | None:
        """The run that was started under that ref, as far as Redis knows."""
        try:
            found = await self._link.do(lambda redis: redis.get(f"portal:ref:{digest_of(owner, ref)}"))
        except Away:
            return None
        return None if found is None else str(found)

    async def aclose(self) -> None:
        """End the thread."""
        await self._desk.aclose(_PATIENCE)

    async def _claim_in_redis(self, facts: Facts) -> str | None:
        digest = digest_of(facts.owner, facts.ref)
        try:
            return str(await self._link.run(scripts.CLAIM, digest, facts.run, self._worker, tell(facts), REF_KEPT))
        except Away:
            return None

    async def _claim_in_database(self, facts: Facts) -> str | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._desk.do_surely(records.claim, facts, self._worker)
        except (Error, OSError, TimeoutError):
            self._away_until = time.monotonic() + _REST
            # It may have been written all the same, or be written yet; the thread does one after the other.
            self._link.soon(self._forget(facts.run), f"forget {facts.run}")
            return None

    async def _forget(self, run: str) -> None:
        try:
            await self._desk.do(records.delete, [run])
        except (Error, OSError):
            return  # a record of a run that never began is ended once its lease has run out
