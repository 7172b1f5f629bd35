"""A portal in a process of its own before a far end the tests script; for `make faults` three behind nginx as well."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.files import nginx_site
from tests.farend import FarEnd
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.aftermath import ALL, TOLD
from tests.runs.stores import shared, stores, upstream  # noqa: F401 - fixtures of this room

PROFILES = ["one worker", "three workers"] if ALL else ["one worker"]


@pytest.fixture(scope="module", params=PROFILES)
def portal(request: pytest.FixtureRequest, upstream: FarEnd) -> Iterator[PortalServer]:  # noqa: F811
    profile = PortalServer(OLLAMA_HOST=upstream.origin) if request.param == "one worker" else three_behind_nginx(upstream)
    with profile as portal:
        yield portal


@contextmanager
def three_behind_nginx(upstream: FarEnd) -> Iterator[PortalServer]:  # noqa: F811
    """Three workers with PostgreSQL and Redis, reached through deploy/nginx.conf alone."""
    with stores() as shared, socket.create_server(("127.0.0.1", 0), backlog=128) as held:  # noqa: F811
        with (
            Nginx(nginx_site(f"http://127.0.0.1:{held.getsockname()[1]}")) as nginx,
            shared.worker(upstream, workers=3, held=held, PORTAL_ORIGINS=nginx.origin) as portal,
        ):
            portal.url = f"{nginx.origin}/"
            yield portal


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What came of each fault, under `make faults`."""
    for line in TOLD:
        terminalreporter.write_line(line)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that outlives the portals started on it."""
    return tmp_path / "data"
