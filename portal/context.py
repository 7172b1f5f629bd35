"""What every template may say about the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from portal.headers import THEME_SCRIPT


def site(_request: HttpRequest) -> dict[str, object]:
    """The site's name, whether people sign in, and the embedded engine's label when it stands in for an Ollama."""
    return {
        "site_title": settings.PORTAL_TITLE,
        "embedded": settings.PORTAL_UPSTREAMS["local"].embedded,
        "theme_script": mark_safe(THEME_SCRIPT),  # noqa: S308 - our own file
        "engine_missing": settings.PORTAL_NO_ENGINE,
        "is_team": settings.PORTAL_ACCESS == "team",
    }
