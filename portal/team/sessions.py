"""Who is signed in where, for how long. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.db import transaction
from django.utils.timezone import now

from portal.team.audit import Actor, note, say_changed
from portal.team.models import Grant, Person, SignIn
from portal.team.readers import Given, Reader
from portal.team.roles import Role, is_at_least
from portal.team.tokens import key_of, make_token

_PERSON = "person:"
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limits:
    """A sign-in ends after `idle` without a sign of life, and `longest` after it began.

    From the role `factor_from` on it takes a second factor, where there is such a role.
    """

    idle: timedelta
    longest: timedelta
    factor_from: Role | None = None


def owner_id(person: int) -> str:
    """What owns the runs of a person."""
    return f"{_PERSON}{person}"


def number_of(owner: str) -> int:
    """The person behind such an id."""
    return int(owner.removeprefix(_PERSON))


def handle_of(owner: str) -> str:
    """The handle of the person behind such an id, also of one who is suspended; "" for one who is gone."""
    number = owner.removeprefix(_PERSON)
    found = Person.objects.filter(id=int(number)) if number.isdecimal() else Person.objects.none()
    return found.values_list("handle", flat=True).first() or ""


def find_reader(key: str, limits: Limits) -> tuple[Reader, float] | None:
    """The reader of a sign-in and the seconds until it ends by itself; None when it has ended. Two queries, now and then three."""
    found = SignIn.objects.select_related("person").filter(key=key, person__suspended=None).first()
    if found is None:
        return None
    if limits.factor_from and not found.strong and is_at_least(found.person.role, limits.factor_from):
        return None
    left = min(found.seen + limits.idle, found.created + limits.longest) - now()
    if left <= timedelta():
        return None
    if now() - found.seen > min(_SEEN_EVERY, limits.idle / 10):
        SignIn.objects.filter(key=key).update(seen=now())
    return reader_as(found.person, key), left.total_seconds()


def find_owner(owner: str) -> Reader | None:
    """The person behind the id that owns runs; None for one who is gone or suspended."""
    number = owner.removeprefix(_PERSON)
    found = Person.objects.filter(id=int(number), suspended=None).first() if number.isdecimal() else None
    return reader_as(found) if found else None


def reader_as(person: Person, sign_in: str = "") -> Reader:
    """A person as a reader."""
    role = cast(Role, person.role)
    return Reader(owner_id(person.id), person.handle, person.name, role, _given_to(person), sign_in)


def _given_to(person: Person) -> tuple[Given, ...]:
    if is_at_least(person.role, "maintainer"):
        return (Given("*"),)
    everybody = Grant.objects.filter(person=None, group=None)
    of_theirs = Grant.objects.filter(group__people=person)
    found = everybody.union(of_theirs, Grant.objects.filter(person=person)).values_list("model", "upstream")
    return tuple(sorted((Given(*one) for one in found), key=lambda given: (given.model, given.upstream)))


def begin(person: Person, actor: Actor, browser: str, how: str, *, strong: bool = False) -> str:
    """Sign somebody in, in a transaction; the token for their browser."""
    token = make_token()
    moment = now()
    SignIn.objects.create(key=key_of(token), person=person, created=moment, seen=moment, browser=browser[:200], strong=strong)
    Person.objects.filter(id=person.id).update(last_login=moment)
    note(actor, "signed in", person.handle, how)
    return token


@transaction.atomic
def end(key: str, actor: Actor) -> None:
    """End one sign-in."""
    if SignIn.objects.filter(key=key).delete()[0]:
        note(actor, "signed out")
        say_changed()


@transaction.atomic
def end_all(handle: str, actor: Actor, *, but: str = "") -> None:
    """End every sign-in of a person, all but one."""
    SignIn.objects.filter(person__handle=handle).exclude(key=but).delete()
    note(actor, "signed out everywhere", handle)
    say_changed()


def sign_ins_of(handle: str) -> list[SignIn]:
    """Where a person is signed in, the latest first."""
    return list(SignIn.objects.filter(person__handle=handle).order_by("-seen"))


def clear_ended(limits: Limits) -> None:
    """Delete what has ended by itself."""
    SignIn.objects.filter(seen__lt=now() - limits.idle).delete()
    SignIn.objects.filter(created__lt=now() - limits.longest).delete()
