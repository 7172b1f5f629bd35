"""A portal in a process of its own before a far end the tests script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farend import FarEnd
from tests.portal_server import PortalServer


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(OLLAMA_HOST=upstream.origin) as portal:
        yield portal
