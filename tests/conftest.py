"""Fixtures of every room's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farend import FarEnd


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """An upstream on a real socket; set its `script`."""
    with FarEnd() as far_end:
        yield far_end
