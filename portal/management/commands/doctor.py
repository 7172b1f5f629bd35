"""`manage.py doctor`: whether everything the portal stands on is as it should be, each as a sentence with its fix."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now
from redis import Redis, RedisError
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from portal.checks import present_setup
from portal.doctoring import mistakes
from portal.ollama.client import Client
from portal.ollama.errors import OllamaError
from portal.ollama.upstreams import Upstream, without_key
from portal.runs.tables import first_line
from portal.team.addresses import is_among
from portal.team.membership import administrators

_WITHIN = 5.0
_LEAST_FREE = 1 << 30
_FURTHEST_CLOCK = 5.0
# An address for examples, which nobody has.
_NOBODYS = "203.0.113.7"

Found = Iterator[tuple[bool, str]]


class Command(BaseCommand):
    """Looks at everything, and changes nothing."""

    help = "Check configuration, database, Redis, upstreams, disk, clock and the public address."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each; exits with 1 when something is amiss."""
        looks: tuple[tuple[str, Callable[[], Found]], ...] = (
            ("configuration", _configuration), ("database", _database), ("redis", _redis),
            ("upstreams", _upstreams), ("disk", _disk), ("people", _people), ("public address", _public),
        )  # fmt: skip
        amiss = 0
        for what, look in looks:
            for is_fine, said in look():
                amiss += not is_fine
                self.stdout.write(f"{'fine ' if is_fine else 'amiss'}  {what}: {said}")
        self.stdout.flush()
        if amiss:
            raise SystemExit(1)


def _configuration() -> Found:
    found = mistakes(present_setup())
    yield from ((False, said) for _, said in found)
    if not found:
        yield True, f"the settings fit together for PORTAL_ACCESS={settings.PORTAL_ACCESS}; only their owner can read its secrets."


def _database() -> Found:
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT now()")
                yield from _clock(cursor.fetchone()[0])
        rest = f"; {missing} changes are made at the next start." if missing else ", with all its tables."
        yield True, f"{connection.vendor} answers{rest}"
    except (Error, OSError) as problem:
        yield False, f"it does not answer ({first_line(problem)}). Look at DATABASE_URL and whether the server runs."
    finally:
        connection.close()


def _clock(there: datetime) -> Found:
    apart = abs((there - now()).total_seconds())
    if apart > _FURTHEST_CLOCK:
        yield False, f"its clock and this machine's are {apart:.0f} s apart. Let both keep time, such as by chrony."


def _redis() -> Found:
    if not settings.PORTAL_REDIS_URL:
        yield True, "none is set, and one worker needs none."
        return
    try:
        with Redis.from_url(settings.PORTAL_REDIS_URL, socket_timeout=_WITHIN, socket_connect_timeout=_WITHIN) as redis:
            seconds, _ = cast(tuple[int, int], redis.time())
        yield from _clock(datetime.fromtimestamp(seconds, UTC))
        yield True, "it answers."
    except (RedisError, OSError) as problem:
        yield False, f"it does not answer ({first_line(problem)}). Look at REDIS_URL and whether the server runs."


def _upstreams() -> Found:
    async def ask() -> list[tuple[bool, str]]:
        client = Client()
        found = []
        for upstream in settings.PORTAL_UPSTREAMS.values():
            try:
                status, _ = await client.fetch(upstream, "GET", "/api/tags")
                amiss = f"answered with status {status}. Look at its key and address."
                said = f"answers{_of_key(upstream)}." if status == 200 else amiss
                found.append((status == 200, f"{upstream.name} {said}"))
            except OllamaError as problem:
                found.append((False, f"{upstream.name}: {problem} {problem.hint}".rstrip()))
        await client.aclose()
        return found

    if settings.PORTAL_EMBEDDED == "always":
        yield True, "the embedded engine answers as local."
    else:
        yield from asyncio.run(ask())


def _of_key(upstream: Upstream) -> str:
    key = upstream.present_key
    return "" if key is None else " to " + without_key(f"the key {key}", key)


def _disk() -> Found:
    folder: Path = settings.PORTAL_DATA
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as problem:
        yield False, f"{folder} cannot be used ({problem.strerror}). Set PORTAL_DATA to a folder that can be written."
        return
    if not os.access(folder, os.W_OK):
        yield False, f"{folder} cannot be written. Set PORTAL_DATA to a folder that can."
    said = f"{free / (1 << 30):.1f} GiB are free in {folder}."
    yield free >= _LEAST_FREE, said if free >= _LEAST_FREE else f"{said} Make room, or lower PORTAL_KEEP_RUNS."


def _people() -> Found:
    if settings.PORTAL_ACCESS != "team":
        return
    try:
        names = administrators()
    except Error:
        names = None
    finally:
        connection.close()
    if names is None:
        return
    if names:
        yield True, f"{len(names)} administer{'s' if len(names) == 1 else ''} it: {', '.join(names)}."
    else:
        yield False, "nobody administers it. Open the link that is printed at the start."


def _public() -> Found:
    # Where none is named they are three names of one address.
    origins = settings.PORTAL_ORIGINS if os.environ.get("PORTAL_ORIGINS") else settings.PORTAL_ORIGINS[:1]
    for origin in origins:
        try:
            status = httpx.get(f"{origin}/robots.txt", timeout=_WITHIN, trust_env=False).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            yield False, f"nothing answers at {origin}. Start the portal, and the proxy before it."
            continue
        if status != 200:
            yield False, f"{origin}/robots.txt answered with status {status}. See that the proxy hands on Host as it came."
            continue
        yield from _socket(origin)
        if settings.PORTAL_ACCESS == "team":
            yield from _address(origin)


def _socket(origin: str) -> Found:
    if not _opens(origin, origin):
        yield False, f"no websocket gets through to {origin}. Let the proxy hand on Upgrade and Connection."
    elif _opens(origin, "https://elsewhere.invalid"):
        yield False, f"{origin} lets pages of other sites open a websocket. See that the proxy hands on Origin as it came."
    else:
        yield True, f"{origin} answers, and its websocket opens to its own pages alone."


def _address(origin: str) -> Found:
    """Whether people are told apart by their addresses, which nobody may choose."""
    claimed, proxies = {"X-Forwarded-For": _NOBODYS}, settings.PORTAL_PROXIES
    try:
        with httpx.stream("POST", f"{origin}/selftest/echo", headers=claimed, timeout=_WITHIN, trust_env=False) as answer:
            here = answer.extensions["network_stream"].get_extra_info("client_addr")[0]
            seen = json.loads(answer.read())["address"]
    except (httpx.HTTPError, ValueError, KeyError):
        yield False, f"{origin}/selftest/echo was not answered by the portal. See that the proxy hands on POST."
        return
    if is_among(here, proxies):
        return  # a proxy may say whatever it likes, and this machine is one
    if seen == _NOBODYS:
        yield False, f"whoever asks {origin} can say where they come from. Let the proxy write X-Forwarded-For itself."
    elif is_among(seen, proxies):
        yield False, f"everybody who asks {origin} seems to come from {seen}, the proxy. Let it hand on X-Forwarded-For."


def _opens(origin: str, asking: str) -> bool:
    try:
        with connect(f"{origin.replace('http', 'ws', 1)}/ws/runs/", origin=Origin(asking), proxy=None, open_timeout=_WITHIN):
            return True
    except (InvalidStatus, WebSocketException, OSError, TimeoutError):
        return False
