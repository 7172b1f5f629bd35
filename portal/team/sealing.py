"""Secrets that have to be read again: encrypted with a key made from the portal's own, one for each `purpose`."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class Unreadable(Exception):
    """A secret was encrypted under another secret key of the portal, for something else, or too long ago."""


def seal(secret: str, purpose: str) -> str:
    """It, encrypted."""
    return _box(purpose).encrypt(secret.encode()).decode()


def unseal(sealed: str, purpose: str, *, within: int | None = None) -> str:
    """What was encrypted, at most `within` seconds ago. Raises `Unreadable`."""
    try:
        return _box(purpose).decrypt(sealed.encode(), ttl=within).decode()
    except (InvalidToken, ValueError):
        raise Unreadable from None


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac(purpose, "", algorithm="sha256").digest()))
