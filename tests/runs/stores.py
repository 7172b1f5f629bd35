"""Three workers as on three machines: a portal each, one PostgreSQL and one Redis for all."""

from __future__ import annotations

import json
import socket as socket_module
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from websockets.sync.client import ClientConnection

from tests.farend import FarEnd
from tests.portal_server import PortalServer
from tests.postgres import PostgreSQL
from tests.redis import RedisServer
from tests.runs.recording import Frames, socket


@dataclass
class Stores:
    """What the workers share."""

    postgres: PostgreSQL
    redis: RedisServer

    def worker(
        self, upstream: FarEnd, data: Path | None = None, *, workers: int = 1, held: socket_module.socket | None = None, **environment: str
    ) -> PortalServer:
        """A portal that shares its runs; start it as a context manager."""
        return PortalServer(
            data=data, workers=workers, held=held, OLLAMA_HOST=upstream.origin, DATABASE_URL=self.postgres.url, REDIS_URL=self.redis.url, **environment
        )


@contextmanager
def stores() -> Iterator[Stores]:
    with PostgreSQL() as postgres, RedisServer() as redis:
        yield Stores(postgres, redis)


@contextmanager
def three_workers(shared: Stores, upstream: FarEnd) -> Iterator[list[PortalServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(shared.worker(upstream)) for _ in range(3)]


@contextmanager
def sockets(*portals: PortalServer) -> Iterator[list[ClientConnection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket(portal)) for portal in portals]


def say(opened: ClientConnection, kind: str, **fields: object) -> None:
    opened.send(json.dumps({"type": kind, **fields}))


def until(opened: ClientConnection, kind: str) -> Frames:
    """What comes, to the first frame of that kind."""
    frames: Frames = []
    while not frames or frames[-1]["type"] != kind:
        frames.append(json.loads(opened.recv(timeout=120)))
    return frames
