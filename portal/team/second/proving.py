"""Whether somebody has their second factor, and giving them one. The functions that are not awaited block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.db import transaction
from django.utils.timezone import now

from portal.desk import Desk
from portal.team.addresses import neighbourhood
from portal.team.audit import Actor, note, say_changed
from portal.team.entering import BY_ADDRESS, span
from portal.team.models import Authenticator, Person, RecoveryCode, SignIn
from portal.team.refusals import Refused
from portal.team.sealing import Unreadable
from portal.team.second import codes
from portal.team.throttling import Rate, give_back, take
from portal.team.tokens import key_of

# Of a million codes three are right at a time: a day of guessing comes to less than one in 200.
BY_PERSON = Rate(5, 60.0)
_SETUP_FOR = 1800


async def prove(desk: Desk, person: int, code: str, actor: Actor) -> None:
    """Take a code of somebody's app, or a recovery code, which is used up. Raises `Refused`."""
    await counted(desk, person, actor, lambda: desk.do(_prove, person, "".join(code.split()).lower(), actor))


async def counted(desk: Desk, person: int, actor: Actor, proving: Callable[[], Awaitable[str]]) -> None:
    """Let `proving` say why not, and count how often it does. Raises `Refused`."""
    keys = {f"second:{person}": BY_PERSON, "address:" + neighbourhood(actor.address): BY_ADDRESS}
    wait = await desk.do(_take_all, keys)
    if wait:
        raise Refused(f"That was tried too often. Try again in {span(wait)}.", status=429, wait=wait)
    why = await proving()
    if why:
        await desk.do(note, Actor("", actor.address), "was refused to sign in", await desk.do(_handle, person), why)
        raise Refused("That is not the code, or it was used already. Nothing was changed.", field="code", status=403)
    for key, rate in keys.items():
        await desk.do(give_back, key, rate)


def _take_all(keys: dict[str, Rate]) -> int:
    return max(take(key, rate) for key, rate in keys.items())


def _handle(person: int) -> str:
    return Person.objects.filter(id=person).values_list("handle", flat=True).first() or ""


@transaction.atomic
def _prove(person: int, code: str, actor: Actor) -> str:
    if code.isdigit():
        return "" if _is_shown(person, code) else "wrong code"
    used, _ = RecoveryCode.objects.filter(person=person, key=key_of(code)).delete()
    if used:
        handle = _handle(person)
        left = RecoveryCode.objects.filter(person=person).count()
        note(Actor(handle, actor.address), "used a recovery code", handle, f"{left} left")
    return "" if used else "wrong recovery code"


def _is_shown(person: int, code: str) -> bool:
    kept = Authenticator.objects.filter(person=person).first()
    if kept is None:
        return False
    try:
        step = codes.step_of(codes.unseal(kept.sealed), code)
    except Unreadable:
        raise Refused("The portal's secret key is another than when you set this up. Use a recovery code.", status=409) from None
    # Each code once, also when it comes twice at the same moment.
    return step is not None and bool(Authenticator.objects.filter(person=person, last_step__lt=step).update(last_step=step))


def open_setup(sealed: str) -> str:
    """The secret of a set-up somebody began. Raises `Refused`."""
    try:
        return codes.unseal(sealed, within=_SETUP_FOR)
    except Unreadable:
        raise Refused("That took too long. Begin anew with the picture below.", field="code") from None


@transaction.atomic
def enrol(person: int, secret: str, code: str, actor: Actor, *, keeping: str = "") -> list[str]:
    """Give somebody a second factor, whose code they show: their recovery codes. Other sign-ins end. Raises `Refused`."""
    found = Person.objects.select_for_update().get(id=person)
    step = codes.step_of(secret, "".join(code.split()))
    if step is None:
        raise Refused("That is not the code the app shows for this. See whether the device's clock is right.", field="code")
    if Authenticator.objects.filter(person=found).exists():
        raise Refused("You have a second factor already.", status=409)
    Authenticator.objects.create(person=found, sealed=codes.seal(secret), last_step=step, created=now())
    SignIn.objects.filter(person=found).exclude(key=keeping).delete()
    SignIn.objects.filter(person=found, key=keeping).update(strong=True)
    note(Actor(found.handle, actor.address), "set up a second factor", found.handle)
    say_changed()
    return _write_codes(found)


@transaction.atomic
def renew_codes(person: int, actor: Actor) -> list[str]:
    """Other recovery codes, in place of those before."""
    found = Person.objects.select_for_update().get(id=person)
    note(actor, "made recovery codes", found.handle)
    return _write_codes(found)


def _write_codes(person: Person) -> list[str]:
    made = codes.new_recovery_codes()
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, key=key_of(code)) for code in made)
    return made
