"""What every template may say about the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """The site's name, and the embedded engine's label when it stands in for an Ollama."""
    return {
        "site_title": settings.PORTAL_TITLE,
        "embedded": settings.PORTAL_UPSTREAMS["local"].embedded,
        "engine_missing": settings.PORTAL_NO_ENGINE,
    }
