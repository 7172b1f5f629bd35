"""Whether an upstream has been answering, so that a dead one costs one run its wait and not every run."""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.ollama.errors import Unreachable
from portal.ollama.upstreams import Upstream

FAILURES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


class Breaker:
    """Opens after `FAILURES` connections in a row that were not made; then one run at a time tries again, ever more rarely."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._closed_until_again = 0.0

    @property
    def pause(self) -> float:
        """Seconds between two tries, as things stand; 0 while the upstream counts as well."""
        return 0.0 if self._failures < FAILURES else min(_FIRST_PAUSE * 2.0 ** (self._failures - FAILURES), _LONGEST_PAUSE)

    def check(self, upstream: Upstream) -> None:
        """Raises `Unreachable` at once while the upstream is given a rest; who passes is the one that tries."""
        left = self._closed_until_again - self._clock()
        if not self.pause:
            return
        if left > 0:
            raise Unreachable(
                f"Nothing has answered at {upstream.origin} for the last {self._failures} runs, so nothing was sent; "
                f"it is tried again in {max(left, 1):.0f} s.",
                "Start Ollama there, then run it again.",
            )
        self.rest()

    @property
    def has_failed(self) -> bool:
        """Whether the last connection was not made."""
        return self._failures > 0

    def rest(self) -> None:
        """Let nobody else try until the pause is over."""
        self._closed_until_again = self._clock() + self.pause

    def note_failure(self) -> None:
        """A connection was not made."""
        self._failures += 1
        self.rest()

    def note_answer(self) -> None:
        """Something answered, whatever it said."""
        self._failures, self._closed_until_again = 0, 0.0
