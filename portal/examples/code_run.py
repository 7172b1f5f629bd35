"""One reading of a block of code: how far it has come, the calls found, and whether what it reads now surely runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from portal.examples.calls import Call
from portal.examples.code_values import Scope
from portal.examples.limits import Clock, TooMuchError
from portal.examples.unknowns import Entries, Items, Unknown

MAX_STEPS = 15_000
MAX_DEPTH = 12


@dataclass(slots=True)
class Run:
    """The state of a reading. `perhaps` is why the statement being read may never run, None while it surely does."""

    call_function: Callable[..., object]
    clock: Clock
    calls: list[Call] = field(default_factory=list)
    possible_calls: list[Call] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)
    defined: list[Any] = field(default_factory=list)
    entered: set[object] = field(default_factory=set)
    active: list[object] = field(default_factory=list)
    perhaps: Unknown | None = None
    steps: int = 0
    depth: int = 0

    def step(self) -> None:
        """Count one more step of the reading."""
        self.steps += 1
        if self.steps % 100 == 0:
            self.clock.check()
            if self.steps > MAX_STEPS:
                raise TooMuchError

    def record(self, call: Call) -> Unknown:
        """Note a call that the block makes; what comes back is its answer, which nobody knows yet."""
        (self.calls if self.perhaps is None else self.possible_calls).append(call)
        return Unknown("answer", "answer")

    def change(self, container: object) -> bool:
        """Ask before changing a list or dict: when the change may never happen, its content is in doubt instead."""
        if self.perhaps is None:
            return True
        if isinstance(container, (Items, Entries)):
            container.doubt = self.perhaps
        return False

    @contextmanager
    def maybe(self, why: Unknown, scope: Scope) -> Iterator[None]:
        """Read statements that may or may not run; names they set are unknown afterwards."""
        before = [(place, dict(place.names)) for place in _reach(scope)]
        outside = self.perhaps
        self.perhaps = outside or why
        try:
            yield
        finally:
            self.perhaps = outside
            for place, names in before:
                for name, value in place.names.items():
                    if name in names and names[name] is not value and not _are_equal(names[name], value):
                        place.names[name] = Unknown(name, (outside or why).why)


def _reach(scope: Scope) -> Iterator[Scope]:
    """A scope and those around it, as far as a statement is likely to set names."""
    place: Scope | None = scope
    for _ in range(8):
        if place is None:
            return
        yield place
        place = place.parent


def _are_equal(one: object, other: object) -> bool:
    plain = (str, int, float, bool, type(None))
    return isinstance(one, plain) and isinstance(other, plain) and type(one) is type(other) and one == other
