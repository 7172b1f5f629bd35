"""This worker's way to Redis: scripts, what is said on channels, and whether Redis is there."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TooSlow

from portal.runs.tables import first_line

logger = logging.getLogger(__name__)

T = TypeVar("T")
Hearer = Callable[[str], None]

# Seconds. What is not answered by then counts as away, and until it answers again nobody waits for it.
PATIENCE = 2.0
_PING_EVERY = 2.0
_PAUSE = 0.25
_CONNECTIONS = 8
# The channel every worker listens to.
_ALL = "portal:all"
# A connection that is cut while something is said on it has no writer any more, or one that is closed to the event loop, and
# the client looks for neither.
_BROKEN = (AttributeError, RuntimeError)
_CUT = (RedisError, OSError, *_BROKEN)


class Away(Exception):
    """Redis does not answer, or cannot take what it is given; the message says which."""


class Link:
    """Use `open` before anything else. While `is_up` is false everything raises `Away` at once; `look` tries again."""

    def __init__(self, url: str) -> None:
        self.is_up = False
        # When it was found to be there again after it had been away, on the monotonic clock.
        self.back_since = float("-inf")
        self.workers = 1
        self.trouble = "not connected yet"
        self.on_change: Callable[[], None] = lambda: None
        self._was_up = False
        pool = BlockingConnectionPool.from_url(
            url, max_connections=_CONNECTIONS, timeout=PATIENCE, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE,
            decode_responses=True, protocol=2, retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._redis = Redis(connection_pool=pool)
        # One connection apart for listening, which may wait for as long as there is nothing to hear.
        self._ears = Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True, protocol=2,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._scripts: dict[str, Any] = {}
        self._hearers: dict[str, list[Hearer]] = {}
        self._pubsub: PubSub | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, if that can be done now, and begin to listen."""
        with suppress(Away):
            await self.look()
        self._listening = asyncio.create_task(self._listen(), name="listen to Redis")

    async def aclose(self) -> None:
        """Stop listening, leave undone what was begun, and close the connections."""
        self.is_up, self.trouble = False, "closed"
        tasks = [*self._tasks, *([self._listening] if self._listening is not None else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for redis in (self._redis, self._ears):
            with suppress(RedisError, OSError):
                await redis.aclose(close_connection_pool=True)

    def soon(self, work: Coroutine[Any, Any, None], name: str = "to Redis") -> asyncio.Task[None]:
        """Do something without waiting for it, as long as this is open."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._note_done)
        return task

    async def look(self) -> None:
        """Ask whether Redis is there, and how many workers listen to it. Raises `Away`."""
        ((_, listening),) = await self._attempt(lambda redis: redis.pubsub_numsub(_ALL))
        self.workers = max(int(listening), 1)
        if not self.is_up:
            if self._was_up:
                self.back_since = time.monotonic()
            self.is_up, self._was_up, self.trouble = True, True, ""
            self.on_change()

    async def do(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        """The result of one command. Raises `Away`."""
        if not self.is_up:
            raise Away(self.trouble)
        return await self._attempt(work)

    async def run(self, script: str, *arguments: str | int | float) -> Any:
        """The result of one of our scripts. Raises `Away`."""
        made = self._scripts.get(script)
        if made is None:
            made = self._scripts[script] = self._redis.register_script(script)
        return await self.do(lambda redis: made(args=arguments))

    async def entries(self, run: str, after: int, count: int | None = None) -> list[tuple[int, list[str]]]:
        """The live end of a run's log from the batch on that holds the frame after `after`.

        Of each batch the first frame's number, and the frames. Raises `Away`.
        """
        found: Any = await self.do(lambda redis: redis.xrange(f"portal:log:{run}", f"{after + 1}", "+", count=count))
        return [(int(entry["n"]), entry["f"].split("\n")) for _, entry in found]

    async def has(self, key: str) -> bool:
        """Whether there is such a key. Raises `Away`."""
        return bool(await self.do(lambda redis: redis.exists(key)))

    async def say(self, channel: str, text: str) -> int:
        """How many heard it. Raises `Away`."""
        return int(await self.do(lambda redis: redis.publish(channel, text)))

    async def hear(self, channel: str, hearer: Hearer) -> None:
        """Call `hearer` with what is said on the channel. What was said while Redis was away is lost: look at the log."""
        hearers = self._hearers.setdefault(channel, [])
        hearers.append(hearer)
        if len(hearers) == 1 and (pubsub := self._pubsub) is not None:
            await self._on(pubsub, pubsub.subscribe(channel))

    async def unhear(self, channel: str, hearer: Hearer) -> None:
        """Call it no more."""
        hearers = self._hearers.get(channel, [])
        if hearer in hearers:
            hearers.remove(hearer)
        if not hearers and self._hearers.pop(channel, None) is not None and (pubsub := self._pubsub) is not None:
            await self._on(pubsub, pubsub.unsubscribe(channel))

    async def _on(self, pubsub: PubSub, work: Awaitable[Any]) -> None:
        """Say something on the connection for listening. Where that is cut, listening begins anew, with every channel."""
        try:
            await heeding(work)
        except _CUT:
            if self._pubsub is pubsub:
                self._pubsub = None

    def _note_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            logger.error("%s met a fault of the portal", task.get_name(), exc_info=fault)

    async def _attempt(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        try:
            return await heeding(work(self._redis))
        except (NoConnection, TooSlow, OSError, TimeoutError, *_BROKEN) as problem:
            was_up, self.is_up = self.is_up, False
            self.trouble = _why(problem)
            if was_up:
                self.on_change()
            raise Away(self.trouble) from None
        except RedisError as problem:
            raise Away(first_line(problem)) from None

    async def _listen(self) -> None:
        while True:
            try:
                await heeding(self._listen_once())
            except _CUT:
                await asyncio.sleep(_PAUSE)
            except Exception:
                logger.exception("listening to Redis met a fault of the portal")
                await asyncio.sleep(_PAUSE)

    async def _listen_once(self) -> None:
        async with self._ears.pubsub() as pubsub:
            known = set(self._hearers)
            await pubsub.subscribe(_ALL, *known)
            self._pubsub = pubsub
            try:
                if others := self._hearers.keys() - known:
                    await pubsub.subscribe(*others)
                while self._pubsub is pubsub:
                    await heeding(self._hear_one(pubsub))
            finally:
                self._pubsub = None

    async def _hear_one(self, pubsub: PubSub) -> None:
        message = await pubsub.get_message(timeout=_PING_EVERY)
        if message is None:
            # A connection that has gone silently is found out by this.
            await pubsub.ping()
            message = await pubsub.get_message(timeout=PATIENCE)
        if message is None:
            raise TooSlow("no answer to a ping")
        if message["type"] == "message":
            self._tell(message["channel"], message["data"])
        elif message["type"] == "subscribe":
            # From now on nothing is missed; what was said before is seen by looking.
            self._tell(message["channel"], "")

    def _tell(self, channel: str, text: str) -> None:
        for hearer in list(self._hearers.get(channel, ())):
            hearer(text)


async def heeding(work: Awaitable[T]) -> T:
    """Its result, unless whoever waits for it was cancelled meanwhile.

    The client waits with `asyncio.wait_for`, which before Python 3.12 forgets that when both come in one moment.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        return await work
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


def _why(problem: Exception) -> str:
    if isinstance(problem, (TooSlow, TimeoutError)):
        return "it takes too long"
    return "the connection was cut" if isinstance(problem, _BROKEN) else first_line(problem)
