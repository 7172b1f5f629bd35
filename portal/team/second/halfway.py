"""Who has shown a first factor: in a cookie of their browser, signed, for ten minutes."""

from __future__ import annotations

from django.core import signing

from portal.team.entering import Halfway
from portal.team.models import Person
from portal.team.tokens import key_of

COOKIE = "portal-halfway"
LASTING = 600
_SALT = "portal.halfway"


def write(halfway: Halfway, on: str) -> str:
    """The cookie's value; `on` is where to go then. It blocks."""
    return signing.dumps([halfway.person, halfway.how, on, _stamp(halfway.person)], salt=_SALT)


def read(cookie: str) -> tuple[Halfway, str] | None:
    """Who it is; None where it is nobody, or too long ago, or their password has changed since. It blocks."""
    try:
        person, how, on, stamp = signing.loads(cookie, salt=_SALT, max_age=LASTING)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (Halfway(person, how), on) if stamp and stamp == _stamp(person) else None


def _stamp(person: int) -> str:
    found = Person.objects.filter(id=person, suspended=None).values_list("password", flat=True).first()
    return key_of(found)[:16] if found is not None else ""
