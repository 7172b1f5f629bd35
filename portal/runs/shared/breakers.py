"""A breaker that knows what other workers met: each tells the others, and what is lost on the way costs one try."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress

from portal.ollama.upstreams import Upstream
from portal.runs.breakers import Breaker
from portal.runs.shared.link import Away, Link


class SharedBreaker(Breaker):
    """The breaker of the upstream `name` on one worker of several."""

    def __init__(self, link: Link, name: str) -> None:
        super().__init__()
        self._link, self._channel, self._me = link, f"portal:breaker:{name}", secrets.token_hex(4)
        self._is_listening = False

    def check(self, upstream: Upstream) -> None:
        """Raises `Unreachable` at once while the upstream is given a rest; who passes then tries for all workers."""
        if not self._is_listening:
            self._is_listening = True
            self._link.soon(self._link.hear(self._channel, self._hear))
        super().check(upstream)
        if self.pause:
            self._link.soon(self._say("tries"))

    def note_failure(self) -> None:
        """A connection was not made."""
        super().note_failure()
        self._link.soon(self._say("failed"))

    def note_answer(self) -> None:
        """Something answered, whatever it said."""
        if self.has_failed:
            self._link.soon(self._say("answered"))
        super().note_answer()

    def _hear(self, text: str) -> None:
        said = json.loads(text) if text else {"from": self._me}
        if said["from"] == self._me:
            return
        match said["what"]:
            case "tries":
                self.rest()
            case "failed":
                super().note_failure()
            case "answered":
                super().note_answer()

    async def _say(self, what: str) -> None:
        with suppress(Away):
            await self._link.say(self._channel, json.dumps({"from": self._me, "what": what}))
