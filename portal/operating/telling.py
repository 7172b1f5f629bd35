"""A line in the log for each request and each run, where the operator wants them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from portal.about import request
from portal.operating.labels import ModelLabels
from portal.operating.observing import Answered
from portal.runs.registry import Run

requests = logging.getLogger("portal.requests")
runs = logging.getLogger("portal.ended")


@contextmanager
def tell_request(answered: Answered) -> Iterator[None]:
    """Write it down once it is answered."""
    try:
        yield
    finally:
        said = answered.path or "an address that there is not"
        attached = {name: getattr(answered, name) for name in ("method", "path", "status", "bytes", "duration_ms")}
        requests.info(
            "%s %s answered %d in %.1f ms (request %s)", answered.method, said, answered.status, answered.duration_ms,
            request.get(), extra=attached,
        )  # fmt: skip


class TellRuns:
    """Writes down how each run ended. A model nobody has installed is not named: it could say anything."""

    def __init__(self, models: ModelLabels) -> None:
        self._models = models

    def __call__(self, run: Run) -> None:
        """Write it down."""
        if not run.ended:
            return
        end = json.loads(run.log.after(run.log.head - 1)[0])
        stats, error = end["stats"], end["error"]
        attached = {
            "person": run.owner, "run": run.id, "upstream": run.upstream.name, "model": self._models.of(run.order.model),
            "outcome": end["outcome"], "code": error["code"] if error else None,
            **{name: stats[name] for name in ("ttft_ms", "duration_ms", "prompt_tokens", "output_tokens", "bytes")},
        }  # fmt: skip
        why = f" ({error['code']})" if error else ""
        runs.info(
            "run %s of %s on %s ended: %s%s in %.1f ms (request %s)", run.id, run.owner, run.upstream.name, end["outcome"], why,
            stats["duration_ms"] or 0, request.get() or "none", extra=attached,
        )  # fmt: skip
