"""How the upstreams are: one watch a process looks at each of them in the background and remembers since when it is so."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from portal.ollama.client import Client
from portal.ollama.errors import OllamaError, Unreachable
from portal.ollama.looking import Loaded, Seen, ask_version, look_around
from portal.ollama.models import Model
from portal.ollama.upstreams import Upstream

logger = logging.getLogger(__name__)

# An upstream that takes longer to tell its version counts as down.
PATIENCE = 2.0
# Seconds from one look to the next: while somebody looks at what is found, and while nobody does. The cloud is asked more rarely.
_ATTENDED, _ALONE, _TIMES_FOR_CLOUD = 3.0, 30.0, 10
_ATTENDED_FOR = 20.0


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of an upstream: `state` since `since`, the latest look `latency_ms` long; `problem` says what is wrong."""

    upstream: Upstream
    state: Literal["unknown", "up", "down"] = "unknown"
    since: datetime | None = None
    latency_ms: float | None = None
    version: str = ""
    models: tuple[Model, ...] = ()
    loaded: tuple[Loaded, ...] | None = ()
    problem: str = ""


class Watch:
    """Looks at the upstreams from `start` to `aclose`; `of` is never later than a lookup in memory."""

    def __init__(self, upstreams: Callable[[], Mapping[str, Upstream]], client: Callable[[], Client]) -> None:
        self._upstreams, self._client = upstreams, client
        self._known: dict[str, Health] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted: dict[str, asyncio.Event] = {}
        self._attended = float("-inf")

    def start(self) -> None:
        """Begin to look, at all at once: one that does not answer holds up none of the others."""
        for name, upstream in self._upstreams().items():
            self._known[name] = Health(upstream)
            self._wanted[name] = asyncio.Event()
            self._tasks.append(asyncio.create_task(self._keep_looking(name), name=f"watch {name}"))

    async def aclose(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def of(self) -> Sequence[Health]:
        """How each upstream was at the latest look, in the order of the settings."""
        return [self._known.get(name) or Health(upstream) for name, upstream in self._upstreams().items()]

    def attend(self) -> None:
        """Somebody is looking: for a while look oftener, and soon where the latest look is long past."""
        was_alone = time.monotonic() - self._attended > _ATTENDED_FOR
        self._attended = time.monotonic()
        if was_alone:
            for wanted in self._wanted.values():
                wanted.set()

    async def _keep_looking(self, name: str) -> None:
        while True:
            upstream = self._known[name].upstream
            try:
                self._take(name, await self._look(upstream))
            except Exception:
                # Whatever it was, the next look may be better; a watch that has ended would tell old news for ever.
                logger.exception("the look at the upstream %s failed", name, extra={"upstream": name})
            await self._rest(name, _TIMES_FOR_CLOUD if upstream.has_key else 1)

    async def _rest(self, name: str, times: int) -> None:
        """Until the next look is due; never sooner than it would be for somebody who is looking."""
        await asyncio.sleep(_ATTENDED * times)
        if time.monotonic() - self._attended <= _ATTENDED_FOR:
            return
        wanted = self._wanted[name] = asyncio.Event()
        try:
            async with asyncio.timeout((_ALONE - _ATTENDED) * times):
                await wanted.wait()
        except TimeoutError:
            pass

    async def _look(self, upstream: Upstream) -> Health:
        client = self._client()
        started = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                version = await ask_version(client, upstream, within=PATIENCE)
            latency = (time.monotonic() - started) * 1000
        except TimeoutError:
            return Health(upstream, "down", problem=f"It did not answer within {PATIENCE:.0f} seconds.")
        except Unreachable:
            return Health(upstream, "down", problem="Nothing answers there.")
        except OllamaError as problem:
            return Health(upstream, "down", problem=str(problem))
        seen, trouble = await self._look_around(client, upstream, version)
        return Health(upstream, "up", None, latency, version, seen.models, seen.loaded, trouble)

    async def _look_around(self, client: Client, upstream: Upstream, version: str) -> tuple[Seen, str]:
        try:
            async with asyncio.timeout(2 * PATIENCE):
                return await look_around(client, upstream, version, within=PATIENCE), ""
        except (OllamaError, TimeoutError) as problem:
            before = self._known[upstream.name]
            why = str(problem) or "it takes too long"
            return Seen(version, before.models, before.loaded), f"Its models could not be listed: {why}"

    def _take(self, name: str, found: Health) -> None:
        before = self._known[name]
        if found.state == before.state:
            found = replace(found, since=before.since)
        else:
            found = replace(found, since=datetime.now(UTC))
            if before.state != "unknown" or found.state == "down":
                why = found.problem or found.version
                logger.info("the upstream %s is %s: %s", name, found.state, why, extra={"upstream": name})
        self._known[name] = found
