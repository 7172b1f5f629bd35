"""Fixtures of every room's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import browser, page  # noqa: F401 - fixtures of every room
from tests.farend import FarEnd
from tests.portal_server import PortalServer

PortalServer.prepares = True


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """An upstream on a real socket; set its `script`."""
    with FarEnd() as far_end:
        yield far_end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running in this thread from its first test on.

    A test that fails is tried once more, since nearly all of them wait for other processes of a machine that may be loaded.
    It is named in the summary (`RERUN`) with what it said, to be looked into; one that fails twice has failed.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        item.add_marker(pytest.mark.flaky(reruns=1))
