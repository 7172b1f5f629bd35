"""The roles people have, each of which may do what the one before it may."""

from __future__ import annotations

from typing import Literal

Role = Literal["guest", "member", "maintainer", "administrator"]

ROLES: dict[Role, str] = {
    "guest": "reads",
    "member": "runs requests",
    "maintainer": "also changes what models are on the servers",
    "administrator": "also invites people and gives them roles",
}
_RANK = {role: rank for rank, role in enumerate(ROLES)}


def is_at_least(role: str | None, least: Role) -> bool:
    """Whether a role is that one or above it; nobody's role is neither."""
    return role in _RANK and _RANK[role] >= _RANK[least]
