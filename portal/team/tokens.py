"""Secrets that are handed out once: whoever has the token shows it, and only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets


def make_token() -> str:
    """A token nobody can guess, fit for an address or a cookie."""
    return secrets.token_urlsafe(32)


def key_of(token: str) -> str:
    """What is kept of a token. It is too long to be guessed from a hash, so a quick one will do."""
    return hashlib.sha256(token.encode()).hexdigest()
