"""Who has a second factor, and taking it away. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from django.db import transaction

from portal.team.audit import Actor, note, say_changed
from portal.team.models import Authenticator, Passkey, Person, RecoveryCode, SignIn
from portal.team.refusals import Refused


def has_factor(person: int) -> bool:
    """Whether somebody is asked for one. Passkeys and recovery codes come beside an app, never without."""
    return Authenticator.objects.filter(person=person).exists()


def passkeys_of(person: int) -> list[Passkey]:
    """Somebody's passkeys."""
    return list(Passkey.objects.filter(person=person).order_by("created"))


def recovery_codes_of(person: int) -> int:
    """How many recovery codes somebody has left."""
    return RecoveryCode.objects.filter(person=person).count()


@transaction.atomic
def take_off(person: Person, actor: Actor, what: str, *, keeping: str = "") -> None:
    """All of somebody's second factor; every other sign-in of theirs ends."""
    for kind in (Authenticator, Passkey, RecoveryCode):
        kind.objects.filter(person=person).delete()
    SignIn.objects.filter(person=person).exclude(key=keeping).delete()
    note(actor, what, person.handle)
    say_changed()


def reset(handle: str, actor: Actor) -> None:
    """The same by somebody else, for whoever has lost theirs. Raises `Refused`."""
    person = Person.objects.filter(handle=handle).first()
    if person is None or not has_factor(person.id):
        raise Refused("There is nobody of that handle with a second factor.", status=404)
    take_off(person, actor, "reset a second factor")
