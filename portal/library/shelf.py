"""The saved requests in the database. Everything here blocks and belongs in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from portal.library.entries import Draft, Entry, Wanted
from portal.library.models import Saved
from portal.runs.comments import author_of
from portal.runs.orders import Rejected
from portal.team.audit import Actor, note
from portal.team.throttling import Rate, take
from portal.team.turns import take_turn

MOST_OF_ONE, MOST_IN_ALL = 200, 2000
IN_PART = 50
# Twenty in a row, and then one every ten seconds.
_OFTEN = Rate(20, 10)


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of the library, whether another follows, and what there is to filter by; authors by handle and name."""

    entries: Sequence[Entry]
    has_more: bool
    pages: Sequence[str]
    endpoints: Sequence[str]
    authors: Sequence[tuple[str, str]]


def save(draft: Draft, actor: Actor | None, insisted: str = "") -> int:
    """Keep a request; its number. `insisted` is what was found in it and said to be no secret. Raises `Rejected`."""
    author = author_of(actor.handle) if actor else None
    if author and (wait := take(f"save:{author.id}", _OFTEN)):
        raise Rejected("over_limit", f"That is many requests in a short time. Try again in {wait} seconds.", wait=wait)
    with transaction.atomic():
        take_turn("library")
        if Saved.objects.count() >= MOST_IN_ALL:
            raise Rejected("too_many", f"The library has {MOST_IN_ALL:,} requests, the most that may. Delete one first.")
        if author and Saved.objects.filter(author=author).count() >= MOST_OF_ONE:
            raise Rejected("too_many", f"You have saved {MOST_OF_ONE} requests, the most that may. Delete one first.")
        source, moment = draft.order.source, now()
        made = Saved(author=author, created=moment, page=source.page, example=source.example)
        _fill(made, draft)
        made.save()
        note(actor, "saved a request", _about(made.id), insisted)
    return made.id


@transaction.atomic
def change(number: int, draft: Draft, actor: Actor | None, insisted: str = "", *, tends: bool) -> None:
    """Another name, note or request, of one's own or, for who `tends` the library, of anybody's. Raises `Rejected`."""
    found = _theirs(number, actor, tends=tends)
    _fill(found, draft)
    found.save()
    note(actor, "changed a saved request", _about(number), "; ".join(filter(None, (_whose(found, actor), insisted))))


@transaction.atomic
def delete(number: int, actor: Actor | None, *, tends: bool) -> None:
    """Take one away, one's own or, for who `tends` the library, anybody's. Raises `Rejected`."""
    found = _theirs(number, actor, tends=tends)
    found.delete()
    note(actor, "deleted a saved request", _about(number), _whose(found, actor))


def find(number: int) -> Entry:
    """One of them. Raises `Rejected`."""
    found = Saved.objects.select_related("author").filter(id=number).first()
    if found is None:
        raise no_such_entry()
    return _entry(found)


def look(wanted: Wanted) -> Listing:
    """Those that are like that, what was changed last first."""
    found = _chosen(wanted).select_related("author").order_by("-changed", "-id").defer("body")
    start = (wanted.part - 1) * IN_PART
    rows = list(found[start : start + IN_PART + 1])
    entries = [_entry(row, with_body=False) for row in rows[:IN_PART]]
    if wanted.of is not None:
        return Listing(entries, len(rows) > IN_PART, (), (), ())
    every = Saved.objects.all()
    pages = every.exclude(example="").order_by("page").values_list("page", flat=True).distinct()
    endpoints = every.order_by("method", "path").values_list("method", "path").distinct()
    authors = every.exclude(author=None).order_by("author__name").values_list("author__handle", "author__name").distinct()
    return Listing(entries, len(rows) > IN_PART, list(pages), [f"{method} {path}" for method, path in endpoints], list(authors))


def export_saved(handle: str) -> list[dict[str, object]]:
    """Everything somebody saved."""
    fields = ("name", "note", "upstream", "method", "path", "body", "page", "example", "created", "changed")
    return [dict(row) for row in Saved.objects.filter(author__handle=handle).order_by("id").values(*fields)]


def no_such_entry() -> Rejected:
    """The same for one that is not there and one that is another's to change."""
    return Rejected("no_such_entry", "There is no such request in the library that you may change; it may have been deleted.")


def _chosen(wanted: Wanted) -> QuerySet[Saved]:
    found = Saved.objects.all()
    if wanted.of is not None:
        found = found.filter(page=wanted.of).exclude(example="")
    if wanted.page:
        found = found.filter(page=wanted.page).exclude(example="")
    if wanted.author:
        found = found.filter(author__handle=wanted.author)
    if wanted.endpoint:
        method, _, path = wanted.endpoint.partition(" ")
        found = found.filter(method=method, path=path)
    for word in wanted.words.split()[:8]:
        fields = ("name", "note", "path", "model", "page", "author__name")
        found = found.filter(Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR))
    return found


def _fill(saved: Saved, draft: Draft) -> None:
    order = draft.order
    saved.name, saved.note, saved.body, saved.changed = draft.name, draft.note, draft.body, now()
    saved.upstream, saved.method, saved.path = order.upstream.name, order.endpoint.method, order.path
    saved.model = order.model or ""


def _about(number: int) -> str:
    return f"library/{number}"


def _whose(saved: Saved, actor: Actor | None) -> str:
    author = saved.author
    return f"of {author.handle}" if author and actor and author.handle != actor.handle else ""


def _theirs(number: int, actor: Actor | None, *, tends: bool) -> Saved:
    found = Saved.objects.select_for_update(of=("self",)).select_related("author").filter(id=number)
    if not tends:
        found = found.filter(author__handle=actor.handle if actor else "")
    one = found.first()
    if one is None:
        raise no_such_entry()
    return one


def _entry(saved: Saved, *, with_body: bool = True) -> Entry:
    author = saved.author
    return Entry(
        saved.id, saved.name, saved.note, saved.upstream, saved.method, saved.path, saved.model, saved.body if with_body else "",
        saved.page, saved.example, author.name if author else "", author.handle if author else "", saved.created, saved.changed,
    )  # fmt: skip
