"""`manage.py serve`: the portal and, where no Ollama answers, the embedded engine beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connections

from portal import about
from portal.bind import BadBind, address_of, held_socket, is_loopback, loopback_origins, open_socket, split_bind
from portal.local import local_answers
from portal.runs.tables import bring_up_to_date, first_line
from portal.server import load_server, run
from portal.staticfiles import VENDOR
from portal.team.joining import offer_setup
from portal.workers import Workers

_MOST_WORKERS = 64
# How often a database that was not there at the start is looked for.
_DATABASE_EVERY = 2.0
# Of Django's admin, which only shows here.
_UNUSED = ("admin/js/vendor", "admin/css/vendor", "admin/img/gis")


class Command(BaseCommand):
    """Checks what it was given, then serves until it is told to stop."""

    help = "Serve the portal; where no Ollama answers, start the embedded engine beside it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of CONTRACT: --bind and --workers."""
        parser.add_argument("--bind", metavar="HOST:PORT", default=settings.PORTAL_BIND, help="where to listen")
        parser.add_argument(
            "--workers", type=int, default=1, metavar="N", help="worker processes (default: one)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. Raises `CommandError` with a sentence for whatever keeps it from starting."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        bind = options["bind"]
        workers = options["workers"]
        _refuse_workers(workers)
        try:
            held = held_socket()
            bind = address_of(held) if held else bind
            host, _ = split_bind(bind)
            _refuse_open_bind(host)
            with held or open_socket(bind) as listening:
                self._serve(bind, listening, workers)
        except BadBind as problem:
            raise CommandError(str(problem)) from None

    def _serve(self, bind: str, listening: socket.socket, workers: int) -> None:
        bind = _adopt(bind, listening)
        if not any(settings.PORTAL_DOCS_ROOT.rglob("*.md*")):
            self.stderr.write(
                f"There are no documents in {settings.PORTAL_DOCS_ROOT}. The portal starts all the same; put markdown files "
                "there, or set PORTAL_DOCS_ROOT to the folder that has them."
            )
        self._prepare_database()
        with local_answers(say=self.stdout.write, warn=self.stderr.write):
            collect_static()
            if workers == 1:
                about.Here.worker = 0
                server = load_server()
                self._announce(bind)
                run(server, listening)
            else:
                Workers(workers, listening).run(on_ready=lambda: self._announce(bind))

    def _announce(self, bind: str) -> None:
        self._offer_setup()
        self.stdout.write(f"The portal is at http://{bind}/ (stop it with Ctrl-C)")
        self.stdout.flush()

    def _offer_setup(self) -> None:
        """With team access, and nobody to administer it, say where the first administrator comes in."""
        if settings.PORTAL_ACCESS != "team":
            return
        if settings.PORTAL_NO_DATABASE:
            threading.Thread(target=self._offer_setup_later, name="offer set-up", daemon=True).start()
        else:
            self._print_setup()

    def _offer_setup_later(self) -> None:
        while True:
            time.sleep(_DATABASE_EVERY)
            try:
                bring_up_to_date()
                self._print_setup()
            except (Error, OSError):
                continue
            else:
                return
            finally:
                connections.close_all()

    def _print_setup(self) -> None:
        try:
            token = offer_setup()
        finally:
            connections.close_all()
        if token:
            self.stdout.write(f"Nobody administers this portal yet. Whoever opens this link first does; it works once, for a day:\n"
                              f"{settings.PORTAL_ORIGINS[0]}/setup/{token}/")  # fmt: skip
            self.stdout.flush()

    def _prepare_database(self) -> None:
        try:
            bring_up_to_date()
        except (Error, OSError) as problem:
            settings.PORTAL_NO_DATABASE = first_line(problem)
            self.stderr.write(
                f"The database cannot be brought up to date ({settings.PORTAL_NO_DATABASE}). The portal starts all the same; "
                "runs are kept in memory only until it can."
            )
        finally:
            connections.close_all()


def _refuse_workers(workers: int) -> None:
    if not 1 <= workers <= _MOST_WORKERS:
        raise CommandError(f"--workers {workers} was asked for; it can be 1 to {_MOST_WORKERS}.")
    if workers == 1:
        return
    missing = [] if settings.PORTAL_REDIS_URL else ["REDIS_URL"]
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        missing.append("DATABASE_URL with a PostgreSQL")
    if missing:
        raise CommandError(
            f"--workers {workers} was asked for, but several workers share their runs through PostgreSQL and Redis: "
            f"set {' and '.join(missing)}, or leave the option out."
        )


def _refuse_open_bind(host: str) -> None:
    if is_loopback(host):
        return
    missing = [name for name in ("PORTAL_SECRET_KEY", "PORTAL_HOSTS", "PORTAL_ORIGINS") if not os.environ.get(name)]
    if missing:
        raise CommandError(
            f"Listening on {host} lets other machines in, and for that {', '.join(missing)} must be set first. "
            "To serve this machine alone, bind to 127.0.0.1."
        )
    if settings.PORTAL_ACCESS == "solo":
        raise CommandError(
            f"PORTAL_ACCESS is “solo”, in which everybody who reaches the portal owns it, so it listens on loopback only and "
            f"not on {host}. Set PORTAL_ACCESS=team to have people sign in."
        )


def _adopt(bind: str, listening: socket.socket) -> str:
    """Take the address given on the command line, or chosen for port 0, as the one browsers know."""
    _, _, asked = bind.rpartition(":")
    if asked == "0":
        bind = f"{bind.rpartition(':')[0]}:{listening.getsockname()[1]}"
    if not os.environ.get("PORTAL_ORIGINS"):
        settings.PORTAL_ORIGINS = loopback_origins(bind)
    return bind


def collect_static() -> None:
    """Collect the static files when one is newer than the last collection."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    files = [
        file
        for folder in settings.STATICFILES_DIRS
        for file in Path(folder).rglob("*")
        if file.is_file() and not file.is_relative_to(VENDOR)
    ]
    seen = {str(file): file.stat().st_mtime_ns for file in files} | {"apps": len(settings.INSTALLED_APPS)}
    stamp = Path(settings.STATIC_ROOT).parent / "static.stamp"
    if manifest.exists() and stamp.exists() and json.loads(stamp.read_text()) == seen:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=[VENDOR.name, *_UNUSED])
    stamp.write_text(json.dumps(seen))


def _leave(*_: object) -> NoReturn:
    """Being told to stop before the server runs is not an error: unwind, ending what was started."""
    raise SystemExit(0)
