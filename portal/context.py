"""What every template may say about the site."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from portal.headers import FIRST_SCRIPT

# In the page, so that no request for it comes between the text and its look.
_ICON = "data:image/svg+xml," + quote((settings.BASE_DIR / "static" / "icon.svg").read_bytes(), safe=" =:/'")


def site(_request: HttpRequest) -> dict[str, object]:
    """The site's name, whether people sign in, and the embedded engine's label when it stands in for an Ollama."""
    return {
        "site_title": settings.PORTAL_TITLE,
        "embedded": settings.PORTAL_UPSTREAMS["local"].embedded,
        "icon": _ICON,
        "first_script": mark_safe(FIRST_SCRIPT),  # noqa: S308 - our own file
        "engine_missing": settings.PORTAL_NO_ENGINE,
        "is_team": settings.PORTAL_ACCESS == "team",
    }
