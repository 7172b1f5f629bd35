"""Codes: those an authenticator app shows (TOTP, RFC 6238), and recovery codes. What is kept of a secret is encrypted."""

from __future__ import annotations

import secrets
import time

import pyotp
import segno

from portal.team import sealing

_STEP = 30
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PURPOSE = "portal.second.codes"


def new_secret() -> str:
    """A secret for an app."""
    return pyotp.random_base32()


def seal(secret: str) -> str:
    """It, encrypted."""
    return sealing.seal(secret, _PURPOSE)


def unseal(sealed: str, within: int | None = None) -> str:
    """What was encrypted, at most `within` seconds ago. Raises `sealing.Unreadable`."""
    return sealing.unseal(sealed, _PURPOSE, within=within)


def picture(secret: str, handle: str, title: str) -> str:
    """What an app reads by its camera, as the address of a picture."""
    address = pyotp.TOTP(secret).provisioning_uri(name=handle, issuer_name=title)
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


def step_of(secret: str, code: str, moment: float | None = None) -> int | None:
    """The time step a code is of: the present one, or one beside it, since clocks differ. None where it is of none."""
    now = int(time.time() if moment is None else moment) // _STEP
    shown = {step: pyotp.TOTP(secret).generate_otp(step) for step in (now - 1, now, now + 1)}
    return next((step for step, right in shown.items() if secrets.compare_digest(right.encode(), code.encode())), None)


def new_recovery_codes() -> list[str]:
    """Ten of them, each with more than 75 bits nobody can guess."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(10)]
