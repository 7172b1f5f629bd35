"""The values rendering speaks in: what goes in by way of callables, and all that is known of a page afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

LinkState = Literal["ok", "dead", "outside", "external"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: `level` 1-6, `text` plain, `anchor` GitHub's, unique on the page and never empty."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block. `info` is the whole info string, `lang` its first word in lower case, `text` the code untouched.

    `line` is the opening fence's line in the file, from 1; `index` the block's place among the page's fences, from 0.
    `label` is the caption an info string like `bash Title.sh` gives, "" where it gives none; `comment` the text of the
    HTML comment right before the block, "" where there is none.
    """

    lang: str
    info: str
    text: str
    line: int
    index: int
    label: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or picture with its address as the document writes it. `text` is the link's text or the picture's alt.

    `is_mention` is True where the document has the name of another in its text, and no link.
    """

    href: str
    line: int
    is_image: bool
    text: str
    is_mention: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """Where a link leads once the caller has looked. `width` and `height` are a picture's in pixels, where known."""

    href: str
    state: LinkState = "ok"
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The plain text under one heading. `path` is the headings that lead to it, itself last."""

    anchor: str
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something a writer will want to know. `line` is from 1, `code` a fixed word, `message` a sentence."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page: safe HTML and what was found on the way. `title` is the front matter's, else the first heading's.

    `opening` is the first sentences of its text, plain and at most 200 characters; "" where it has no paragraph.
    `parts` is for whoever reads its parts: the name of each file taken in, with the time and size it then had.
    """

    html: str
    title: str
    front_matter: Mapping[str, object] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    fences: tuple[Fence, ...] = ()
    links: tuple[Link, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    plain: tuple[Section, ...] = ()
    parts: tuple[tuple[str, tuple[int, int]], ...] = ()
    opening: str = ""


ResolveLink = Callable[[str, bool], ResolvedLink | str]
ResolveMention = Callable[[str], ResolvedLink | str | None]
ReadPart = Callable[[str], str | None]
DrawFence = Callable[[Fence, str], str]
DrawFences = Callable[[Sequence[Fence]], Sequence[Callable[[str], str] | None]]
