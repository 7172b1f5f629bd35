"""What a provider says of somebody."""

from __future__ import annotations

from dataclasses import dataclass


class NotSignedOn(Exception):
    """Nobody was signed on. The message says why, for the audit; `is_down` that it is the provider's fault."""

    def __init__(self, why: str, *, is_down: bool = False) -> None:
        super().__init__(why)
        self.is_down = is_down


@dataclass(frozen=True, slots=True)
class Claims:
    """Somebody is `subject` at `issuer`, for ever; all the rest may change, or belong to somebody else tomorrow.

    `domain` is where an `email` that is verified is from, as far as the provider answers for it.
    """

    issuer: str
    subject: str
    name: str = ""
    handle: str = ""
    email: str = ""
    domain: str = ""
    groups: frozenset[str] = frozenset()
