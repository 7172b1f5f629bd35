"""What people of a team say of a run that is shared: plain text, theirs to change and to take back.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from portal.runs.models import Comment, Record
from portal.runs.orders import Rejected
from portal.team.audit import Actor, note
from portal.team.models import Person
from portal.team.throttling import Rate, take
from portal.team.turns import take_turn

LONGEST = 2000
MOST_OF_RUN = 200
# Ten in a row, and then one every half minute.
_OFTEN = Rate(10, 30)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]{1,500}")
# Marks that turn the direction of the text after them, beyond what they stand in.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comment; `address` is where it leads, empty for plain text."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as a reader sees it. It is theirs, or theirs to take away."""

    id: int
    name: str
    handle: str
    text: str
    pieces: tuple[Piece, ...]
    created: datetime
    changed: datetime | None
    is_mine: bool
    is_mine_to_delete: bool


def read_text(text: str) -> str:
    """A comment as it is kept. Raises `Rejected`."""
    plain = _TURNING.sub("", text.replace("\r\n", "\n")).strip()
    if not plain:
        raise Rejected("bad_message", "There is nothing in this comment, so it was not kept.", "text")
    if len(plain) > LONGEST:
        raise Rejected("bad_message", f"A comment has at most {LONGEST:,} characters, and this one {len(plain):,}.", "text")
    if any(c < " " and c not in "\n\t" for c in plain) or not _is_text(plain):
        raise Rejected("bad_message", "There is a character in this comment that is no text.", "text")
    return plain


def add(run: str, actor: Actor, text: str, insisted: str = "") -> int:
    """Keep a comment; its number. `insisted` is what was found in it and said to be no secret. Raises `Rejected`."""
    author = author_of(actor.handle)
    if wait := take(f"comment:{author.id}", _OFTEN):
        raise Rejected("over_limit", f"That is many comments in a short time. Try again in {wait} seconds.", wait=wait)
    with transaction.atomic():
        take_turn(f"comments:{run}")
        if not Record.objects.select_for_update().filter(id=run).exists():
            raise Rejected("no_such_run", "The run was deleted, so nothing can be said of it any more.")
        if Comment.objects.filter(record_id=run).count() >= MOST_OF_RUN:
            raise Rejected("too_many", f"This run has {MOST_OF_RUN} comments, the most that may.")
        made = Comment.objects.create(record_id=run, author=author, text=text, created=now())
        note(actor, "commented on a run", run, insisted)
    return made.id


@transaction.atomic
def change(number: int, actor: Actor, text: str, insisted: str = "") -> str:
    """Say it otherwise; the run it is about. Raises `Rejected` where it is not theirs."""
    found = Comment.objects.filter(id=number, author__handle=actor.handle).first()
    if found is None:
        raise no_such_comment()
    found.text, found.changed = text, now()
    found.save(update_fields=["text", "changed"])
    note(actor, "changed a comment", found.record_id, insisted)
    return found.record_id


@transaction.atomic
def delete(number: int, actor: Actor, *, moderates: bool) -> str:
    """Take a comment away, one of theirs or, for who `moderates`, anybody's; the run it was about. Raises `Rejected`."""
    found = Comment.objects.select_for_update(of=("self",)).select_related("author").filter(id=number)
    if not moderates:
        found = found.filter(author__handle=actor.handle)
    one = found.first()
    if one is None:
        raise no_such_comment()
    one.delete()
    note(actor, "deleted a comment", one.record_id, "" if one.author.handle == actor.handle else f"of {one.author.handle}")
    return one.record_id


def comments_of(run: str, handle: str, *, moderates: bool) -> list[Said]:
    """All of a run, the oldest first, for whoever has that handle."""
    found = Comment.objects.filter(record_id=run).select_related("author").order_by("id")
    return [_said(one, one.author.handle == handle, moderates=moderates) for one in found[:MOST_OF_RUN]]


def export_comments(handle: str) -> list[dict[str, object]]:
    """Everything somebody said."""
    mine = Comment.objects.filter(author__handle=handle).order_by("id")
    return [dict(row) for row in mine.values("record_id", "text", "created", "changed")]


def pieces_of(text: str) -> tuple[Piece, ...]:
    """A text with the addresses in it as links; what ends a sentence is none of them."""
    pieces, at = [], 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?)]}")
        pieces += [Piece(text[at : found.start()]), Piece(address, address)]
        at = found.start() + len(address)
    return tuple(piece for piece in [*pieces, Piece(text[at:])] if piece.text)


def no_such_comment() -> Rejected:
    """The same for one that is not there and one that is another's."""
    return Rejected("no_such_comment", "There is no such comment of yours; it may have been deleted.")


def _said(one: Comment, is_mine: bool, *, moderates: bool) -> Said:
    name, handle, pieces = one.author.name, one.author.handle, pieces_of(one.text)
    return Said(one.id, name, handle, one.text, pieces, one.created, one.changed, is_mine, is_mine or moderates)


def author_of(handle: str) -> Person:
    """Whoever has that handle and may still write something. Raises `Rejected`."""
    found = Person.objects.filter(handle=handle, suspended=None).first()
    if found is None:
        raise Rejected("sign_in", "You are signed out.")
    return found


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x7f" not in text
