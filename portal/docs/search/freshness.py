"""What the index lacks: the sources there are against those that are held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from portal.docs.search.values import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is searched: what it is held under, what changes when it has to be read again, and how it is read.

    `modified` is in nanoseconds. `read` raises `Unreadable`; then the file is found by nothing but `passages_without`.
    """

    key: str
    stamp: str
    modified: int
    read: Callable[[], list[Passage]] = field(compare=False)
    passages_without: Callable[[], list[Passage]] = field(default=list, compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Sources to index, what was edited last first, and keys of those that are gone."""

    stale: tuple[Source, ...]
    gone: tuple[str, ...]


def compare(sources: Iterable[Source], held: Mapping[str, str]) -> Difference:
    """What has to happen for `held` to be what `sources` are."""
    stamps: dict[str, str] = {}
    stale: list[Source] = []
    for source in sources:
        stamps[source.key] = source.stamp
        if held.get(source.key) != source.stamp:
            stale.append(source)
    stale.sort(key=lambda source: -source.modified)
    return Difference(tuple(stale), tuple(key for key in held if key not in stamps))
