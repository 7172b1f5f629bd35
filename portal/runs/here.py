"""The registry of this process, for the doors."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from portal.runs.accounting import settle_ended, settle_taken_over
from portal.runs.archive import Archive
from portal.runs.keeper import Keeper
from portal.runs.presence import Presence
from portal.runs.registry import Registry
from portal.runs.roads import Bounds, Roads
from portal.runs.sharing import terms_of
from portal.team.here import accounts

presence = Presence(settings.PORTAL_DATA / "servers")
keeper = (
    Keeper(presence, settings.PORTAL_KEEP_RUNS, ends_deserted=not settings.PORTAL_REDIS_URL) if settings.PORTAL_KEEP_RUNS else None
)
archive = Archive() if settings.PORTAL_KEEP_RUNS else None
terms = terms_of(settings.PORTAL_SHARE_WITH if settings.PORTAL_ACCESS == "team" else "anybody", settings.PORTAL_SHARE_DAYS)
# Whether a person's word that something is no secret is taken.
may_insist = settings.PORTAL_SECRETS == "ask"


def own_keys() -> list[str]:
    """The portal's own secrets as they are now, none of which may leave in what people hand on."""
    upstreams = [upstream.present_key for upstream in settings.PORTAL_UPSTREAMS.values()]
    database: Mapping[str, Any] = settings.DATABASES["default"]
    stores = [str(database.get("PASSWORD") or ""), urlsplit(settings.PORTAL_REDIS_URL).password]
    return [key for key in (settings.SECRET_KEY, *upstreams, *stores) if key]


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
