"""The watch of this process, and its glance at the team, for the doors."""

from django.conf import settings

from portal.dashboard.health import Watch
from portal.runs.here import registry
from portal.runs.team_now import Glance
from portal.team.here import desk, is_team

watch = Watch(lambda: settings.PORTAL_UPSTREAMS, lambda: registry.client)
glance = Glance(desk) if is_team else None
