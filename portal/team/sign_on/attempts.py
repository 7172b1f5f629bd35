"""One attempt to sign on, between its beginning here and its coming back: in a cookie of the browser that made it, signed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from django.core import signing

COOKIE = "portal-sign-on"
LASTING = 600
_SALT = "portal.sign-on"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`on` is where to go then; `invitation` the token somebody joins with; `link` the handle of who adds it to their account."""

    provider: str
    state: str
    nonce: str
    verifier: str
    on: str = "/"
    invitation: str = ""
    link: str = ""


def new_attempt(provider: str, *, on: str = "/", invitation: str = "", link: str = "") -> Attempt:
    """One that nobody can guess."""
    # A verifier of PKCE has 43 to 128 characters (RFC 7636).
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    return Attempt(provider, state, nonce, verifier, on, invitation, link)


def write(attempt: Attempt) -> str:
    """The cookie's value."""
    return signing.dumps(asdict(attempt), salt=_SALT)


def read(cookie: str, provider: str, state: str) -> Attempt | None:
    """The attempt a browser comes back with; None where it is none of this browser's, too old, or of another provider."""
    try:
        attempt = Attempt(**signing.loads(cookie, salt=_SALT, max_age=LASTING))
    except (signing.BadSignature, TypeError):
        return None
    is_it = attempt.provider == provider and secrets.compare_digest(attempt.state.encode(), state.encode())
    return attempt if is_it else None
