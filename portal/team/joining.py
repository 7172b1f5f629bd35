"""How people come in: the first administrator by a link printed at the start, the others by invitation.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from portal.team.audit import Actor, note, say_changed
from portal.team.entering import Entered, Entrance, come_in
from portal.team.models import Grant, Invitation, Person
from portal.team.refusals import Refused, leads_nowhere
from portal.team.roles import ROLES, Role
from portal.team.tokens import key_of, make_token

OF_SETUP_FOR = timedelta(hours=24)
INVITED_FOR = timedelta(days=7)
# Who acts from the server's own command line, in the audit.
OPERATOR = "operator"
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody says of themselves; `encoded` is the hash of their password."""

    handle: str
    name: str
    encoded: str


def read_handle(text: str) -> str:
    """A handle in the one way it is written. Raises `Refused`."""
    handle = text.strip().lower()
    if not _HANDLE.fullmatch(handle):
        why = "A handle is 1 to 40 small letters, digits, dots, dashes and underscores, such as ada or ada.lovelace."
        raise Refused(why, field="handle")
    if handle == OPERATOR:
        raise Refused("That handle stands for whoever runs the server; choose another.", field="handle")
    return handle


def read_name(text: str) -> str:
    """A name as people write theirs. Raises `Refused`."""
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused(f"A name has 1 to {_LONGEST_NAME} characters.", field="name")
    return name


@transaction.atomic
def offer_setup() -> str | None:
    """A token for the first administrator, in place of any before; None where there is one already."""
    if _has_administrator():
        return None
    Invitation.objects.filter(of_setup=True, used=None).delete()
    return _invite("administrator", "", None, OF_SETUP_FOR, of_setup=True)


@transaction.atomic
def invite(role: Role, about: str, by: str | None, actor: Actor) -> str:
    """A token that makes one person of that role."""
    inviter = Person.objects.get(handle=by) if by else None
    token = _invite(role, about, inviter, INVITED_FOR)
    note(actor, "invited", about, role)
    return token


def _invite(role: Role, about: str, by: Person | None, lasting: timedelta, *, of_setup: bool = False) -> str:
    token = make_token()
    Invitation.objects.create(
        key=key_of(token), role=role, note=about[:80], by=by, created=now(), ends=now() + lasting, of_setup=of_setup
    )
    return token


def open_invitations() -> list[Invitation]:
    """Those that can still be used, the newest first."""
    return list(_open().filter(of_setup=False).select_related("by").order_by("-created"))


@transaction.atomic
def take_back(invitation: int, actor: Actor) -> None:
    """An invitation that leads nowhere from now on. Raises `Refused`."""
    found = _open().filter(id=invitation, of_setup=False).first()
    if found is None:
        raise leads_nowhere()
    found.delete()
    note(actor, "took back an invitation", found.note, found.role)


def find_invitation(token: str, *, of_setup: bool) -> Invitation:
    """The invitation behind a token. Raises `Refused`, the same for every token that opens nothing."""
    # Both are looked at in any case: what is refused has to cost the same.
    is_over = of_setup and _has_administrator()
    found = _open().filter(key=key_of(token), of_setup=of_setup).first()
    if found is None or is_over:
        raise leads_nowhere()
    return found


def use_invitation(found: Invitation) -> tuple[str, str]:
    """Use it up, in the transaction that makes the person: their role, and how they came in. Raises `Refused`."""
    if not _open().filter(id=found.id).update(used=now()):
        raise leads_nowhere()
    return found.role, _way_in(found)


def join(token: str, newcomer: Newcomer, entrance: Entrance, *, of_setup: bool) -> Entered:
    """Make the person an invitation was for, and sign them in. Raises `Refused`.

    Of any number who come at once with the same token one is let in.
    """
    try:
        with transaction.atomic():
            found = find_invitation(token, of_setup=of_setup)
            role, way = use_invitation(found)
            person = Person.objects.create(
                handle=newcomer.handle, name=newcomer.name, role=role, password=newcomer.encoded, created=now()
            )
            if found.of_setup and not Grant.objects.exists():
                Grant.objects.create(model="*")  # members may ask every model until an administrator says otherwise
            note(entrance.actor, "joined", newcomer.handle, f"{role}, {way}")
            say_changed()
            return come_in(person.id, entrance, "on joining")
    except IntegrityError:
        raise Refused(f"Somebody here is called {newcomer.handle} already; choose another handle.", field="handle") from None


def _way_in(found: Invitation) -> str:
    if found.of_setup:
        return "by the set-up link"
    return f"invited by {found.by.handle}" if found.by else "invited by the operator"


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used=None, ends__gt=now())


def _has_administrator() -> bool:
    return Person.objects.filter(role="administrator").exists()


def is_role(text: str) -> bool:
    """Whether it is the name of one."""
    return text in ROLES
