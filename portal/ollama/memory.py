"""Which models an upstream holds in memory, as runs that are about to wait for one want to know."""

from __future__ import annotations

import asyncio
import json
import time

from portal.ollama.client import Client
from portal.ollama.errors import OllamaError
from portal.ollama.models import full_name
from portal.ollama.upstreams import CLOUD_ORIGIN, Upstream

# However many runs start at once, it is asked once.
_FRESH = 0.25
_WITHIN = 2.0


class Memory:
    """The memory of one upstream."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._held: frozenset[str] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def lacks(self, client: Client, upstream: Upstream, model: str) -> bool:
        """Whether it says that `model` is not in there; False too where it does not tell.

        Ask before the request is sent: Ollama lists a model from when it begins to load.
        """
        if upstream.origin == CLOUD_ORIGIN:
            return False
        is_looking = self._looking is not None and not self._looking.done()
        if not is_looking and time.monotonic() - self._looked > _FRESH:
            self._looking = asyncio.create_task(self._look(client, upstream), name=f"memory of {upstream.name}")
        if self._looking is not None:
            # Who has its answer by now leaves; what was asked is still worth knowing, to all who start in the next moment.
            await asyncio.shield(self._looking)
        return self._held is not None and full_name(model).lower() not in self._held

    async def _look(self, client: Client, upstream: Upstream) -> None:
        self._held = await _look(client, upstream)
        self._looked = time.monotonic()


async def _look(client: Client, upstream: Upstream) -> frozenset[str] | None:
    try:
        status, body = await client.fetch(upstream, "GET", "/api/ps", within=_WITHIN)
        entries = json.loads(body)["models"] if status == 200 else None
        return None if entries is None else frozenset(full_name(str(entry["name"])).lower() for entry in entries)
    except (OllamaError, ValueError, KeyError, TypeError):
        return None
