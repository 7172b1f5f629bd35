"""The registry of this process, for the doors."""

from functools import partial

from django.conf import settings

from portal.runs.accounting import settle_ended
from portal.runs.archive import Archive
from portal.runs.keeper import Keeper
from portal.runs.presence import Presence
from portal.runs.registry import Registry
from portal.runs.roads import Bounds, Roads
from portal.team.here import accounts

keeps_records = settings.PORTAL_KEEP_RUNS > 0
keeper = Keeper(Presence(settings.PORTAL_DATA / "servers"), settings.PORTAL_KEEP_RUNS) if keeps_records else None
archive = Archive() if keeps_records else None
bounds = Bounds(settings.PORTAL_RUNS_AT_ONCE, settings.PORTAL_LONGEST_QUEUE)
roads = Roads(settings.PORTAL_UPSTREAMS, bounds, settings.PORTAL_STAND_INS)
registry = Registry(keeper, archive, roads)
if accounts is not None:
    registry.on_end = partial(settle_ended, accounts)
