"""One worker of several: told on its standard input where it listens, it serves until that ends or a signal comes."""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socket
import sys
import threading
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django
from django.conf import settings

from portal import about

# Seconds that ending may take beyond the time for running answers: 5 for connections, and what is not recorded yet.
LONGEST_END = 60.0


def main() -> None:
    """Serve as told."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    told = json.loads(sys.stdin.readline())
    django.setup(set_prefix=False)
    _take_over(told)
    from portal.server import load_server, run  # they read settings that have only now become what they are
    from portal.workers import READY

    threading.Thread(target=_leave_with_the_server, name="server", daemon=True).start()
    server = load_server()
    server.on_started = lambda: _say(READY)
    with socket.socket(fileno=told["listening"]) as listening:
        run(server, listening)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _take_over(told: dict[str, object]) -> None:
    from portal.ollama.upstreams import Upstream

    about.Here.worker = int(str(told["number"]))
    settings.PORTAL_INDEXES = told["indexes"]
    settings.PORTAL_WORKER, settings.PORTAL_WORKER_DOORS, settings.PORTAL_WORKER_DOOR = told["number"], told["doors"], told["door"]
    settings.PORTAL_ORIGINS = told["origins"]
    settings.PORTAL_NO_DATABASE, settings.PORTAL_NO_ENGINE = told["no_database"], told["no_engine"]
    if told["embedded"]:
        settings.PORTAL_UPSTREAMS["local"] = Upstream("local", str(told["local"]), embedded=True)


def _leave_with_the_server() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
    # Nobody is left who would end one that does not end: it tells where it hangs, and goes.
    time.sleep(settings.PORTAL_DRAIN + LONGEST_END)
    faulthandler.dump_traceback()
    os._exit(1)


if __name__ == "__main__":
    main()
