"""For whom an address is, said beside each route; `portal.team.guarding` holds everybody to it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.urls import URLPattern

from portal.team.readers import Reader
from portal.team.roles import is_at_least


class Audience(Enum):
    """Who may come: anybody at all, whoever may read, whoever is signed in, administrators, or they and the machines that watch."""

    ANYBODY = "anybody"
    READERS = "readers"
    PEOPLE = "people"
    ADMINISTRATORS = "administrators"
    OPERATORS = "administrators and whatever shows PORTAL_METRICS_TOKEN"


_MARK = "portal_audience"


def open_to(audience: Audience, *patterns: URLPattern) -> tuple[URLPattern, ...]:
    """Declare for whom routes are. A view is for one audience, wherever it stands."""
    for pattern in patterns:
        declared = getattr(pattern.callback, _MARK, audience)
        if declared is not audience:
            raise ValueError(f"{pattern.pattern} is for {audience.value}, but its view is declared for {declared.value}")
        setattr(pattern.callback, _MARK, audience)
    return patterns


def audience_of(view: Any) -> Audience:
    """For whom a view is; one that does not say so is for administrators."""
    found: Audience = getattr(view, _MARK, Audience.ADMINISTRATORS)
    return found


def is_declared(view: Any) -> bool:
    """Whether a view says for whom it is."""
    return hasattr(view, _MARK)


def admits(audience: Audience, reader: Reader, *, members_only: bool) -> bool:
    """Whether somebody may come."""
    if audience is Audience.ANYBODY:
        return True
    if audience is Audience.READERS:
        return reader.is_somebody or not members_only
    return reader.is_somebody and (audience is Audience.PEOPLE or is_at_least(reader.role, "administrator"))
