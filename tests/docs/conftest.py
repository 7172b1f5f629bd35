"""Fixtures of the tests about documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.docs.here import catalogue
from tests.docs.sets import DocSet


@pytest.fixture
def doc_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[DocSet]:
    """An empty folder that is the site's doc set; its pages name static files as they are, for none are collected."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    monkeypatch.setattr(catalogue, "root", tmp_path)
    catalogue.refresh()
    yield DocSet(tmp_path)
    monkeypatch.undo()
    catalogue.refresh()
