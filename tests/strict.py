"""Leaving tests out, which `PORTAL_TEST_STRICT=1` forbids."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

STRICT = os.environ.get("PORTAL_TEST_STRICT") == "1"


def leave_out(reason: str) -> NoReturn:
    """Skip what this machine cannot test, in one line; where nothing may be left out, fail."""
    if STRICT:
        pytest.fail(f"left out although PORTAL_TEST_STRICT=1: {reason}", pytrace=False)
    pytest.skip(reason)
