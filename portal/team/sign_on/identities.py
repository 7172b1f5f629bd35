"""Whose an account elsewhere is: found by issuer and subject alone, linked, unlinked, or let in.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import re

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from portal.team.audit import Actor, note, say_changed
from portal.team.joining import OPERATOR, find_invitation, use_invitation
from portal.team.membership import administrators
from portal.team.models import Identity, Person
from portal.team.refusals import Refused
from portal.team.sign_on.claims import Claims
from portal.team.sign_on.providers import Provider

_NOT_OURS = re.compile(r"[^a-z0-9._-]+")
_MOST_TRIES = 50


def person_of(claims: Claims) -> int | None:
    """The person whose account that is; None where it is nobody's."""
    found = Identity.objects.filter(issuer=claims.issuer, subject=claims.subject)
    return found.values_list("person_id", flat=True).first()


def let_in(provider: Provider, claims: Claims, invitation: str, actor: Actor) -> int:
    """Make the person somebody is here from now on: by invitation, or because the provider's people may. Raises `Refused`."""
    _refuse_known_email(provider, claims)
    try:
        with transaction.atomic():
            if invitation:
                found = find_invitation(invitation, of_setup=False)
                role, way = use_invitation(found)
            else:
                role, way = provider.role, _why_they_may(provider, claims)
            person = _make_person(claims, role)
            _link(person, provider, claims)
            note(actor, "joined", person.handle, f"{role}, {way}, with {provider.label}")
            say_changed()
            return person.id
    except IntegrityError:  # the same person in two tabs at once
        made = person_of(claims)
        if made is None:
            raise
        return made


def link(handle: str, provider: Provider, claims: Claims, actor: Actor) -> None:
    """Let somebody sign on with an account elsewhere, too. Raises `Refused` where it is another's."""
    person = Person.objects.get(handle=handle, suspended=None)
    try:
        with transaction.atomic():
            owner = person_of(claims)
            if owner == person.id:
                return
            if owner is not None:
                raise _is_taken(provider)
            _link(person, provider, claims)
            note(actor, "linked an account", handle, f"{provider.label}: {claims.email or claims.subject}")
    except IntegrityError:
        raise _is_taken(provider) from None


@transaction.atomic
def unlink(handle: str, number: int, actor: Actor) -> None:
    """Let somebody sign on with it no more. Raises `Refused` where nothing else lets them in."""
    person = Person.objects.select_for_update().get(handle=handle)
    found = Identity.objects.filter(person=person, id=number).first()
    if found is None:
        raise Refused("You have no such account linked.", status=404)
    if not person.has_usable_password() and person.identities.count() == 1:
        raise Refused("Nothing else would let you in. Set a password first.", status=409)
    found.delete()
    note(actor, "unlinked an account", handle, str(found))


def _link(person: Person, provider: Provider, claims: Claims) -> None:
    Identity.objects.create(
        person=person, issuer=claims.issuer, subject=claims.subject, provider=provider.name, email=claims.email, created=now()
    )


def _why_they_may(provider: Provider, claims: Claims) -> str:
    if claims.domain and claims.domain in provider.domains:
        return f"of {claims.domain}"
    groups = sorted(claims.groups & provider.groups)
    if groups:
        return f"in {groups[0]}"
    names = administrators()
    whom = f"an administrator: {', '.join(names)}" if names else "an administrator"
    raise Refused(f"{provider.label} says who you are, but people come in here by invitation. Ask {whom}.", status=403)


def _refuse_known_email(provider: Provider, claims: Claims) -> None:
    # Whoever can have a provider write an address must not become whoever else has it here; nor is a second person made of one.
    if claims.email and Identity.objects.filter(email=claims.email).exists():
        raise Refused(
            f"Somebody here already signs on with the e-mail that {provider.label} names, by another account. If that is you, "
            "sign in as before and link this one under your account.", status=403,
        )  # fmt: skip


def _is_taken(provider: Provider) -> Refused:
    return Refused(f"That account at {provider.label} is linked to somebody else here, so nothing was changed.", status=409)


def _make_person(claims: Claims, role: str) -> Person:
    name = " ".join("".join(c if c.isprintable() else " " for c in claims.name).split())[:80]
    wanted = _NOT_OURS.sub("-", claims.handle.lower().partition("@")[0]).strip(".-_")[:32].strip(".-_") or "person"
    tried = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, _MOST_TRIES))
    for handle in tried:
        if handle != OPERATOR and not Person.objects.filter(handle=handle).exists():
            return Person.objects.create(handle=handle, name=name or handle, role=role, password=make_password(None), created=now())
    raise Refused(f"Fifty people here are called {wanted} already; ask an administrator for an invitation.", status=409)
