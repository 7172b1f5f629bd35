"""`manage.py check --deploy`: each mistake in the settings as a warning of Django's, by an id of its own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from portal.doctoring import Setup, mistakes


def present_setup() -> Setup:
    """The settings as they are now."""
    database = settings.DATABASES["default"]
    named = frozenset(name for name, value in os.environ.items() if value)
    return Setup(
        settings.PORTAL_BIND, settings.PORTAL_ACCESS, settings.PORTAL_READ, settings.ALLOWED_HOSTS, settings.PORTAL_ORIGINS,
        settings.SECRET_KEY, settings.PORTAL_PROXIES, settings.PORTAL_DOCS_ROOT, settings.PORTAL_SESSION_HOURS,
        settings.PORTAL_SESSION_DAYS, settings.PORTAL_PERSON_AT_ONCE, named,
        known=settings.PORTAL_KNOWN, data=settings.PORTAL_DATA, engine=str(database["ENGINE"]).rpartition(".")[2],
        redis=settings.PORTAL_REDIS_URL, metrics_token=settings.PORTAL_METRICS_TOKEN, longest_queue=settings.PORTAL_LONGEST_QUEUE,
        loose=[file for file in _secrets() if _is_loose(file)], local_only=settings.PORTAL_LOCAL_ONLY,
        traces_by=settings.PORTAL_TRACES_BY if settings.PORTAL_TRACES else "",
    )  # fmt: skip


def check_setup(**_: Any) -> list[CheckMessage]:
    """What Django is told."""
    return [Warning(one.said, id=one.id) for one in mistakes(present_setup())]


def _secrets() -> Iterator[Path]:
    yield settings.BASE_DIR / ".env"
    yield from sorted(settings.PORTAL_DATA.glob("*-key"))
    database = settings.DATABASES["default"]
    if str(database["ENGINE"]).endswith("sqlite3"):
        yield Path(str(database["NAME"]))
    named = Path(os.environ.get("OLLAMA_API_KEY_FILE") or "/run/secrets/none")
    # What Docker mounts there may be read by everybody in the container, where there is nobody else.
    if not named.is_relative_to("/run/secrets"):
        yield named


def _is_loose(file: Path) -> bool:
    try:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except OSError:
        return False
