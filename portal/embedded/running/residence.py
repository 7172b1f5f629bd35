"""Decides when the model is in memory: loaded for the first request, unloaded when nobody has needed it for a while."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from portal.embedded.go.binding import FOREVER, SECOND
from portal.embedded.models.library import Model
from portal.embedded.running.llama import Llama, Shape

DEFAULT_STAY = 300 * SECOND


@dataclass
class Tenant:
    """The loaded model, named for the request that loaded it, as Ollama does where models share their weights.

    `stay` (ns) is how long it is kept after its last use, `expires_at` is in ns since 1970.
    """

    llama: Llama
    model: Model
    stay: int
    users: int = 0
    expires_at: int = 0
    timer: asyncio.TimerHandle | None = None


class Residence:
    """Holds at most one loaded model; all models here share one set of weights, as runners of one file do in Ollama."""

    def __init__(self, path: Path, shape: Shape, load: Callable[[Path, Shape], Llama] = Llama) -> None:
        self._path = path
        self._shape = shape
        self._load = load
        self._tenant: Tenant | None = None
        self._moving = asyncio.Condition()

    @property
    def tenant(self) -> Tenant | None:
        return self._tenant

    @asynccontextmanager
    async def use(self, model: Model, *, context: int, threads: int, stay: int | None) -> AsyncIterator[Llama]:
        """The model, loaded, for as long as the block lasts. 0 for `context` or `threads` takes what is loaded.

        `stay` is how long (ns) to keep it afterwards: None leaves what was said before, 0 unloads it at once.
        """
        tenant = await self._enter(model, self._wanted(context, threads), stay)
        try:
            yield tenant.llama
        finally:
            await self._leave(tenant)

    async def expire(self) -> None:
        """Unloads the model now, or as soon as the last request that uses it is done."""
        async with self._moving:
            if self._tenant:
                self._tenant.stay = 0
                self._tenant.expires_at = time.time_ns()
                self._unload_if_idle(self._tenant)

    def close(self) -> None:
        """Unloads at once, whatever is being generated."""
        if self._tenant:
            self._unload(self._tenant)

    def _wanted(self, context: int, threads: int) -> Shape:
        changes = {"context": context, "threads": threads}
        return replace(self._shape, **{name: value for name, value in changes.items() if value > 0})

    async def _enter(self, model: Model, wanted: Shape, stay: int | None) -> Tenant:
        async with self._moving:
            tenant = self._tenant
            while tenant and tenant.llama.shape != wanted:
                # Another context or thread count needs another load, which has to wait until nobody is reading.
                tenant.stay = 0
                self._unload_if_idle(tenant)
                if self._tenant:
                    await self._moving.wait()
                tenant = self._tenant
            if tenant is None:
                llama = await asyncio.to_thread(self._load, self._path, wanted)
                tenant = self._tenant = Tenant(llama, model, DEFAULT_STAY)
            if tenant.timer:
                tenant.timer.cancel()
            tenant.users += 1
            if stay is not None:
                tenant.stay = stay
            tenant.expires_at = time.time_ns() + tenant.stay
            return tenant

    async def _leave(self, tenant: Tenant) -> None:
        tenant.users -= 1
        tenant.expires_at = time.time_ns() + tenant.stay
        self._unload_if_idle(tenant)
        # A cancelled request must still wake those who wait for the room it leaves.
        await asyncio.shield(self._wake())

    async def _wake(self) -> None:
        async with self._moving:
            self._moving.notify_all()

    def _unload_if_idle(self, tenant: Tenant) -> None:
        if tenant.users or tenant is not self._tenant:
            return
        if tenant.timer:
            tenant.timer.cancel()
        if tenant.stay <= 0:
            self._unload(tenant)
        elif tenant.stay < FOREVER:
            loop = asyncio.get_running_loop()
            tenant.timer = loop.call_later(tenant.stay / SECOND, self._expire_timer, tenant)

    def _expire_timer(self, tenant: Tenant) -> None:
        tenant.stay = 0
        self._unload_if_idle(tenant)

    def _unload(self, tenant: Tenant) -> None:
        if tenant.timer:
            tenant.timer.cancel()
        self._tenant = None
        tenant.llama.close()
