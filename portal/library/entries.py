"""What the library is asked for and told: a request to save, what to look for, an entry as a reader sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.runs.orders import Order, Rejected

LONGEST_NAME, LONGEST_NOTE = 80, 2000
LARGEST_BODY = 256 << 10
_FIELDS = frozenset(("name", "note", "request", "source", "no_secret"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A request somebody wants to save: everything in it was checked."""

    name: str
    note: str
    order: Order

    @property
    def body(self) -> str:
        """The JSON text that is sent."""
        return (self.order.content or b"").decode()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: empty fields leave it open. `of` is the page they belong to; `part` counts from 1."""

    words: str = ""
    page: str = ""
    endpoint: str = ""
    author: str = ""
    of: str | None = None
    part: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A saved request. `author` is a name, `handle` theirs; both empty alone on the machine."""

    id: int
    name: str
    note: str
    upstream: str
    method: str
    path: str
    model: str
    body: str
    page: str
    example: str
    author: str
    handle: str
    created: datetime
    changed: datetime

    @property
    def pretty(self) -> str:
        """The body, indented."""
        return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False) if self.body else ""

    def as_json(self) -> dict[str, object]:
        """What a list tells of it."""
        told = ("id", "name", "note", "upstream", "method", "path", "model", "page", "example", "author", "changed")
        return {name: getattr(self, name) for name in told}


def read_draft(fields: Mapping[str, object], order: Order) -> Draft:
    """A name, a note and a request that was looked up. Raises `Rejected`."""
    name = " ".join(_text(fields, "name").split())
    note = _text(fields, "note").replace("\r\n", "\n").strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Rejected("bad_message", f"A name has 1 to {LONGEST_NAME} characters, all of which can be seen.", "name")
    if len(note) > LONGEST_NOTE or any(c < " " and c not in "\n\t" for c in note):
        raise Rejected("bad_message", f"A note is text of at most {LONGEST_NOTE:,} characters.", "note")
    if len(order.content or b"") > LARGEST_BODY:
        size = len(order.content or b"")
        raise Rejected("bad_message", f"This request has {size:,} bytes; at most {LARGEST_BODY:,} are saved.", "request.body")
    try:
        (name + note).encode()
    except UnicodeEncodeError:
        raise Rejected("bad_message", "There is half a character in the name or the note.", "name") from None
    return Draft(name, note, order)


def check_fields(message: Mapping[str, object]) -> None:
    """Refuse a message with more in it than a request to save has. Raises `Rejected`."""
    if strays := sorted(set(message) - _FIELDS):
        raise Rejected("bad_message", f"There is no field “{strays[0][:40]}” here, so nothing was saved.", strays[0][:40])


def _text(fields: Mapping[str, object], name: str) -> str:
    found = fields.get(name, "")
    if not isinstance(found, str):
        raise Rejected("bad_message", f"“{name}” must be a text.", name)
    return found
