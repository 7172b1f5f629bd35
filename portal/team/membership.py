"""What an administrator does with people: their roles, groups and grants. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import now

from portal.team.audit import Actor, note, say_changed
from portal.team.models import Grant, Group, PasswordReset, Person, SignIn
from portal.team.refusals import Refused
from portal.team.roles import Role
from portal.team.turns import take_turn


def no_such_person() -> Refused:
    """The same for everybody who is not there."""
    return Refused("There is no such person here.", status=404)


def everybody() -> list[Person]:
    """All people, by handle, with their groups."""
    return list(Person.objects.select_related("authenticator").prefetch_related("groups", "grants").order_by("handle"))


def administrators() -> list[str]:
    """Whom to ask."""
    return list(Person.objects.filter(role="administrator", suspended=None).order_by("name").values_list("name", flat=True))


@transaction.atomic
def give_role(handle: str, role: Role, actor: Actor) -> None:
    """Raises `Refused` where that would leave nobody who can give roles."""
    person = _held(handle)
    if person.role == role:
        return
    _keep_an_administrator(person)
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    note(actor, "gave a role", handle, f"{before} → {role}")
    say_changed()


@transaction.atomic
def suspend(handle: str, actor: Actor) -> None:
    """End every sign-in of somebody, and let them begin none. Raises `Refused`."""
    person = _held(handle)
    _keep_an_administrator(person)
    if person.suspended is None:
        person.suspended = now()
        person.save(update_fields=["suspended"])
        SignIn.objects.filter(person=person).delete()
        note(actor, "suspended", handle)
        say_changed()


@transaction.atomic
def restore(handle: str, actor: Actor) -> None:
    """Let somebody who was suspended sign in again. Raises `Refused`."""
    person = _held(handle)
    if person.suspended is not None:
        person.suspended = None
        person.save(update_fields=["suspended"])
        note(actor, "restored", handle)
        say_changed()


@transaction.atomic
def set_password(handle: str, encoded: str, actor: Actor, *, keeping: str, how: str = "") -> None:
    """A new password; every other sign-in of theirs ends, and a link to reset it leads nowhere."""
    person = _held(handle)
    person.password = encoded
    person.save(update_fields=["password"])
    SignIn.objects.filter(person=person).exclude(key=keeping).delete()
    PasswordReset.objects.filter(person=person).delete()
    note(actor, "changed their password" if actor.handle == handle else "changed a password", handle, how)
    say_changed()


@transaction.atomic
def set_groups(handle: str, names: Sequence[str], actor: Actor) -> None:
    """Put somebody into these groups and no others; those that are not there yet are made. Raises `Refused`."""
    person = _held(handle)
    groups = [Group.objects.get_or_create(name=name)[0] for name in names]
    before = sorted(person.groups.values_list("name", flat=True))
    if before != sorted(names):
        person.groups.set(groups)
        note(actor, "changed groups", handle, f"{', '.join(before) or 'none'} → {', '.join(sorted(names)) or 'none'}")
        say_changed()


def grants() -> list[Grant]:
    """All that was given: to every member first, then to groups, then to people."""
    return list(Grant.objects.select_related("person", "group").order_by("group__name", "person__handle", "model", "upstream"))


def groups() -> list[str]:
    """All groups by name."""
    return list(Group.objects.order_by("name").values_list("name", flat=True))


@transaction.atomic
def give(to: str, model: str, upstream: str, actor: Actor) -> None:
    """Give a model, or all that match a pattern, to `everybody`, `group:NAME` or `person:HANDLE`. Raises `Refused`."""
    kind, _, name = to.partition(":")
    person = Person.objects.filter(handle=name).first() if kind == "person" else None
    group = Group.objects.filter(name=name).first() if kind == "group" else None
    if person is None and group is None and to != "everybody":
        raise Refused("There is nobody like that to give it to.", field="to", status=404)
    take_turn("grants")  # no constraint keeps two of the same apart that are given to nobody in particular
    given = {"person": person, "group": group, "model": model, "upstream": upstream}
    if not Grant.objects.filter(**given).exists():
        Grant.objects.create(**given)
    note(actor, "gave a model", name or "every member", f"{model} on {upstream or 'any upstream'}")
    say_changed()


@transaction.atomic
def take_away(grant: int, actor: Actor) -> None:
    """Take back what was given. Raises `Refused`."""
    found = Grant.objects.select_related("person", "group").filter(id=grant).first()
    if found is None:
        raise Refused("That was not given to anybody.", status=404)
    whose = found.person.handle if found.person else found.group.name if found.group else "every member"
    found.delete()
    note(actor, "took back a model", whose, str(found))
    say_changed()


def _held(handle: str) -> Person:
    # In one order for all, so that two changes at once wait for one another instead of passing each other.
    list(Person.objects.select_for_update().filter(role="administrator").order_by("id").values_list("id"))
    person = Person.objects.select_for_update().filter(handle=handle).first()
    if person is None:
        raise no_such_person()
    return person


def _keep_an_administrator(person: Person) -> None:
    if person.role != "administrator" or person.suspended is not None:
        return
    if not Person.objects.filter(role="administrator", suspended=None).exclude(id=person.id).exists():
        raise Refused(f"{person.handle} is the only administrator; make somebody else one first.", status=409)
