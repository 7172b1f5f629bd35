"""Signing in with a handle and a password."""

from __future__ import annotations

from django.db import transaction

from portal.desk import Desk
from portal.team.addresses import neighbourhood
from portal.team.audit import Actor, note
from portal.team.models import Person
from portal.team.passwords import is_right
from portal.team.refusals import Refused
from portal.team.sessions import begin
from portal.team.throttling import Rate, give_back, take
from portal.team.tokens import key_of

BY_ACCOUNT = Rate(10, 30.0)
BY_ADDRESS = Rate(30, 6.0)


async def sign_in(desk: Desk, handle: str, password: str, actor: Actor, browser: str) -> str:
    """The token for a browser. Raises `Refused`: the same for a wrong password, a stranger and who is suspended."""
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
        raise Refused(f"That was tried too often. Try again in {_span(wait)}.", status=429, wait=wait)
    person = await desk.do(_find, handle)
    if not await is_right(password, person.password if person else None) or person is None:
        await desk.do(note, unknown, "was refused to sign in", handle[:40], "wrong handle or password")
        raise Refused("No such handle, or not its password. Nobody was signed in.", status=403)
    for key, rate in keys.items():
        await desk.do(give_back, key, rate)
    return await desk.do(_begin, person.id, actor, browser)


def _take_all(keys: dict[str, Rate]) -> int:
    return max(take(key, rate) for key, rate in keys.items())


def _find(handle: str) -> Person | None:
    return Person.objects.filter(handle=handle, suspended=None).first()


@transaction.atomic
def _begin(person: int, actor: Actor, browser: str) -> str:
    # Suspended meanwhile: the row is looked at once more, under the transaction.
    found = Person.objects.select_for_update().filter(id=person, suspended=None).first()
    if found is None:
        raise Refused("No such handle, or not its password. Nobody was signed in.", status=403)
    return begin(found, Actor(found.handle, actor.address), browser, "with a password")


def _span(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"


async def check_present(desk: Desk, handle: str, password: str) -> None:
    """Whether somebody who is signed in knows their own password. Raises `Refused`."""
    key = "password:" + key_of(handle)[:40]
    wait = await desk.do(take, key, BY_ACCOUNT)
    if wait:
        raise Refused(f"That was tried too often. Try again in {_span(wait)}.", status=429, wait=wait)
    person = await desk.do(_find, handle)
    if not await is_right(password, person.password if person else None):
        raise Refused("That is not the present password, so nothing was changed.", field="present", status=403)
    await desk.do(give_back, key, BY_ACCOUNT)
