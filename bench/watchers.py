"""Watchers of runs who know what they have seen: they are cut off, come back, and go on from there."""

from __future__ import annotations

import json
import re

from bench.streams import Seen, SocketStream, text_frame

_FRAME = re.compile(rb'\{"run":"([\w-]+)","seq":(\d+),')
_LONGEST_HEAD = 80


class Watcher(SocketStream):
    """Starts a run, and takes note of the number of every frame that comes of it."""

    run = ""
    cookie = ""
    tail = b""

    def __init__(self, seen: Seen, where: str, body: bytes) -> None:
        super().__init__(seen, where, body)
        self.numbers: list[int] = []

    def headers(self) -> str:
        """The sign-in, where there is one."""
        return f"Cookie: portal-sign-in={self.cookie}\r\n" if self.cookie else ""

    def data_received(self, data: bytes) -> None:
        """Note the frames' numbers, and the rest."""
        super().data_received(data)
        text, end = self.tail + data, 0
        for found in _FRAME.finditer(text):
            self.run, end = found[1].decode(), found.end()
            self.numbers.append(int(found[2]))
        self.tail = text[max(end, len(text) - _LONGEST_HEAD) :]


class Returning(Watcher):
    """Goes on with another's run after the frame `after`. `begun` is set once a record of it is there."""

    after = 0

    def greet(self) -> None:
        """Attach."""
        self.transport.write(text_frame(json.dumps({"type": "attach", "run": self.run, "after": self.after})))
