"""Values that are made from a file, kept while it stays as it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values made last, each for as long as its file stays as it was; together they weigh at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._weight = 0
        self._values: OrderedDict[Hashable, tuple[Hashable, Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, signature: Hashable) -> Value | None:
        """The value for `key` if it was made for `signature`."""
        found = self._values.get(key)
        return found[1] if found and found[0] == signature else None

    def put(self, key: Hashable, signature: Hashable, value: Value, weight: int) -> Value:
        """Keep `value`, and let the oldest go."""
        with self._lock:
            before = self._values.pop(key, None)
            self._values[key] = (signature, value, weight)
            self._weight += weight - (before[2] if before else 0)
            while self._weight > self.most and len(self._values) > 1:
                self._weight -= self._values.popitem(last=False)[1][2]
        return value
