"""Whom to ask, in a sentence."""

from __future__ import annotations

from django.db import Error

from portal.team.here import desk
from portal.team.membership import administrators


async def whom_to_ask() -> str:
    """The administrators by name."""
    try:
        names = await desk.do(administrators)
    except (Error, OSError):
        names = []
    return f"Ask an administrator: {', '.join(names)}." if names else "Ask an administrator."
