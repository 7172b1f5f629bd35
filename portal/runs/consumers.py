"""The websocket door: messages in become one call each, frames of the log go out."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from portal.ollama.bodies import load_json
from portal.ollama.errors import BadBody
from portal.runs.accounting import start_counted
from portal.runs.orders import Rejected, read_order, read_ref, refused
from portal.runs.permitting import permit
from portal.runs.registry import Registry
from portal.runs.watching import Watchable, check_after
from portal.team.audiences import Audience, admits
from portal.team.here import accounts, recognition
from portal.team.identity import reader_now
from portal.team.readers import Reader

logger = logging.getLogger(__name__)

MOST_WATCHED_AT_ONCE = 100
# For whom each message is; what is started is looked at once more, by `permit`.
AUDIENCES = {
    "start": Audience.PEOPLE, "attach": Audience.PEOPLE, "cancel": Audience.PEOPLE, "detach": Audience.PEOPLE,
    "ping": Audience.ANYBODY,
}  # fmt: skip
_SIGNED_OUT = 4401


class RunsConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # ships no types
    """One socket of one reader. It watches any number of runs; closing it changes nothing but who watches.

    `at_once` names the server's extension of a scope that sends a text without waiting, where it has one.
    """

    registry: Registry

    def __init__(self, registry: Registry, at_once: str = "") -> None:
        super().__init__()
        self.registry, self._at_once = registry, at_once
        self._watching: dict[str, tuple[Watchable, asyncio.Task[None]]] = {}

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Act on one event. Channels has a thread look for old database connections first; here only desks have any."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Let them in; whether they may do what they ask is asked at each message."""
        self.reader: Reader = await reader_now(self.scope)
        self._stop_listening = recognition.listen(self._look_again)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Act on one message. Whatever is wrong with it costs one `error` message and nothing else."""
        message: dict[str, Any] = {}
        try:
            message = _read_message(text_data)
            handler = self._handler(message)
            await self._admit(message["type"])
            await handler(message)
        except Rejected as problem:
            await self._say_error(message, problem)

    async def disconnect(self, code: int) -> None:
        """Stop watching; the runs go on."""
        self._stop_listening()
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

    async def _admit(self, kind: str) -> None:
        """Look who it is now. Raises `Rejected` when the message is not for them."""
        self.reader = await reader_now(self.scope)
        if admits(AUDIENCES[kind], self.reader, members_only=False):
            return
        if self.reader.trouble:
            raise Rejected("unreadable", self.reader.trouble)
        raise Rejected("sign_in", "Only people who are signed in run requests here. Nothing was sent; sign in first.")

    async def _look_again(self) -> None:
        """Somebody signed out, or changed: who is somebody no more sees nothing more here."""
        was, self.reader = self.reader, await reader_now(self.scope)
        if was.id and self.reader.id != was.id and not self.reader.trouble:
            for run_id in list(self._watching):
                self._unwatch(run_id)
            await self.close(_SIGNED_OUT)

    async def _start(self, message: dict[str, Any]) -> None:
        ref = read_ref(message)
        upstreams = settings.PORTAL_UPSTREAMS
        order = read_order(message, upstreams)
        permitted = await permit(order, self.reader, upstreams, local_only=settings.PORTAL_LOCAL_ONLY)
        run = await start_counted(self.registry, accounts, permitted.order, reader=self.reader, ref=ref, scope=self.scope)
        await self._send({"type": "accepted", "ref": ref, "run": run.id} | ({"note": permitted.note} if permitted.note else {}))
        self._watch(run, 0)

    async def _attach(self, message: dict[str, Any]) -> None:
        run = await self.registry.find(message.get("run"), reader=self.reader.id)
        after = await check_after(run, message.get("after", 0))
        # Who has everything is sent nothing, and a pong that lacks the run says so.
        if after < run.head or not run.ended:
            self._watch(run, after)

    async def _cancel(self, message: dict[str, Any]) -> None:
        await (await self.registry.find(message.get("run"), reader=self.reader.id)).stop()

    async def _detach(self, message: dict[str, Any]) -> None:
        run = await self.registry.find(message.get("run"), reader=self.reader.id)
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
        # ASGI answers a send on a socket that has gone with an OSError; `disconnect` follows and tidies up.
        with suppress(OSError):
            try:
                await self._pump_frames(run, after)
            except Rejected as problem:
                await self._say_error({"run": run.id}, problem)
            except OSError:
                raise
            except Exception:
                logger.exception("watching run %s met a fault of the portal", run.id, extra={"run": run.id})
                why = "The portal met a fault of its own while it read the run; try again."
                await self._say_error({"run": run.id}, Rejected("unreadable", why))

    async def _pump_frames(self, run: Watchable, after: int) -> None:
        at_once = self.scope.get("extensions", {}).get(self._at_once)
        async with aclosing(run.follow(after, at_once)) as batches:
            async for batch in batches:
                for number, frame in enumerate(batch):
                    if number:
                        # Sending does not suspend while the socket is free: without this a fast stream would own the loop.
                        await asyncio.sleep(0)
                    # Straight to the server: this is the way of every record.
                    await self.base_send({"type": "websocket.send", "text": frame})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))

    async def _say_error(self, message: dict[str, Any], problem: Rejected) -> None:
        refused[problem.code] += 1
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
