"""Sharing a run that has ended by a link nobody can guess, until it ends or is taken back.

Everything here blocks and belongs in a thread. What has ended does not change any more, so whoever has the link reads what was
shared, and its record is kept as long as a link to it is in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from portal.runs.links import new_token, open_link, seal_link
from portal.runs.models import Record, Share
from portal.runs.orders import Rejected
from portal.team.audit import Actor, note
from portal.team.sessions import handle_of
from portal.team.tokens import key_of
from portal.team.turns import take_turn

Audience = Literal["team", "anybody"]
MOST_IN_FORCE = 100
_MOST_LISTED = 200
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
# How long a link that leads nowhere any more is still listed to its owner.
_LISTED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Terms:
    """What links people may make here: for whom, and for how many days, 0 without an end. The first of each unless told."""

    audiences: tuple[Audience, ...]
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A link somebody wants."""

    audience: Audience
    days: int

    def __str__(self) -> str:
        lasts = f"for {self.days} day{'' if self.days == 1 else 's'}" if self.days else "without an end"
        return f"with {self.audience}, {lasts}"


@dataclass(frozen=True, slots=True)
class Found:
    """The run behind a link: whose it is, and for whom and until when the link leads there."""

    run: str
    owner: str
    audience: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its owner sees it. `state` is in force, ended or taken back; `token` is empty where it cannot be read any more."""

    token: str
    run: str
    what: str
    model: str
    audience: str
    created: datetime
    ends: datetime | None
    state: str


def terms_of(allowed: str, longest: int) -> Terms:
    """Those of a portal that lets people share with `allowed` for at most `longest` days, 0 without an end."""
    days = [span for span in (7, 1, 30) if not longest or span <= longest]
    if not longest:
        days.append(0)
    return Terms(("team",) if allowed == "team" else ("team", "anybody"), tuple(days) or (longest,))


def read_offer(terms: Terms, *, audience: str, days: str) -> Offer:
    """The link a form asks for; what it leaves out is as the terms have it. Raises `Rejected`."""
    known = {str(number): number for number in terms.days}
    wanted: Audience | None = next((one for one in terms.audiences if one == (audience or terms.audiences[0])), None)
    if wanted is None:
        allowed = " or ".join(terms.audiences)
        raise Rejected("bad_message", f"This portal shares runs with {allowed} alone (PORTAL_SHARE_WITH).", "audience")
    if (days or str(terms.days[0])) not in known:
        told = ", ".join(str(number) for number in terms.days)
        raise Rejected("bad_message", f"A link lasts one of these numbers of days here: {told}.", "days")
    return Offer(wanted, known[days or str(terms.days[0])])


@transaction.atomic
def share(run: str, owner: str, offer: Offer, actor: Actor | None, insisted: str = "") -> str | None:
    """The token under which the run is shared; None where there is no record of it.

    One that is in force for the same people keeps its token, where that can still be read, and ends as this offer says.
    `insisted` is what was found in the run and said to be no secret. Raises `Rejected`.
    """
    take_turn(f"links:{owner[:60]}")
    record = Record.objects.select_for_update().filter(id=run, owner=owner).exclude(outcome="").first()
    if record is None:
        return None
    mine = in_force().filter(record__owner=owner)
    ends = now() + timedelta(days=offer.days) if offer.days else None
    there = mine.filter(record=record, audience=offer.audience).order_by("-created").first()
    token = open_link(there.sealed) if there is not None else ""
    if there is not None and token:
        there.ends = ends
        there.save(update_fields=["ends"])
    else:
        if mine.count() >= MOST_IN_FORCE:
            said = f"{MOST_IN_FORCE} links of yours are in force, the most that may. Take one back on /shared/."
            raise Rejected("too_many", said)
        token = new_token()
        Share.objects.create(
            key=key_of(token), sealed=seal_link(token), record=record, audience=offer.audience, created=now(), ends=ends
        )
    note(actor, "shared a run", run, "; ".join(filter(None, (str(offer), f"{mine.count()} in force", insisted))))
    return token


@transaction.atomic
def unshare(run: str, owner: str, actor: Actor | None) -> None:
    """Take every link to the run back: they lead nowhere from now on."""
    if in_force().filter(record_id=run, record__owner=owner).update(taken_back=now()):
        note(actor, "took back a link", run)


@transaction.atomic
def take_back(token: str, owner: str, actor: Actor | None, *, moderates: bool) -> bool:
    """Take one link back, that owner's or, for who `moderates`, anybody's. False where there is no such link."""
    found = in_force().filter(key=key_of(token)) if is_token(token) else Share.objects.none()
    if not moderates:
        found = found.filter(record__owner=owner)
    led_to = found.values_list("record_id", "record__owner").first()
    if led_to is None or not found.update(taken_back=now()):
        return False
    run, whose = led_to
    note(actor, "took back a link", run, "" if whose == owner else f"of {handle_of(whose)}")
    return True


def links_of(owner: str, run: str = "") -> list[Link]:
    """That owner's links, the newest first: all of them, or those to one run that are in force."""
    mine = in_force().filter(record_id=run) if run else Share.objects.all()
    found = mine.filter(record__owner=owner).select_related("record").order_by("-created")
    return [_link(share) for share in found.defer("record__body", "record__stats", "record__error")[:_MOST_LISTED]]


def find_shared(token: str, *, is_of_team: bool) -> Found | None:
    """The run behind a link, for whoever it is meant for."""
    if not is_token(token):
        return None
    found = in_force().filter(key=key_of(token))
    if not is_of_team:
        found = found.filter(audience="anybody")
    row = found.values_list("record_id", "record__owner", "audience", "ends").first()
    return Found(*row) if row else None


def is_token(text: str) -> bool:
    """Whether a text can be the token of a link."""
    return _TOKEN.fullmatch(text) is not None


def in_force() -> QuerySet[Share]:
    """The links that lead somewhere."""
    return Share.objects.filter(Q(ends=None) | Q(ends__gt=now()), taken_back=None)


def clear_old_links() -> None:
    """Forget those that have led nowhere for long."""
    before = now() - _LISTED_FOR
    Share.objects.filter(Q(ends__lt=before) | Q(taken_back__lt=before)).delete()


def _link(share: Share) -> Link:
    record = share.record
    state = "taken back" if share.taken_back else "ended" if share.ends and share.ends <= now() else "in force"
    what = f"{record.method} {record.path}"
    return Link(open_link(share.sealed), record.id, what, record.model, share.audience, share.created, share.ends, state)
