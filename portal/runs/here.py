"""The registry of this process, for the doors."""

from django.conf import settings

from portal.runs.archive import Archive
from portal.runs.keeper import Keeper
from portal.runs.presence import Presence
from portal.runs.registry import Registry

keeps_records = settings.PORTAL_KEEP_RUNS > 0
keeper = Keeper(Presence(settings.PORTAL_DATA / "servers"), settings.PORTAL_KEEP_RUNS) if keeps_records else None
archive = Archive() if keeps_records else None
registry = Registry(keeper, archive)
