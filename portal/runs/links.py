"""The token of a link to a run: nobody can guess it, and of who reads the database only the portal can read it."""

from __future__ import annotations

import secrets

_PURPOSE = "portal.runs.links"


def new_token() -> str:
    """One with 192 bits nobody can guess."""
    return secrets.token_urlsafe(24)


def seal_link(token: str) -> str:
    """It, as it is kept beside its hash."""
    # Loaded with the first link: whoever shares nothing waits for no cryptography.
    from portal.team import sealing

    return sealing.seal(token, _PURPOSE)


def open_link(sealed: str) -> str:
    """The token to be shown to who made the link; nothing where the portal's secret key was another then."""
    from portal.team import sealing

    try:
        return sealing.unseal(sealed, _PURPOSE)
    except sealing.Unreadable:
        return ""
