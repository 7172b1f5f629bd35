"""What is kept of a person, to take along, and its deletion. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from portal.team.audit import Actor, note, say_changed
from portal.team.membership import no_such_person, suspend
from portal.team.models import Authenticator, Event, Person, Use
from portal.team.sessions import owner_id


def export_person(handle: str) -> dict[str, Any]:
    """Everything this room keeps of somebody but the hashes of their secrets. Raises `Refused`."""
    person = Person.objects.filter(handle=handle).first()
    if person is None:
        raise no_such_person()
    about = Event.objects.filter(actor=handle) | Event.objects.filter(about=handle)
    return {
        "handle": person.handle, "name": person.name, "role": person.role, "created": person.created,
        "suspended": person.suspended, "groups": list(person.groups.order_by("name").values_list("name", flat=True)),
        "models": _rows(person.grants.values("model", "upstream")),
        "sign_ins": _rows(person.sign_ins.order_by("created").values("created", "seen", "browser")),
        "accounts_elsewhere": _rows(person.identities.order_by("created").values("issuer", "subject", "email", "created")),
        "second_factor": _rows(Authenticator.objects.filter(person=person).values("created")),
        "passkeys": _rows(person.passkeys.order_by("created").values("name", "created")),
        "usage": _rows(Use.objects.filter(owner=owner_id(person.id)).order_by("began").values(
            "began", "ended", "upstream", "what", "model", "page", "tokens", "outcome", "ttft_ms")),
        "audit": _rows(about.order_by("at").values("at", "actor", "what", "about", "detail", "address")),
    }  # fmt: skip


def owner_of(handle: str) -> str:
    """What owns somebody's runs. Raises `Refused`."""
    number = Person.objects.filter(handle=handle).values_list("id", flat=True).first()
    if number is None:
        raise no_such_person()
    return owner_id(number)


def close_out(handle: str, actor: Actor) -> None:
    """Sign somebody out for good, which stops what they run. Raises `Refused` for the only administrator."""
    suspend(handle, actor)


@transaction.atomic
def delete_person(handle: str, actor: Actor) -> None:
    """Delete somebody; what they used stays as sums without their name, and the audit says that they were deleted."""
    person = Person.objects.select_for_update().filter(handle=handle).first()
    if person is None:
        raise no_such_person()
    Use.objects.filter(owner=owner_id(person.id)).update(handle="", page="")
    person.delete()
    note(actor, "deleted a person", handle)
    say_changed()


def _rows(found: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    return [dict(row) for row in found]
