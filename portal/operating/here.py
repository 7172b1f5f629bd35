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
from portal.operating.observing import Application, Message, Observed
from portal.operating.siblings import Siblings
from portal.operating.telling import TellRuns, tell_request
from portal.runs.here import keeper, registry
from portal.runs.orders import refused
from portal.runs.registry import Run
from portal.sockets import tally
from portal.team.here import is_team, recognition
from portal.team.readers import ALONE
from portal.team.recognition import cookies_of


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
# With nothing to be told of, nobody stands before the site.
is_observed = settings.PORTAL_LOG == "json" or settings.PORTAL_LOG_REQUESTS
tells_all = settings.PORTAL_LOG_REQUESTS
siblings = Siblings(settings.PORTAL_WORKER, settings.PORTAL_WORKER_DOORS)
figures = Figures(collected, siblings)


def _after(first: Callable[[Run], None], then: Callable[[Run], None]) -> Callable[[Run], None]:
    def both(run: Run) -> None:
        first(run)
        then(run)

    return both


registry.on_end = _after(registry.on_end, meters.note_end)
if settings.PORTAL_LOG_REQUESTS:
    registry.on_end = _after(registry.on_end, TellRuns(models))


def who(scope: Message) -> str:
    """The id of the reader behind a connection, where it can be told without waiting."""
    if not is_team:
        return ALONE
    reader = recognition.at_once(cookies_of(scope.get("headers", ())))
    return reader.id if reader else ""


def observed(application: Application) -> Application:
    """The application with somebody before it who tells of requests, where they are to be told of."""
    around = [tell_request] if settings.PORTAL_LOG_REQUESTS else []
    return Observed(application, who, around) if is_observed else application


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
