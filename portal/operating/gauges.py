"""What is looked at when somebody asks: runs under way, sockets, upstreams, and what the portal stands on."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from portal.dashboard.health import Health
from portal.runs.registry import Run

_STATES = ("queued", "connecting", "waiting", "streaming")


@dataclass(frozen=True, slots=True)
class Sockets:
    """How many are open now, and how many readers were cut so far, by why."""

    open: int
    cut: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Looks:
    """Where to look. `database` and `redis` say what is wrong with each, nothing where all is well, None where there is none."""

    upstreams: Callable[[], Sequence[Health]]
    runs: Callable[[], Sequence[Run]]
    sockets: Callable[[], Sockets]
    refused: Callable[[], Mapping[str, int]]
    database: Callable[[], str | None]
    redis: Callable[[], str | None]


class Gauges(Collector):
    """Looks at `looks` each time it is asked."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks

    def collect(self) -> Iterator[Metric]:
        """Every figure, as it is now."""
        yield from self._runs()
        yield from self._sockets()
        yield from self._upstreams()
        yield from self._stands_on()

    def _runs(self) -> Iterator[Metric]:
        names = [health.upstream.name for health in self._looks.upstreams()]
        live = Tally((run.upstream.name, run.state) for run in self._looks.runs())
        found = GaugeMetricFamily("portal_runs_live", "Runs under way; those queued wait.", labels=("upstream", "state"))
        for name in names:
            for state in _STATES:
                found.add_metric((name, state), live[name, state])
        yield found
        refused = CounterMetricFamily("portal_refusals", "What was refused before it was sent, by its code.", labels=("code",))
        for code, number in self._looks.refused().items():
            refused.add_metric((code,), number)
        yield refused

    def _sockets(self) -> Iterator[Metric]:
        sockets = self._looks.sockets()
        yield GaugeMetricFamily("portal_sockets_open", "Websockets that are open.", value=sockets.open)
        cut = CounterMetricFamily("portal_readers_cut", "Sockets closed on readers who took, or said, nothing.", labels=("why",))
        for why, number in sockets.cut.items():
            cut.add_metric((why,), number)
        yield cut

    def _upstreams(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("portal_upstream_up", "Whether the upstream answered the latest look at it.", labels=("upstream",))
        latency = GaugeMetricFamily("portal_upstream_latency_seconds", "How long that answer took.", labels=("upstream",))
        for health in self._looks.upstreams():
            if health.state != "unknown":
                up.add_metric((health.upstream.name,), health.state == "up")
            if health.latency_ms is not None:
                latency.add_metric((health.upstream.name,), health.latency_ms / 1000)
        yield up
        yield latency

    def _stands_on(self) -> Iterator[Metric]:
        for name, trouble in (("database", self._looks.database()), ("redis", self._looks.redis())):
            if trouble is not None:
                yield GaugeMetricFamily(f"portal_{name}_up", f"Whether the {name} can be used.", value=not trouble)
