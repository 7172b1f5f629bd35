"""Portals for the browser to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farend import FarEnd
from tests.portal_server import PortalServer

ROOT = Path(__file__).parent.parent.parent
DOCS = Path(__file__).parent / "docs"


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    """A portal whose Ollama is the far end the test scripts."""
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_DOCS_ROOT=str(DOCS)) as portal:
        yield portal
