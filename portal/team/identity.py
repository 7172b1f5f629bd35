"""Who is at the other end of a request or a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.team.here import is_team, recognition
from portal.team.readers import NOBODY, OWNER, Reader
from portal.team.recognition import READER


def reader_in(scope: Mapping[str, Any]) -> Reader:
    """The reader a request (its ASGI scope) belongs to. Alone on the machine, everybody is the one reader."""
    found: Reader = scope.get(READER, NOBODY) if is_team else OWNER
    return found


def reader_of(scope: Mapping[str, Any]) -> str:
    """The id of that reader, which owns their runs."""
    return reader_in(scope).id


async def reader_now(scope: Mapping[str, Any]) -> Reader:
    """The same for a connection that stays open, asked anew: people sign out, and are given and lose roles."""
    return await recognition.of(scope) if is_team else OWNER
