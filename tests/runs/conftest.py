"""A portal in a process of its own before a far end the tests script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farend import FarEnd
from tests.portal_server import PortalServer
from tests.runs.stores import shared, upstream  # noqa: F401 - fixtures of this room


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:  # noqa: F811
    with PortalServer(OLLAMA_HOST=upstream.origin) as portal:
        yield portal


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that outlives the portals started on it."""
    return tmp_path / "data"
