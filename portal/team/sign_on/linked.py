"""What is linked to somebody. It blocks and belongs in a thread."""

from __future__ import annotations

from portal.team.models import Identity


def identities_of(handle: str) -> list[Identity]:
    """The accounts elsewhere somebody signs on with."""
    return list(Identity.objects.filter(person__handle=handle).order_by("created"))
