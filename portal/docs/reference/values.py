"""The values the reference speaks in: what an OpenAPI document says, resolved, checked and ready to be shown.

Every `description` is safe HTML, made by the `Describe` the reading was given. Every `anchor` is an id, unique on its
page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.examples.values import Example

# From markdown, the anchor it is under and the level of its highest headings to safe HTML; "" for blank text.
Describe = Callable[[str, str, int], str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the document that cannot be shown as it is meant. `where` is the way to it, `line` is from 1."""

    where: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A short statement about a field: `label` in words, then `values` as they are written in JSON or as text."""

    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a request or an answer, and what is inside of it.

    `type` is in words (`array of string`), without the name of the named schema it shows, which is `schema`; `link`
    leads to that schema's own place. `more` says why what is inside is not shown here. `problem` is a sentence.
    """

    name: str
    anchor: str
    type: str = ""
    schema: str = ""
    link: str = ""
    description: str = ""
    marks: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    fields: tuple[Field, ...] = ()
    choices: tuple[Choice, ...] = ()
    more: str = ""
    problem: str = ""

    @property
    def holds(self) -> str:
        """What there is to unfold, in words."""
        parts = [_count(len(self.fields), "field")] if self.fields else []
        parts += [_count(len(choice.fields), "form") for choice in self.choices]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """Forms a value can take. `rule` is `One of` or `Any of`; `by` names the field that tells which it is."""

    rule: str
    fields: tuple[Field, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An example value as text. `made` is true when it was made from the schema because the document gives none."""

    label: str
    text: str
    lang: str = "json"
    made: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one media type."""

    media_type: str
    anchor: str
    field: Field | None
    examples: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries."""

    anchor: str
    description: str = ""
    required: bool = False
    contents: tuple[Content, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `status` is a code, a range (`4XX`) or `default`."""

    status: str
    anchor: str
    description: str = ""
    headers: tuple[Field, ...] = ()
    contents: tuple[Content, ...] = ()
    problem: str = ""

    @property
    def is_error(self) -> bool:
        """True for client and server errors."""
        return self.status[:1] in {"4", "5"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters in one place of a request: `title` says which."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A request as code, and what can be run of it. `name` is an id; `made` as with `Shown`."""

    name: str
    label: str
    lang: str
    text: str
    example: Example | None = None
    made: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation as the lists show it. `url` leads to it."""

    anchor: str
    method: str
    path: str
    summary: str
    url: str
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """What the server sends by itself because of an operation. `path` is the address it is told, as an expression."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str = ""
    body: Body | None = None
    responses: tuple[Response, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, whole. `needs` are the ways to be let in, any of which will do.

    A webhook is what the server asks of others; its path is a name.
    """

    entry: Entry
    description: str = ""
    parameters: tuple[Parameters, ...] = ()
    body: Body | None = None
    responses: tuple[Response, ...] = ()
    samples: tuple[Sample, ...] = ()
    needs: tuple[str, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    more_url: str = ""
    is_webhook: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Operations under one tag. `name` is empty when the document uses no tags."""

    name: str
    anchor: str
    description: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A named schema as the lists show it."""

    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a document: groups of operations, or named schemas. `slug` ends its address; the first page's is empty.
    """

    slug: str
    title: str
    url: str
    groups: tuple[Group, ...] = ()
    schemas: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """An address requests go to, its variables at their defaults. `description` is plain text."""

    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to read in a document, and on which page.

    With `is_split` the first part has no operations of its own: it lists those of the others.
    """

    title: str
    version: str
    servers: tuple[Server, ...]
    parts: tuple[Part, ...]
    is_split: bool

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group of the document, whatever page it is on."""
        return tuple(group for part in self.parts for group in part.groups)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
