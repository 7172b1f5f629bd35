"""What no test of this room lets pass: a block that could not be read for a fault of ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class _Raiser(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage()) from (record.exc_info or (None, None))[1]


@pytest.fixture(autouse=True, scope="module")
def _no_fault_is_swallowed() -> Iterator[None]:
    logger, raiser = logging.getLogger("portal.examples.detection"), _Raiser()
    logger.addHandler(raiser)
    yield
    logger.removeHandler(raiser)
