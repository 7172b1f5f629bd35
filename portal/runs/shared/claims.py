"""Claiming a ref, so that of all workers exactly one starts the run."""

from __future__ import annotations

import asyncio

from django.db import Error

from portal.desk import Desk
from portal.runs import records
from portal.runs.keeper import Keeper
from portal.runs.orders import Facts, Rejected
from portal.runs.shared import scripts
from portal.runs.shared.facts import digest_of, tell
from portal.runs.shared.link import Away, Link
from portal.runs.shared.publisher import REF_KEPT

_PATIENCE = 3.0


class Claims:
    """Redis decides first, since it is quick; the database, where records are kept, decides for good."""

    def __init__(self, link: Link, worker: str, keeper: Keeper | None) -> None:
        self._link, self._worker, self._keeper = link, worker, keeper
        self._desk = Desk("claims")
        self._withdrawn: list[str] = []

    async def claim(self, facts: Facts) -> str:
        """The run that has this owner's ref: this one, or one that was first. Raises `Rejected` when nobody can tell."""
        first = await self._claim_in_redis(facts)
        if first not in (None, facts.run):
            return str(first)
        if self._keeper is None:
            recorded = None
        else:
            recorded = await self._claim_in_database(facts, self._keeper)
        if first is None and recorded is None:
            raise Rejected(
                "no_store",
                "Neither Redis nor the database answers just now, so it cannot be told whether this run was started before; "
                "nothing was sent. Try again in a moment.",
            )
        if recorded not in (None, facts.run):
            await self._withdraw(facts.run)
        return recorded or facts.run

    async def claimed(self, owner: str, ref: str) -> str | None:
        """The run that was started under that ref, as far as Redis knows."""
        try:
            found = await self._link.do(lambda redis: redis.get(f"portal:ref:{digest_of(owner, ref)}"))
        except Away:
            return None
        return None if found is None else str(found)

    async def take_back(self) -> None:
        """Take claims out of Redis that it may have got late, after somebody else had the ref. Raises `Away`."""
        while self._withdrawn:
            await self._link.run(scripts.DROP, self._withdrawn[-1])
            self._withdrawn.pop()

    async def aclose(self) -> None:
        """End the thread."""
        await self._desk.aclose(_PATIENCE)

    async def _claim_in_redis(self, facts: Facts) -> str | None:
        digest = digest_of(facts.owner, facts.ref)
        try:
            return str(await self._link.run(scripts.CLAIM, digest, facts.run, self._worker, tell(facts), REF_KEPT))
        except Away:
            return None

    async def _claim_in_database(self, facts: Facts, keeper: Keeper) -> str | None:
        if keeper.trouble:
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._desk.do(records.claim, facts, self._worker)
        except (Error, OSError, TimeoutError):
            return None

    async def _withdraw(self, run: str) -> None:
        self._withdrawn.append(run)
        try:
            await self.take_back()
        except Away:
            return  # once it is back
