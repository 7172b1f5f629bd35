"""What is known of somebody at the other end of a connection."""

from __future__ import annotations

from dataclasses import dataclass

from portal.team.roles import Role

ALONE = "solo"


@dataclass(frozen=True, slots=True)
class Given:
    """Models somebody may ask, by name or a pattern with `*`, on one upstream or, where it is empty, on any."""

    model: str
    upstream: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody at one moment. `id` is what owns their runs, `sign_in` which of their browsers this is.

    `trouble` says why it cannot be told just now who it is.
    """

    id: str
    handle: str = ""
    name: str = ""
    role: Role | None = None
    given: tuple[Given, ...] = ()
    sign_in: str = ""
    trouble: str = ""

    @property
    def is_somebody(self) -> bool:
        """Whether they are signed in, or alone on the machine."""
        return self.role is not None


OWNER = Reader(ALONE, role="administrator", given=(Given("*"),))
NOBODY = Reader("")
