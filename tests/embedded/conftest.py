"""One engine for all the tests that need a running model."""

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.engine import RunningEngine, missing_wheels, running_engine


def need_wheels() -> None:
    """Skips where the engine's wheels are not installed, or fails where that is not allowed."""
    if missing := missing_wheels():
        reason = f"the embedded engine's wheels are not installed: {', '.join(missing)}"
        if os.environ.get("PORTAL_TEST_STRICT") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    need_wheels()
    with running_engine(tmp_path_factory.mktemp("engine"), "--preload") as running:
        yield running


@pytest.fixture
def http(engine: RunningEngine) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=engine.url, timeout=60, trust_env=False) as client:
        yield client
