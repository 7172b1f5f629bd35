"""Pages as they came out of their templates, for requests that go the whole way, as those for a partly personal page do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping

from portal.keeping import tag_of

_MOST_BYTES = 32 << 20
_LARGEST = 1 << 20


class Composed:
    """Keeps what was composed until its state is another; what was asked for longest ago gives way. For one thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[str, bytes, Mapping[str, str]]] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, state: str) -> tuple[bytes, Mapping[str, str]] | None:
        """What was composed in this state and its headers, or None."""
        found = self._kept.get(key)
        if found is None or found[0] != state:
            return None
        self._kept.move_to_end(key)
        return found[1:]

    def take(self, key: Hashable, state: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Keep what was composed from a state that was there before, and its headers with an ETag."""
        if len(content) > _LARGEST:
            return
        before = self._kept.pop(key, None)
        self._size += len(content) - (len(before[1]) if before else 0)
        self._kept[key] = (state, content, {**headers, "ETag": tag_of(content).decode()})
        while self._size > _MOST_BYTES:
            _, (_, oldest, _) = self._kept.popitem(last=False)
            self._size -= len(oldest)
