"""Signing in: with a handle and a password, and whatever comes after either that or signing on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from portal.desk import Desk
from portal.team.addresses import neighbourhood
from portal.team.audit import Actor, note
from portal.team.models import Person
from portal.team.passwords import is_right
from portal.team.refusals import Refused
from portal.team.roles import Role, is_at_least
from portal.team.second.factors import has_factor
from portal.team.sessions import begin
from portal.team.throttling import Rate, give_back, take
from portal.team.tokens import key_of

BY_ACCOUNT = Rate(10, 30.0)
BY_ADDRESS = Rate(30, 6.0)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who comes, with which browser; from which role on people need a second factor here."""

    actor: Actor
    browser: str
    factor_from: Role | None = None


@dataclass(frozen=True, slots=True)
class Halfway:
    """Somebody who has shown their first factor and not yet their second. `how` is what they came with."""

    person: int
    how: str


# The token for a browser, or what is left to do.
Entered = str | Halfway


async def sign_in(desk: Desk, handle: str, password: str, entrance: Entrance) -> Entered:
    """Sign somebody in. Raises `Refused`: the same for a wrong password, a stranger and who is suspended."""
    actor = entrance.actor
    keys = {
        # A handle nobody has counts like one that somebody has: what is refused must tell nothing.
        "account:" + key_of(handle)[:40]: BY_ACCOUNT,
        "address:" + neighbourhood(actor.address): BY_ADDRESS,
    }
    unknown = Actor("", actor.address)
    wait = await desk.do(_take_all, keys)
    if wait:
        # Once a minute is enough to know: who tries without end must not fill the audit.
        if not await desk.do(take, f"noted:{neighbourhood(actor.address)}", Rate(1, 60.0)):
            await desk.do(note, unknown, "was refused to sign in", handle[:40], "too many tries")
        raise Refused(f"That was tried too often. Try again in {span(wait)}.", status=429, wait=wait)
    person = await desk.do(_find, handle)
    if not await is_right(password, person.password if person else None) or person is None:
        await desk.do(note, unknown, "was refused to sign in", handle[:40], "wrong handle or password")
        raise Refused("No such handle, or not its password. Nobody was signed in.", status=403)
    for key, rate in keys.items():
        await desk.do(give_back, key, rate)
    return await desk.do(come_in, person.id, entrance, "with a password")


def _take_all(keys: dict[str, Rate]) -> int:
    return max(take(key, rate) for key, rate in keys.items())


def _find(handle: str) -> Person | None:
    return Person.objects.filter(handle=handle, suspended=None).first()


@transaction.atomic
def come_in(person: int, entrance: Entrance, how: str, *, strong: bool = False) -> Entered:
    """Sign in whoever has shown who they are; `strong` is with two factors. Raises `Refused`."""
    # Suspended meanwhile: the row is looked at once more, under the transaction.
    found = Person.objects.select_for_update().filter(id=person, suspended=None).first()
    if found is None:
        raise Refused("No such handle, or not its password. Nobody was signed in.", status=403)
    needs = entrance.factor_from is not None and is_at_least(found.role, entrance.factor_from)
    if not strong and (needs or has_factor(found.id)):
        return Halfway(found.id, how)
    return begin(found, Actor(found.handle, entrance.actor.address), entrance.browser, how, strong=strong)


def span(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"


async def check_present(desk: Desk, actor: Actor, password: str) -> None:
    """Whether somebody who is signed in knows their own password. Raises `Refused`."""
    key = "password:" + key_of(actor.handle)[:40]
    wait = await desk.do(take, key, BY_ACCOUNT)
    if wait:
        raise Refused(f"That was tried too often. Try again in {span(wait)}.", status=429, wait=wait)
    person = await desk.do(_find, actor.handle)
    if not await is_right(password, person.password if person else None):
        # Whoever found a browser open may try here what the door would count: it stands in the audit as there.
        await desk.do(note, actor, "gave a wrong present password")
        raise Refused("That is not the present password, so nothing was changed.", field="present", status=403)
    await desk.do(give_back, key, BY_ACCOUNT)


def has_password(handle: str) -> bool:
    """Whether somebody can sign in with one. It blocks."""
    person = _find(handle)
    return person is not None and person.has_usable_password()
