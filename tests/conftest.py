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

    One that fails on a machine that others load is tried once more, as Playwright's own runner does, and is named as such
    in the summary (`RERUN`); one that fails twice has failed.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
