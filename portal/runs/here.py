"""The registry of this process, for the doors."""

from functools import partial

from django.conf import settings

from portal.runs.accounting import settle_ended, settle_taken_over
from portal.runs.archive import Archive
from portal.runs.keeper import Keeper
from portal.runs.presence import Presence
from portal.runs.registry import Registry
from portal.runs.roads import Bounds, Roads
from portal.team.here import accounts

presence = Presence(settings.PORTAL_DATA / "servers")
keeper = (
    Keeper(presence, settings.PORTAL_KEEP_RUNS, ends_deserted=not settings.PORTAL_REDIS_URL) if settings.PORTAL_KEEP_RUNS else None
)
archive = Archive() if settings.PORTAL_KEEP_RUNS else None


def _registry() -> Registry:
    bounds = Bounds(settings.PORTAL_RUNS_AT_ONCE, settings.PORTAL_LONGEST_QUEUE)
    if not settings.PORTAL_REDIS_URL:
        return Registry(keeper, archive, Roads(settings.PORTAL_UPSTREAMS, bounds, settings.PORTAL_STAND_INS))
    # Whoever has one worker need not load what several are tied together with.
    from portal.runs.shared.here import share

    return share(settings.PORTAL_REDIS_URL, presence, keeper, archive, bounds)


registry = _registry()
if accounts is not None:
    registry.on_end = partial(settle_ended, accounts)
    registry.on_taken_over = partial(settle_taken_over, accounts)
