"""The websocket door: messages in become one call each, frames of the log go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from portal.ollama.bodies import load_json
from portal.ollama.errors import BadBody
from portal.runs.orders import Rejected, read_order, read_ref
from portal.runs.registry import Registry
from portal.runs.watching import Watchable, check_after
from portal.team.identity import reader_of

MOST_WATCHED_AT_ONCE = 100


class RunsConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # ships no types
    """One socket of one reader. It watches any number of runs; closing it changes nothing but who watches."""

    registry: Registry

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry
        self._watching: dict[str, tuple[Watchable, asyncio.Task[None]]] = {}

    @property
    def reader(self) -> str:
        """Who is at the other end."""
        return reader_of(self.scope)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Act on one message. Whatever is wrong with it costs one `error` message and nothing else."""
        message: dict[str, Any] = {}
        try:
            message = _read_message(text_data)
            await self._handler(message)(message)
        except Rejected as problem:
            await self._say_error(message, problem)

    async def disconnect(self, code: int) -> None:
        """Stop watching; the runs go on."""
        for _, task in self._watching.values():
            task.cancel()

    def _handler(self, message: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
        handlers = {
            "start": self._start, "attach": self._attach, "cancel": self._cancel, "detach": self._detach, "ping": self._ping,
        }  # fmt: skip
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in handlers:
            raise Rejected("bad_type", f"“type” must be one of {', '.join(handlers)}.", "type")
        return handlers[kind]

    async def _start(self, message: dict[str, Any]) -> None:
        ref = read_ref(message)
        run = await self.registry.start(read_order(message, settings.PORTAL_UPSTREAMS), owner=self.reader, ref=ref)
        await self._send({"type": "accepted", "ref": ref, "run": run.id})
        self._watch(run, 0)

    async def _attach(self, message: dict[str, Any]) -> None:
        run = await self.registry.find(message.get("run"), reader=self.reader)
        after = await check_after(run, message.get("after", 0))
        # Who has everything is sent nothing, and a pong that lacks the run says so.
        if after < run.head or not run.ended:
            self._watch(run, after)

    async def _cancel(self, message: dict[str, Any]) -> None:
        await (await self.registry.find(message.get("run"), reader=self.reader)).stop()

    async def _detach(self, message: dict[str, Any]) -> None:
        run = await self.registry.find(message.get("run"), reader=self.reader)
        self._unwatch(run.id)

    async def _ping(self, _message: dict[str, Any]) -> None:
        heads = {run_id: run.head for run_id, (run, _) in self._watching.items()}
        await self._send({"type": "pong", "runs": heads})

    def _watch(self, run: Watchable, after: int) -> None:
        self._unwatch(run.id)
        if len(self._watching) >= MOST_WATCHED_AT_ONCE:
            raise Rejected(
                "too_many", f"One socket watches at most {MOST_WATCHED_AT_ONCE} runs; detach one first.", "run"
            )
        task = asyncio.create_task(self._pump(run, after), name=f"watch {run.id}")
        self._watching[run.id] = run, task
        task.add_done_callback(lambda done: self._forget(run.id, done))

    def _unwatch(self, run_id: str) -> None:
        if watching := self._watching.pop(run_id, None):
            watching[1].cancel()

    def _forget(self, run_id: str, task: asyncio.Task[None]) -> None:
        if (watching := self._watching.get(run_id)) and watching[1] is task:
            del self._watching[run_id]

    async def _pump(self, run: Watchable, after: int) -> None:
        try:
            await self._pump_frames(run, after)
        except Rejected as problem:
            await self._say_error({"run": run.id}, problem)

    async def _pump_frames(self, run: Watchable, after: int) -> None:
        # ASGI answers a send on a socket that has gone with an OSError; `disconnect` follows and tidies up.
        with suppress(OSError):
            async with aclosing(run.follow(after)) as batches:
                async for batch in batches:
                    for frame in batch:
                        await self.send(text_data=frame)
                    # Sending does not suspend while the socket is free: without this a fast stream would own the loop.
                    await asyncio.sleep(0)

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))

    async def _say_error(self, message: dict[str, Any], problem: Rejected) -> None:
        about = {
            name: message[name]
            for name in ("ref", "run")
            if isinstance(message.get(name), str) and len(message[name]) <= 64
        }
        await self._send(
            {"type": "error", **about, "code": problem.code, "message": str(problem), "field": problem.field}
        )


def _read_message(text: str | None) -> dict[str, Any]:
    if text is None:
        raise Rejected("bad_message", "Messages are JSON texts; a binary one came.")
    try:
        message = load_json(text)
    except BadBody as problem:
        raise Rejected("bad_message", str(problem)) from None
    if not isinstance(message, dict):
        raise Rejected("bad_message", "A message is a JSON object with a “type”.")
    return message
