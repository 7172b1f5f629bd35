"""The roads an order may take: its own upstream and those that stand in for it, each with its lane and its breaker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal.ollama.memory import Memory
from portal.ollama.upstreams import Upstream
from portal.runs.breakers import Breaker
from portal.runs.lanes import Lane, LaneInMemory
from portal.runs.orders import Order

AT_ONCE, LONGEST_ROW = 8, 100
# Questions no model has to think about are quick; they need not stand behind answers that take minutes.
_QUICK_AT_ONCE = 32
_LONGEST_HOLD = 30.0
# What a proxy or an upstream says when it cannot take a request just now: another may.
OVERLOADED = frozenset({429, 502, 503, 504})


@dataclass(slots=True)
class Road:
    """One upstream as one order may use it. `holds` counts how often in a row it asked for a pause."""

    upstream: Upstream
    lane: Lane
    breaker: Breaker
    memory: Memory = field(default_factory=Memory)
    holds: list[float] = field(default_factory=list)

    def note_status(self, status: int, retry_after: str) -> None:
        """Take note of an answer's head; one that is overloaded gets a pause, which everybody shares."""
        self.breaker.note_answer()
        if status not in (429, 503):
            self.holds.clear()
            return
        asked = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.5 * 2.0 ** len(self.holds)
        self.holds.append(min(asked, _LONGEST_HOLD))
        self.lane.hold(self.holds[-1])


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many runs an upstream gets at once, by its name ("" for the others), and how many may wait for it."""

    at_once: Mapping[str, int] = field(default_factory=lambda: {"": AT_ONCE})
    longest_row: int = LONGEST_ROW


class Roads:
    """All roads of this server. `stand_ins` names, for an upstream, those to try when it cannot take a request."""

    def __init__(
        self, upstreams: Mapping[str, Upstream] | None = None, bounds: Bounds | None = None,
        stand_ins: Mapping[str, Sequence[str]] | None = None,
        make_lane: Callable[[str, int, int], Lane] = lambda name, at_once, longest: LaneInMemory(at_once, longest),
        make_breaker: Callable[[str], Breaker] = lambda name: Breaker(),
    ) -> None:  # fmt: skip
        self._upstreams, self._bounds = upstreams or {}, bounds or Bounds()
        self._stand_ins, self._make_lane, self._make_breaker = stand_ins or {}, make_lane, make_breaker
        self._roads: dict[tuple[str, bool], Road] = {}
        self._breakers: dict[str, Breaker] = {}
        self._memories: dict[str, Memory] = {}

    def of(self, order: Order) -> list[Road]:
        """The roads this order may take, in the order in which they are tried. What changes a server goes to that one only."""
        others = () if order.endpoint.changes_server else self._stand_ins.get(order.upstream.name, ())
        allowed = [name for name in others if name in self._upstreams and name not in order.barred]
        upstreams = [order.upstream, *(self._upstreams[name] for name in allowed)]
        return [self._road(upstream, is_quick=order.endpoint.needs is None) for upstream in upstreams]

    def _road(self, upstream: Upstream, *, is_quick: bool) -> Road:
        name = upstream.name
        road = self._roads.get((name, is_quick))
        if road is None:
            at_once = _QUICK_AT_ONCE if is_quick else self._bounds.at_once.get(name, self._bounds.at_once.get("", AT_ONCE))
            lane = self._make_lane(f"{name}:quick" if is_quick else name, at_once, self._bounds.longest_row)
            if name not in self._breakers:
                self._breakers[name] = self._make_breaker(name)
            road = Road(upstream, lane, self._breakers[name], self._memories.setdefault(name, Memory()))
            self._roads[name, is_quick] = road
        # The engine beside the portal gets its address when it starts.
        return road if road.upstream == upstream else replace(road, upstream=upstream)
