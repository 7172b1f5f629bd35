"""With `OTEL_EXPORTER_OTLP_ENDPOINT` a collector is sent a span for each request and run, without a word of what was asked."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from django.conf import settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from portal.operating import here
from tests.farend import FarEnd, chat, stream, whole
from tests.operating.waiting import wait_until
from tests.portal_server import ROOT, PortalServer
from tests.runs.recording import socket, start, to_the_end


class Collector:
    """What an OpenTelemetry collector does at its door: takes spans."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.said = b""
        collector = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.said += body
                sent = ExportTraceServiceRequest.FromString(body)
                collector.spans += [(part.resource, span) for part in sent.resource_spans for scope in part.scope_spans for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Door)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Collector:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, name: str, number: int) -> list[Any]:
        wait_until(lambda: len(self._named(name)) >= number)
        return self._named(name)

    def _named(self, name: str) -> list[Any]:
        return [span for _, span in self.spans if span.name == name]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def told(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}


def test_a_run_is_a_span_with_its_phases_below_the_request_that_started_it(far_end: FarEnd, collector: Collector) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.origin, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with PortalServer(OLLAMA_HOST=far_end.origin, **environment) as portal:
        far_end.script = stream(chat(["marked answer"]))
        with socket(portal) as opened:
            run = start(opened)
            to_the_end(opened)
            far_end.script = whole({"error": "marked"}, "500 Internal Server Error")
            start(opened)
            to_the_end(opened)
        for _ in range(2):
            httpx.get(f"{portal.url}docs/", params={"q": "marked"}, headers={"Cookie": "a=marked"}, trust_env=False)
        done, failed = collector.wait_for("run POST /api/chat", 2)
        (opened_span,) = collector.wait_for("GET /ws/runs/", 1)
        pages = collector.wait_for("GET /docs/", 2)
    assert done.parent_span_id == failed.parent_span_id == opened_span.span_id
    assert done.trace_id == opened_span.trace_id
    of_run = told(done)
    assert (of_run["portal.run"], of_run["portal.upstream"], of_run["portal.outcome"]) == (run, "local", "done")
    assert (of_run["gen_ai.usage.input_tokens"], of_run["gen_ai.usage.output_tokens"]) == (7, 1)
    assert [event.name for event in done.events] == ["sent", "first byte", "last byte"]
    moments = [done.start_time_unix_nano, *(event.time_unix_nano for event in done.events), done.end_time_unix_nano]
    assert moments == sorted(moments)
    assert (told(failed)["error.type"], failed.status.code) == ("refused", 2)
    assert {told(page)["http.response.status_code"] for page in pages} == {200}
    resource = {one.key: one.value.string_value for one in collector.spans[0][0].attributes}
    assert (resource["service.name"], resource["service.instance.id"]) == ("portal", "worker 0")
    assert b"marked" not in collector.said
    assert b"solo" not in collector.said


def test_without_its_packages_the_portal_says_so_and_runs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(sys.modules, "portal.operating.tracing", None)
    monkeypatch.setattr(settings, "PORTAL_TRACES", True)
    assert here._tracing() is None
    assert "pip install -r requirements-tracing.txt" in caplog.text


def test_where_no_collector_is_named_nothing_of_it_is_loaded() -> None:
    program = "import sys, portal.asgi; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False).returncode == 0
