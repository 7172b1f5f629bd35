"""The watch of this process, for the doors."""

from django.conf import settings

from portal.dashboard.health import Watch
from portal.runs.here import registry

watch = Watch(lambda: settings.PORTAL_UPSTREAMS, lambda: registry.client)
