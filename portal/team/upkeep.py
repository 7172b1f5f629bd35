"""Deleting what has ended, is full again or is too old to be asked about, once an hour."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from django.db import Error
from django.utils.timezone import now

from portal.desk import Desk
from portal.team.fairness import clear_old
from portal.team.models import Event, Invitation
from portal.team.sessions import Limits, clear_ended
from portal.team.throttling import clear_full

logger = logging.getLogger(__name__)

# How long the audit and what was used are kept.
KEPT = timedelta(days=400)
_EVERY = 3600.0


def clear(limits: Limits) -> None:
    """All of it, here and now."""
    before = now() - KEPT
    clear_ended(limits)
    clear_full()
    clear_old(before)
    Event.objects.filter(at__lt=before).delete()
    Invitation.objects.filter(ends__lt=before).delete()


async def keep_clear(desk: Desk, limits: Limits) -> None:
    """The same for as long as this runs."""
    while True:
        try:
            await desk.do(clear, limits)
        except (Error, OSError) as problem:
            logger.warning("what is too old could not be deleted: %s", problem)
        await asyncio.sleep(_EVERY)
