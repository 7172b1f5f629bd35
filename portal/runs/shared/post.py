"""What one worker asks of another: to stop or delete a run it carries, and the answer to that."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable

from portal.runs.orders import Rejected
from portal.runs.shared.link import Away, Link

logger = logging.getLogger(__name__)

_PATIENCE = 2.0


class Silent(Exception):
    """The other worker did not answer."""


class Post:
    """Asks and answers under this worker's name. `on_asked` does what is asked for, and raises `Rejected` if it cannot."""

    def __init__(self, link: Link, worker: str) -> None:
        self.on_asked: Callable[[str, str], Awaitable[None]] | None = None
        self.worker = worker
        self._link = link
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen from now on."""
        await self._link.hear(f"portal:to:{self.worker}", self._hear)

    async def ask(self, worker: str, what: str, run: str) -> None:
        """Return when the other worker has done it. Raises `Silent`, `Away`, or what it could not do it for as `Rejected`."""
        letter = secrets.token_hex(8)
        answer = self._waiting[letter] = asyncio.get_running_loop().create_future()
        text = json.dumps({"letter": letter, "from": self.worker, "what": what, "run": run})
        try:
            if not await self._link.say(f"portal:to:{worker}", text):
                raise Silent
            async with asyncio.timeout(_PATIENCE):
                if said := await answer:
                    raise Rejected("unreadable", said)
        except TimeoutError:
            raise Silent from None
        finally:
            del self._waiting[letter]

    def _hear(self, text: str) -> None:
        if not text:
            return
        said = json.loads(text)
        if "answer" in said:
            if (waiting := self._waiting.get(said["letter"])) and not waiting.done():
                waiting.set_result(said["answer"])
            return
        task = asyncio.create_task(self._answer(said), name=f"asked to {said['what']} {said['run']}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, said: dict[str, str]) -> None:
        problem = ""
        try:
            if self.on_asked is not None:
                await self.on_asked(said["what"], said["run"])
        except Rejected as refusal:
            problem = str(refusal)
        except Exception:
            logger.exception("to %s run %s for another worker met a fault of the portal", said["what"], said["run"])
            problem = "The worker that carries the run met a fault of its own; try again."
        try:
            await self._link.say(f"portal:to:{said['from']}", json.dumps({"letter": said["letter"], "answer": problem}))
        except Away:
            return  # who asked finds out by its own waiting
