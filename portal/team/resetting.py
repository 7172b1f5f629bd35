"""A lost password: an administrator gives a link that works once, under which its owner sets another.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from portal.team.audit import Actor, note
from portal.team.membership import no_such_person, set_password
from portal.team.models import PasswordReset, Person
from portal.team.refusals import Refused, leads_nowhere
from portal.team.tokens import key_of, make_token

LASTING = timedelta(hours=24)


@transaction.atomic
def offer(handle: str, actor: Actor) -> str:
    """A token under which somebody sets another password, in place of any before. Raises `Refused`."""
    person = Person.objects.select_for_update().filter(handle=handle).first()
    if person is None:
        raise no_such_person()
    if person.suspended is not None:
        raise Refused(f"{handle} is suspended, and would be let in nowhere. Restore them first.", status=409)
    token = make_token()
    PasswordReset.objects.update_or_create(person=person, defaults={"key": key_of(token), "ends": now() + LASTING})
    note(actor, "offered a password reset", handle)
    return token


def find(token: str) -> Person:
    """Whose password it is. Raises `Refused`, the same for every token that opens nothing."""
    found = _open(token).first()
    if found is None:
        raise leads_nowhere()
    return found.person


@transaction.atomic
def use(token: str, encoded: str, actor: Actor) -> None:
    """Set the password; every sign-in of theirs ends. Of several at once one does. Raises `Refused`."""
    person = find(token)
    if not PasswordReset.objects.filter(key=key_of(token)).delete()[0]:
        raise leads_nowhere()
    set_password(person.handle, encoded, Actor(person.handle, actor.address), keeping="", how="by a reset link")


def clear_ended() -> None:
    """Delete those that lead nowhere any more."""
    PasswordReset.objects.filter(ends__lt=now()).delete()


def _open(token: str) -> QuerySet[PasswordReset]:
    return PasswordReset.objects.select_related("person").filter(key=key_of(token), ends__gt=now(), person__suspended=None)
