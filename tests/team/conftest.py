"""One portal for a team, with its first administrator, before a far end the tests script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farend import FarEnd
from tests.portal_server import PortalServer
from tests.runs.stores import shared  # noqa: F401 - a fixture of this room
from tests.team.people import EVERY_BROWSER, Browser, set_up


@pytest.fixture(scope="package", autouse=True)
def closed_browsers() -> Iterator[None]:
    yield
    while EVERY_BROWSER:
        EVERY_BROWSER.pop().close()


@pytest.fixture(scope="package")
def upstream() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        yield far_end


@pytest.fixture(scope="package")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_PROXIES="127.0.0.1") as portal:
        yield portal


@pytest.fixture(scope="package")
def ada(portal: PortalServer) -> Browser:
    return set_up(portal)


@pytest.fixture
def stranger(portal: PortalServer) -> Browser:
    return Browser(portal)
