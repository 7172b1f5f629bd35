"""Deleting what has ended, is full again or is too old to be asked about, once an hour."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from django.db import Error
from django.utils.timezone import now

from portal.desk import Desk
from portal.team import resetting
from portal.team.fairness import clear_old
from portal.team.models import Event, Invitation
from portal.team.sessions import Limits, clear_ended
from portal.team.throttling import clear_full

logger = logging.getLogger(__name__)

_EVERY = 3600.0


def clear(limits: Limits, kept: timedelta) -> None:
    """All of it, here and now. The audit and what was used are `kept` for so long."""
    before = now() - kept
    clear_ended(limits)
    clear_full()
    resetting.clear_ended()
    clear_old(before)
    Event.objects.filter(at__lt=before).delete()
    Invitation.objects.filter(ends__lt=before).delete()


async def keep_clear(desk: Desk, limits: Limits, kept: timedelta) -> None:
    """The same for as long as this runs."""
    while True:
        try:
            await desk.do(clear, limits, kept)
        except (Error, OSError) as problem:
            logger.warning("what is too old could not be deleted: %s", str(problem).partition("\n")[0])
        except Exception:
            logger.exception("deleting what is too old met a fault of the portal")
        await asyncio.sleep(_EVERY)
