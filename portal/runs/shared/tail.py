"""Reading the log of a run that another worker carries: its live end from Redis, what is older from its record."""

from __future__ import annotations

from portal.runs.archive import Archive, frames_of
from portal.runs.orders import Rejected
from portal.runs.shared.link import Away, Link

# Entries at once; each holds at most what the publisher puts into one.
_AT_ONCE = 8


class Tail:
    """Reads logs. Without an `archive` there is only what Redis has."""

    def __init__(self, link: Link, archive: Archive | None) -> None:
        self._link, self._archive = link, archive

    async def read(self, run: str, after: int, *, may_lag: bool = False) -> list[str]:
        """Frames that follow on `after`, as many as come at once; none where there are none yet, or none can be had now.

        Where Redis `may_lag`, since it takes nothing more, the record may be ahead of it.
        """
        try:
            found = await self._read_live(run, after)
        except Away:
            found = None
        if (found is None or (may_lag and not found)) and self._archive is not None:
            try:
                return await self._archive.read(frames_of, run, after)
            except Rejected:
                return []
        return found or []

    async def _read_live(self, run: str, after: int) -> list[str] | None:
        """None when Redis does not have the frame that follows on `after`, but perhaps later ones."""
        frames: list[str] = []
        for first, lines in await self._link.entries(run, after, _AT_ONCE):
            if first > after + 1:
                return frames or None
            new = lines[after + 1 - first :]
            frames += new
            after += len(new)
        # Nothing to be had here can also mean that Redis has lost the run.
        return frames or ([] if await self._link.has(f"portal:run:{run}") else None)

    async def is_gone(self, run: str) -> bool:
        """Whether it is certain that there is no such run any more. One that Redis lost may come back from its worker."""
        try:
            if await self._link.has(f"portal:run:{run}"):
                return False
            return self._archive is None or await self._archive.find_any(run) is None
        except (Away, Rejected):
            return False
