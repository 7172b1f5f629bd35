"""`manage.py person`: everything that is kept of somebody, to hand over or to delete; their password and second factor."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from portal.library.shelf import export_saved
from portal.runs.comments import export_comments
from portal.runs.models import Record, Stretch
from portal.runs.records import delete
from portal.runs.tables import bring_up_to_date
from portal.team.audit import Actor
from portal.team.joining import OPERATOR
from portal.team.leaving import close_out, delete_person, export_person, owner_of
from portal.team.membership import set_password
from portal.team.passwords import check_new
from portal.team.refusals import Refused
from portal.team.second.factors import reset

_AT_ONCE = 100


class Command(BaseCommand):
    """Prints, deletes or resets, by handle."""

    help = "Print everything that is kept of a person as JSON, or delete it; or set their password, or reset their second factor."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and which of these."""
        parser.add_argument("handle")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--export", action="store_true", help="print it as JSON")
        which.add_argument("--reset-second-factor", action="store_true", help="ask the person for no second factor any more")
        which.add_argument("--set-password", action="store_true", help="give another password, asked for or read from stdin")
        which.add_argument("--delete", action="store_true", help="delete the person with all their runs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` where there is nobody of that handle, or they are the only administrator."""
        bring_up_to_date()
        handle = options["handle"]
        try:
            if options["export"]:
                kept = export_person(handle) | {
                    "runs": _runs_of(owner_of(handle)), "library": export_saved(handle), "comments": export_comments(handle)
                }  # fmt: skip
                self.stdout.write(json.dumps(kept, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder))
            elif options["set_password"]:
                _set_password(handle)
                self.stdout.write(f"{handle} has another password, and is signed out.")
            elif options["reset_second_factor"]:
                reset(handle, Actor(OPERATOR))
                self.stdout.write(f"{handle} is signed out and has no second factor any more.")
            else:
                self.stdout.write(f"{handle} is deleted, with {_delete(handle)} runs.")
        except Refused as problem:
            raise CommandError(str(problem)) from None


def _set_password(handle: str) -> None:
    owner_of(handle)  # before anything is asked
    password = getpass(f"New password of {handle}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    check_new(password, handle=handle, name=handle)
    set_password(handle, make_password(password), Actor(OPERATOR), keeping="")


def _runs_of(owner: str) -> list[dict[str, Any]]:
    fields = ("id", "created", "upstream", "method", "path", "model", "body", "page", "example", "outcome", "error", "stats")
    runs = []
    for row in Record.objects.filter(owner=owner).order_by("created").values(*fields):
        stretches = Stretch.objects.filter(record=row["id"]).order_by("first").values_list("text", flat=True)
        runs.append(dict(row) | {"log": [json.loads(line) for text in stretches for line in text.split("\n")]})
    return runs


def _delete(handle: str) -> int:
    owner, actor, count = owner_of(handle), Actor(OPERATOR), 0
    # First out, so that nothing new comes of them while the rest goes.
    close_out(handle, actor)
    while ids := list(Record.objects.filter(owner=owner).values_list("id", flat=True)[:_AT_ONCE]):
        delete(ids)
        count += len(ids)
    delete_person(handle, actor)
    return count
