"""The accounts of this server's runs: reserved before they are sent, settled when they end, also when the database was away."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from django.db import Error

from portal.desk import Desk
from portal.team.fairness import LEASE, Ended, Planned, Share, release, renew, reserve, settle

logger = logging.getLogger(__name__)

_RENEW_EVERY = LEASE.total_seconds() / 5


class Accounts:
    """`share` is what each person may have."""

    def __init__(self, desk: Desk, share: Share) -> None:
        self._desk, self.share = desk, share
        self._ended: list[Ended] = []
        self._live: set[str] = set()
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def reserve(self, planned: Planned) -> bool:
        """Count a run before it is sent; False when it was counted before. Raises `Refused`, and `django.db.Error`."""
        return await self._desk.do(reserve, planned, self.share)

    def hold(self, planned: Planned) -> None:
        """It runs on this server, until it is settled."""
        self._live.add(planned.ref)

    async def release(self, planned: Planned) -> None:
        """It was not sent after all. Where that cannot be written now, it counts as used in a while."""
        with suppress(Error, OSError):
            await self._desk.do(release, planned.owner, planned.ref)

    def settle(self, ended: Ended) -> None:
        """It has ended; that is written as soon as it can be."""
        self._ended.append(ended)
        self._live.discard(ended.ref)
        self._work.set()

    def start(self) -> None:
        """Begin to write; what died before this is settled first."""
        self._work.set()
        self._task = asyncio.create_task(self._keep(), name="keep accounts")

    async def aclose(self) -> None:
        """Write what is left, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._attempt()

    async def _keep(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_RENEW_EVERY):
                    await self._work.wait()
            self._work.clear()
            if not await self._attempt():
                await asyncio.sleep(1)
                self._work.set()

    async def _attempt(self) -> bool:
        ended, self._ended = self._ended, []
        try:
            if ended:
                await self._desk.do(settle, ended)
            await self._desk.do(renew, list(self._live))
        except asyncio.CancelledError:
            # At the end of the server: what was on its way is written with the rest.
            self._ended = ended + self._ended
            raise
        except (Error, OSError) as problem:
            # To be settled twice changes nothing, so all of them are said once more.
            self._ended = ended + self._ended
            logger.warning("what runs took cannot be written (%s); it is kept until it can", str(problem).partition("\n")[0])
            return False
        except Exception:
            # It would be met again with every try; who was to be settled counts as used once their time is over.
            logger.exception("settling what runs took met a fault of the portal")
        return True
