"""The registry of a worker beside others."""

from __future__ import annotations

from django.conf import settings

from portal.runs.archive import Archive
from portal.runs.keeper import Keeper
from portal.runs.presence import Presence
from portal.runs.roads import Bounds, Roads
from portal.runs.shared.breakers import SharedBreaker
from portal.runs.shared.lanes import SharedLane
from portal.runs.shared.link import Link
from portal.runs.shared.registry import SharedRegistry


def share(url: str, presence: Presence, keeper: Keeper | None, archive: Archive | None, bounds: Bounds) -> SharedRegistry:
    """A registry that shares its runs, turns and breakers over the Redis at `url`."""
    link = Link(url)
    roads = Roads(
        settings.PORTAL_UPSTREAMS,
        bounds,
        settings.PORTAL_STAND_INS,
        make_lane=lambda name, at_once, longest: SharedLane(link, name, at_once, longest),
        make_breaker=lambda name: SharedBreaker(link, name),
    )
    return SharedRegistry(link, presence, keeper, archive, roads)
