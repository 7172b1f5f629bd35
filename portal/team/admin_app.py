"""Django's admin as an application that only shows: its checks ask for accounts, sessions and messages of Django's own."""

from __future__ import annotations

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app
from django.core import checks


class Records(SimpleAdminConfig):
    """The admin, whose tables are checked and whose surroundings are the portal's."""

    def ready(self) -> None:
        """As Django has it, without the check of what it is usually surrounded by."""
        checks.register(check_admin_app, checks.Tags.admin)
