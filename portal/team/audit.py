"""Writing down what was done, in the transaction that does it. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from portal.team.models import Event, Moment

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from which address."""

    handle: str
    address: str = ""


def note(actor: Actor | None, what: str, about: str = "", detail: str = "") -> None:
    """Add a line to the audit. Without an actor, alone on the machine, there is none."""
    if actor is None:
        return
    Event.objects.create(
        at=now(), actor=actor.handle, what=what, about=_line(about), detail=_line(detail), address=actor.address
    )


def say_changed() -> None:
    """Let every server see that people, sign-ins or grants are not what they were. Part of the change's transaction."""
    assert transaction.get_connection().in_atomic_block
    if not Moment.objects.filter(id=1).update(number=F("number") + 1):
        Moment.objects.create(id=1, number=1)


def present_moment() -> int:
    """The number of the last change."""
    return Moment.objects.filter(id=1).values_list("number", flat=True).first() or 0


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)[:_LONGEST]
