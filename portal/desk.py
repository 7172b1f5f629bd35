"""A thread with a database connection of its own, for work that must not wait on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, InterfaceError, OperationalError, connection, connections

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Does one piece of work after another. `name` is the thread's."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, whose place in the row is taken before this first suspends. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: _work(work, *args, **kwargs))

    async def do_surely(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for work that may be done twice: once more where the connection broke, as after a restart of the database."""
        try:
            return await self.do(work, *args, **kwargs)
        except (OperationalError, InterfaceError):
            return await self.do(work, *args, **kwargs)

    async def aclose(self, within: float) -> None:
        """Close the connection and end the thread; after `within` seconds without waiting for it."""
        closing = self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)
        await asyncio.wait([asyncio.wrap_future(closing)], timeout=within)


def _work(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    except Error:
        # What broke may be the connection; the next work opens a fresh one.
        connection.close()
        raise
