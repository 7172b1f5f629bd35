"""Writing into the audit from the doors of other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.team.addresses import address_of
from portal.team.audit import Actor, note
from portal.team.here import desk, is_team, proxies
from portal.team.readers import Reader


def actor_of(scope: Mapping[str, Any], reader: Reader) -> Actor | None:
    """Who does something, for the audit; None alone on the machine, where there is none."""
    return Actor(reader.handle, address_of(scope, proxies)) if is_team else None


async def note_done(scope: Mapping[str, Any], reader: Reader, what: str, about: str, detail: str = "") -> None:
    """Add a line to the audit; alone on the machine there is none. Raises `django.db.Error`."""
    if is_team:
        await desk.do(note, actor_of(scope, reader), what, about, detail)
