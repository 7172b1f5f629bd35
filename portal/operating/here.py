"""The figures of this process, for the door and for who serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from django.conf import settings
from prometheus_client import CollectorRegistry, ProcessCollector

from portal.dashboard.here import watch
from portal.operating.figures import Figures
from portal.operating.gauges import Gauges, Looks, Sockets
from portal.operating.labels import ModelLabels
from portal.operating.lag import watch_lag
from portal.operating.meters import CountLines, Meters
from portal.operating.siblings import Siblings
from portal.runs.here import keeper, registry
from portal.runs.orders import refused
from portal.runs.registry import Run
from portal.sockets import tally


def _sockets() -> Sockets:
    return Sockets(tally.open, {"slow": tally.slow, "silent": tally.silent})


looks = Looks(
    upstreams=watch.of, runs=registry.under_way, sockets=_sockets, refused=lambda: refused,
    database=lambda: None if keeper is None else keeper.trouble,
    redis=lambda: registry.trouble if settings.PORTAL_REDIS_URL else None,
)  # fmt: skip
models = ModelLabels(lambda: (model.name for health in watch.of() for model in health.models))
collected = CollectorRegistry()
meters = Meters(collected, models)
collected.register(Gauges(looks))
ProcessCollector(registry=collected)
siblings = Siblings(settings.PORTAL_WORKER, settings.PORTAL_WORKER_DOORS)
figures = Figures(collected, siblings)


def _after(first: Callable[[Run], None], then: Callable[[Run], None]) -> Callable[[Run], None]:
    def both(run: Run) -> None:
        first(run)
        then(run)

    return both


registry.on_end = _after(registry.on_end, meters.note_end)


@asynccontextmanager
async def metering() -> AsyncIterator[None]:
    """Count, and tell the other workers, while the server runs."""
    counting = CountLines(meters.messages)
    logging.getLogger().addHandler(counting)
    await siblings.open(settings.PORTAL_WORKER_DOOR)
    watching = asyncio.create_task(watch_lag(meters.lag.observe), name="watch the loop")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        await siblings.aclose()
        logging.getLogger().removeHandler(counting)
