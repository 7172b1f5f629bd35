"""What a door can do with a run, whether it is in memory or read from its record."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from portal.runs.log import AtOnce
from portal.runs.orders import Rejected


class Watchable(Protocol):
    """A run as its watchers know it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def owner(self) -> str:
        """Whose it is."""

    @property
    def head(self) -> int:
        """The number of its last frame; 0 while there is none."""

    @property
    def ended(self) -> bool:
        """Whether that frame is its end."""

    async def stop(self) -> None:
        """Hang up on the upstream; a run that has ended stays as it ended. Raises `Rejected` where that cannot be done."""

    async def reach(self, after: int) -> None:
        """Give a log that is read from afar a moment to get as far as its watcher has seen it elsewhere."""

    def follow(self, after: int, at_once: AtOnce | None = None) -> AsyncGenerator[list[str], None]:
        """Every frame after `after`, in batches, until the last one; `at_once` may be given some before, in their turn."""

    async def written(self, after: int) -> list[str]:
        """The frames there are after `after`."""


async def check_after(run: Watchable, after: object) -> int:
    """`after` as a place in the run's log to go on from. Raises `Rejected` when it is none."""
    if isinstance(after, int) and after > run.head and not run.ended:
        await run.reach(after)
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= run.head:
        what = f"“after” must be a whole number from 0 to {run.head}, the number of the run's last frame."
        raise Rejected("bad_after", what, "after")
    return after
