"""Three workers as on three machines: a portal each, one PostgreSQL and one Redis for all."""

from __future__ import annotations

import json
import socket as socket_module
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
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
        self, upstream: FarEnd, data: Path | None = None, *, workers: int = 1, held: socket_module.socket | None = None,
        under: Sequence[str] = (), **environment: str,
    ) -> PortalServer:  # fmt: skip
        """A portal that shares its runs; start it as a context manager."""
        stores = {"OLLAMA_HOST": upstream.origin, "DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}
        return PortalServer(data=data, workers=workers, held=held, under=under, **stores | environment)


@contextmanager
def stores() -> Iterator[Stores]:
    with PostgreSQL() as postgres, RedisServer() as redis:
        yield Stores(postgres, redis)


@pytest.fixture(scope="module")
def shared() -> Iterator[Stores]:
    """One PostgreSQL and one Redis for the workers of a module's tests."""
    with stores() as running:
        yield running


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    """The far end of a module's tests."""
    with FarEnd() as far_end:
        yield far_end


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
