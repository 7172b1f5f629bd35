"""What is counted as it happens: once for each run that ends, never for what passes through one."""

from __future__ import annotations

import json
import logging

from prometheus_client import CollectorRegistry, Counter, Histogram

from portal.operating.labels import ModelLabels
from portal.runs.registry import Run

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Meters:
    """The counters of this process, in `registry`."""

    def __init__(self, registry: CollectorRegistry, models: ModelLabels) -> None:
        self._models = models
        by = ("upstream", "model")
        self.runs = Counter("portal_runs", "Runs that ended, by how.", (*by, "outcome"), registry=registry)
        self.errors = Counter("portal_run_errors", "Errors of runs, by their code.", ("upstream", "code"), registry=registry)
        self.first = Histogram(
            "portal_time_to_first_token_seconds", "From when a run was sent to the first byte of its answer.", by,
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.duration = Histogram(
            "portal_run_duration_seconds", "From when a run was started to its end, waiting included.", ("upstream",),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.tokens = Counter("portal_tokens", "Tokens of prompts and answers.", (*by, "kind"), registry=registry)
        self.bytes = Counter("portal_answer_bytes", "Bytes of answers.", ("upstream",), registry=registry)
        self.lag = Histogram(
            "portal_event_loop_lag_seconds", "How late the event loop came round.", buckets=_LAG, registry=registry
        )
        self.messages = Counter("portal_log_messages", "Warnings and errors in the log.", ("level",), registry=registry)

    def note_end(self, run: Run) -> None:
        """Count a run that has ended; one that another worker ends is counted there."""
        if not run.ended:
            return
        end = json.loads(run.log.after(run.log.head - 1)[0])
        upstream, model, stats = run.upstream.name, self._models.of(run.order.model), end["stats"]
        self.runs.labels(upstream, model, end["outcome"]).inc()
        if end["error"]:
            self.errors.labels(upstream, end["error"]["code"]).inc()
        if stats["ttft_ms"] is not None:
            self.first.labels(upstream, model).observe(stats["ttft_ms"] / 1000)
        self.duration.labels(upstream).observe((stats["duration_ms"] or 0) / 1000)
        for kind, tokens in (("prompt", stats["prompt_tokens"]), ("answer", stats["output_tokens"])):
            if tokens and run.order.endpoint.needs is not None:
                self.tokens.labels(upstream, model, kind).inc(tokens)
        self.bytes.labels(upstream).inc(stats["bytes"])


class CountLines(logging.Handler):
    """Counts the lines of the log, and writes none."""

    def __init__(self, lines: Counter) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Count one; that a collector of traces is away is no fault of the portal."""
        if record.name.startswith("opentelemetry"):
            return
        self._lines.labels("error" if record.levelno >= logging.ERROR else "warning").inc()
