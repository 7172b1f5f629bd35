"""Who is at the other end of a request or a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALONE = "solo"


def reader_of(scope: Mapping[str, Any]) -> str:
    """The reader a connection (its ASGI scope) belongs to. Alone on the machine, everybody is the one reader."""
    return ALONE
