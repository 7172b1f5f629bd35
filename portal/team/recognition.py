"""From a connection's cookie to its reader: asked of the database once, kept until something changes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.db import Error

from portal.desk import Desk
from portal.team.audit import present_moment
from portal.team.readers import NOBODY, Reader
from portal.team.sessions import Limits, find_owner, find_reader
from portal.team.tokens import key_of

logger = logging.getLogger(__name__)

COOKIE = "portal-sign-in"
# Where a request's scope has its reader.
READER = "portal.reader"
# How often a server looks whether another one changed something.
_LOOK_EVERY = 1.0
_KEPT_FOR = 60.0
_MOST_KEPT = 10_000
_LONGEST_TOKEN = 100
_UNKNOWN = Reader("", trouble="The database cannot be read just now, so nobody can be recognised; try again in a moment.")

Listener = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Kept:
    reader: Reader
    until: float


class Recognition:
    """Knows who is signed in. `limits` say when a sign-in ends by itself."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        self._desk, self._limits = desk, limits
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._listeners: set[Listener] = set()
        self._moment: int | None = None
        self._generation = 0
        self._task: asyncio.Task[None] | None = None

    async def of(self, scope: Mapping[str, Any]) -> Reader:
        """The reader behind a connection, as they are now; nobody when it shows no token or one that has ended."""
        return await self.behind(cookies_of(scope.get("headers", ())))

    async def behind(self, cookies: bytes) -> Reader:
        """The same by the text of its `Cookie` header."""
        token = token_in(cookies)
        if not token:
            return NOBODY
        key = key_of(token)
        return self._known(key) or await self._look_up(key)

    def at_once(self, cookies: bytes) -> Reader | None:
        """The same without waiting; None where the database has to be asked."""
        token = token_in(cookies)
        return self._known(key_of(token)) if token else NOBODY

    async def present(self, owner: str) -> Reader:
        """The person who owns runs under that id, as they are now, wherever they are signed in."""
        try:
            return await self._desk.do(find_owner, owner) or NOBODY
        except (Error, OSError):
            return _UNKNOWN

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change, until what this returns is called."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def note_change(self) -> None:
        """Something changed just now, here or on another server: look everybody up anew, and tell who listens."""
        self._kept.clear()
        self._generation += 1
        told = await asyncio.gather(*(listener() for listener in tuple(self._listeners)), return_exceptions=True)
        for fault in told:
            # A socket that has just gone answers with an OSError.
            if isinstance(fault, Exception) and not isinstance(fault, OSError):
                logger.error("heeding a change met a fault of the portal", exc_info=fault)

    def start(self) -> None:
        """Begin to look for changes other servers make."""
        self._task = asyncio.create_task(self._watch(), name="watch people")

    async def aclose(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _known(self, key: str) -> Reader | None:
        kept = self._kept.get(key)
        if kept is None or kept.until < time.monotonic():
            return None
        self._kept.move_to_end(key)
        return kept.reader

    async def _look_up(self, key: str) -> Reader:
        generation = self._generation
        try:
            found = await self._desk.do(find_reader, key, self._limits)
        except (Error, OSError):
            return _UNKNOWN
        if found is None:
            return NOBODY
        reader, seconds = found
        # What was read before a change must not be kept after it.
        if generation == self._generation:
            self._kept[key] = _Kept(reader, time.monotonic() + min(seconds, _KEPT_FOR))
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return reader

    async def _watch(self) -> None:
        while True:
            try:
                moment = await self._desk.do(present_moment)
                if moment != self._moment:
                    self._moment = moment
                    await self.note_change()
            except (Error, OSError) as problem:
                logger.debug("whether people changed cannot be told: %s", problem)
            except Exception:
                logger.exception("looking for changes met a fault of the portal")
            await asyncio.sleep(_LOOK_EVERY)


def cookies_of(headers: Any) -> bytes:
    """All cookies of a connection."""
    return b"; ".join(value for name, value in headers if name == b"cookie")


def token_in(cookies: bytes) -> str:
    """The token among them, or nothing."""
    if COOKIE.encode() not in cookies:
        return ""
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(COOKIE)
    except CookieError:
        return ""
    token = found.value if found else ""
    return token if len(token) <= _LONGEST_TOKEN and token.isascii() else ""
