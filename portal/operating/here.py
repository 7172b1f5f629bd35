"""The figures of this process, for the door and for who serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from prometheus_client import CollectorRegistry, ProcessCollector

from portal.dashboard.here import watch
from portal.operating.figures import Figures
from portal.operating.gauges import Gauges, Looks, Sockets
from portal.operating.labels import ModelLabels
from portal.operating.lag import watch_lag
from portal.operating.meters import CountLines, Meters
from portal.operating.observing import Application, Around, Message, Observed
from portal.operating.siblings import Siblings
from portal.operating.telling import TellRuns, tell_request
from portal.runs.here import keeper, registry
from portal.runs.orders import refused
from portal.runs.registry import Run
from portal.sockets import tally
from portal.team.here import is_team, recognition
from portal.team.readers import ALONE
from portal.team.recognition import cookies_of

if TYPE_CHECKING:
    from portal.operating.tracing import Tracing


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
logger = logging.getLogger(__name__)


def _tracing() -> Tracing | None:
    if not settings.PORTAL_TRACES:
        return None
    try:
        from portal.operating.tracing import Tracing
    except ModuleNotFoundError as missing:
        logger.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the package %s is not installed, so nothing is traced. "
            "Run: pip install -r requirements-tracing.txt -c constraints.txt", missing.name,
        )  # fmt: skip
        return None
    return Tracing(models, settings.PORTAL_WORKER)


tracing = _tracing()
# With nothing to be told of, nobody stands before the site.
tells_all = settings.PORTAL_LOG_REQUESTS or tracing is not None
is_observed = settings.PORTAL_LOG == "json" or tells_all
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
if tracing is not None:
    registry.on_end = _after(registry.on_end, tracing.note_end)


def who(scope: Message) -> str:
    """The id of the reader behind a connection, where it can be told without waiting."""
    if not is_team:
        return ALONE
    reader = recognition.at_once(cookies_of(scope.get("headers", ())))
    return reader.id if reader else ""


def observed(application: Application) -> Application:
    """The application with somebody before it who tells of requests, where they are to be told of."""
    around: list[Around] = [tracing.around] if tracing is not None else []
    if settings.PORTAL_LOG_REQUESTS:
        around.append(tell_request)
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
        if tracing is not None:
            await asyncio.to_thread(tracing.close)
        logging.getLogger().removeHandler(counting)
