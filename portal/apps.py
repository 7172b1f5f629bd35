"""The site as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register

from portal.checks import check_setup


class Portal(AppConfig):
    """Brings its own checks."""

    name = "portal"

    def ready(self) -> None:
        """Have the settings looked at by `check --deploy`."""
        register(check_setup, Tags.security, deploy=True)
