"""What searching speaks in: passages that are indexed, and answers."""

from __future__ import annotations

from dataclasses import dataclass

# Text in pieces, each with whether it is marked as matching.
Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of a page, or a part of a long one. `path` is its headings below the page's title, its own last.

    `opens` is true of the first passage of a page, which answers for the page's title, `begins` of the first of a
    section, which answers for its heading; both matter when it is indexed and are not known of one that was found.
    """

    page: str
    url: str
    title: str
    anchor: str
    path: tuple[str, ...]
    text: str
    opens: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found: `url` leads to it and says what to mark there, `path` is its headings."""

    url: str
    path: tuple[Marked, ...]
    snippet: Marked


@dataclass(frozen=True, slots=True)
class PageHits:
    """The sections found on one page, best first. `where` names the folders the page is in."""

    url: str
    title: Marked
    where: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing is: `done` pages `of` those there are."""

    done: int = 0
    of: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all there is can be found."""
        return self.done >= self.of


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found. `total` counts sections; `milliseconds` is the time it took.

    `instead` is the query with its misspelt words corrected, where that was needed to find anything; `is_partial` says
    that no section has all the words; `left_out` how many words at the query's end were not looked for.
    """

    query: str
    pages: tuple[PageHits, ...] = ()
    total: int = 0
    instead: str = ""
    is_partial: bool = False
    left_out: int = 0
    indexing: Progress | None = None
    milliseconds: float = 0.0
