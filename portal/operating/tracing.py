"""Spans for requests and runs, sent to an OpenTelemetry collector; loaded only where one is named."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from portal.about import request
from portal.operating.labels import ModelLabels
from portal.operating.observing import Answered
from portal.runs.registry import Run

# A collector that does not answer holds up nobody, and the end of the server for no longer than this.
_PATIENCE = 3
_FAULTS = ("failed", "interrupted", "limit")


class Tracing:
    """Where the spans go is in the variables of OpenTelemetry (`OTEL_EXPORTER_OTLP_ENDPOINT` and its neighbours)."""

    def __init__(self, models: ModelLabels, worker: int) -> None:
        self._models = models
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "portal"}
        self._provider = TracerProvider(resource=Resource.create({**named, SERVICE_INSTANCE_ID: f"worker {worker}"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_PATIENCE)))
        self._tracer = self._provider.get_tracer("portal")

    @contextmanager
    def around(self, answered: Answered) -> Iterator[None]:
        """A span for a request, or for a socket from its opening to its end."""
        with self._tracer.start_as_current_span(
            answered.method, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            finally:
                span.update_name(f"{answered.method} {answered.route}".rstrip())
                span.set_attributes({
                    "http.request.method": answered.method, "http.route": answered.route,
                    "http.response.status_code": answered.status, "portal.request": request.get(),
                })  # fmt: skip
                if answered.status >= 500:
                    span.set_status(StatusCode.ERROR)

    def note_end(self, run: Run) -> None:
        """A span for a run that has ended, below that of the request it was started by, with its phases as events."""
        if not run.ended:
            return
        end = json.loads(run.log.after(run.log.head - 1)[0])
        stats, error, began = end["stats"], end["error"], run.facts.created.timestamp()
        told = {
            "portal.run": run.id, "portal.upstream": run.upstream.name, "portal.model": self._models.of(run.order.model),
            "portal.outcome": end["outcome"], "portal.bytes": stats["bytes"], "portal.time_to_first_token_ms": stats["ttft_ms"],
            "portal.load_ms": stats["load_ms"], "gen_ai.usage.input_tokens": stats["prompt_tokens"],
            "gen_ai.usage.output_tokens": stats["output_tokens"], "error.type": error["code"] if error else None,
        }  # fmt: skip
        span = self._tracer.start_span(
            f"run {run.order.endpoint.method} {run.order.endpoint.path}", kind=SpanKind.CLIENT, start_time=_ns(began),
            attributes={name: value for name, value in told.items() if value is not None},
        )  # fmt: skip
        for phase, after in run.phases():
            span.add_event(phase, timestamp=_ns(began + after))
        if end["outcome"] in _FAULTS:
            span.set_status(StatusCode.ERROR)
        span.end(_ns(began + (stats["duration_ms"] or 0) / 1000))

    def close(self) -> None:
        """Send what is left. Blocks."""
        self._provider.shutdown()


def _ns(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
