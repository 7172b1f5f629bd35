"""`manage.py invite`: a link that makes one person, also when no administrator can sign in any more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.runs.tables import bring_up_to_date
from portal.team.audit import Actor
from portal.team.joining import OPERATOR, invite
from portal.team.roles import ROLES, Role


class Command(BaseCommand):
    """Makes an invitation and prints its link."""

    help = "Print a link that makes one person of a role."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--role", choices=list(ROLES), default="member", help="what they may do")
        parser.add_argument("--note", default="", help="for whom it is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` without team access."""
        if settings.PORTAL_ACCESS != "team":
            raise CommandError("Alone on the machine nobody signs in. Set PORTAL_ACCESS=team to invite people.")
        bring_up_to_date()
        token = invite(cast(Role, options["role"]), options["note"], None, Actor(OPERATOR))
        origin = settings.PORTAL_ORIGINS[0] if settings.PORTAL_ORIGINS else f"http://{settings.PORTAL_BIND}"
        self.stdout.write(f"{origin}/invitation/{token}/")
