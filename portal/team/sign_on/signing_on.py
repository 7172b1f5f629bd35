"""From a provider's answer to somebody who is signed in, or to a refusal that is in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from portal.desk import Desk
from portal.team.addresses import neighbourhood
from portal.team.audit import Actor, note
from portal.team.entering import BY_ADDRESS, Entered, Entrance, come_in
from portal.team.refusals import Refused
from portal.team.sign_on import identities
from portal.team.sign_on.attempts import Attempt, read
from portal.team.sign_on.claims import Claims, NotSignedOn
from portal.team.sign_on.github import GitHub
from portal.team.sign_on.openid import OpenID
from portal.team.sign_on.providers import Provider
from portal.team.throttling import give_back, take


class Speaker(Protocol):
    """Speaks with one provider."""

    async def way_there(self, attempt: Attempt, back: str) -> str:
        """The address to send a browser to. Raises `NotSignedOn`."""

    async def claims(self, attempt: Attempt, code: str, back: str) -> Claims:
        """Who came back with a code. Raises `NotSignedOn`."""


@cache
def speaker(provider: Provider) -> Speaker:
    """Whoever speaks with a provider; what it learns of it is kept."""
    return GitHub(provider) if provider.kind == "github" else OpenID(provider)


async def way_there(desk: Desk, provider: Provider, attempt: Attempt, back: str, actor: Actor) -> str:
    """The address to send a browser to. Raises `Refused`."""
    try:
        return await speaker(provider).way_there(attempt, back)
    except NotSignedOn as problem:
        raise await _refused(desk, provider, problem, actor) from None


async def come_back(
    desk: Desk, provider: Provider, cookie: str, answer: Mapping[str, str], *, back: str, actor: Actor
) -> tuple[Attempt, Claims]:
    """Who came back, to what. Raises `Refused`; whatever is wrong, nothing is changed and the audit says what it was."""
    key = "sign-on:" + neighbourhood(actor.address)
    wait = await desk.do(take, key, BY_ADDRESS)
    if wait:
        raise Refused(f"That was tried too often. Try again in {wait} seconds.", status=429, wait=wait)
    try:
        found = await _come_back(provider, cookie, answer, back)
    except NotSignedOn as problem:
        raise await _refused(desk, provider, problem, actor) from None
    await desk.do(give_back, key, BY_ADDRESS)
    return found


async def _come_back(provider: Provider, cookie: str, answer: Mapping[str, str], back: str) -> tuple[Attempt, Claims]:
    attempt = read(cookie, provider.name, answer.get("state", ""))
    if attempt is None:
        raise NotSignedOn("its answer belongs to nothing this browser began")
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise NotSignedOn("the answer is another issuer's")
    if "error" in answer:
        raise NotSignedOn(f"it says {answer['error'][:60]}")
    if not answer.get("code"):
        raise NotSignedOn("its answer has no code")
    return attempt, await speaker(provider).claims(attempt, answer["code"], back)


async def enter(desk: Desk, provider: Provider, claims: Claims, invitation: str, entrance: Entrance) -> Entered:
    """Sign that person in, who joins where nobody is them yet. Raises `Refused`."""
    unknown = Actor("", entrance.actor.address)
    person = await desk.do(identities.person_of, claims)
    try:
        if person is None:
            person = await desk.do(identities.let_in, provider, claims, invitation, unknown)
        return await desk.do(come_in, person, entrance, f"with {provider.label}", strong=provider.asks_second_factor)
    except Refused as problem:
        if problem.status != 404:
            await desk.do(note, unknown, "was refused to sign in", provider.label, f"{claims.email or claims.subject}: {problem}")
        raise


async def _refused(desk: Desk, provider: Provider, problem: NotSignedOn, actor: Actor) -> Refused:
    await desk.do(note, Actor("", actor.address), "was refused to sign in", provider.label, str(problem))
    if problem.is_down:
        why = f"{provider.label} cannot be asked just now. Sign in with a password, or try again in a while."
        return Refused(why, status=503)
    why = f"The answer of {provider.label} did not sign you on, so nothing was changed. Begin anew at /sign-in/."
    return Refused(why, status=403)
