"""The HTTP protocol of the server: answers pages that are kept as soon as a request's headers are read.

uvicorn makes a scope, a cycle and a task of every request, which costs several times what sending a kept page does. A request
that `Front.at_once` can answer needs none of them; every other one takes uvicorn's own way.

A reader who takes nothing is let go of here as it is on a websocket: whoever follows events comes back for the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from portal.stalls import Stalling

logger = logging.getLogger(__name__)

# Seconds. Nobody comes back by itself for the rest of a page.
LONGEST_STALL_OF_A_PAGE = 60.0
# Bytes before a body, or after one, that lead to nothing: the parser would keep as many as somebody likes to send.
_MOST_OF_A_HEAD = 128 << 10


class Kept(Protocol):
    """What has answers that can go at once."""

    def at_once(
        self, scheme: str, path: str, asked: dict[bytes, bytes], more: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """A whole answer as head and body; None when there is none."""


class NothingKept:
    """Has none, so that every request takes its whole way."""

    def at_once(
        self, scheme: str, path: str, asked: dict[bytes, bytes], more: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """None."""
        return None


_HAS_A_BODY = frozenset((b"content-length", b"transfer-encoding", b"expect", b"upgrade"))


class KeptFirst(Stalling, HttpToolsProtocol):
    """One connection. What is overridden are the parser's callbacks between the headers and the end of a message."""

    front: Kept
    _is_answered = False
    _unread = 0

    def longest_stall(self) -> float:
        """Of an answer without a length, a stream, as much as of a websocket."""
        is_stream = self.cycle is not None and self.cycle.chunked_encoding
        return super().longest_stall() if is_stream else LONGEST_STALL_OF_A_PAGE

    def cut(self) -> None:
        """Nothing can be said that would be taken."""
        logger.info("a reader took nothing for %g seconds, so its connection was closed", self.longest_stall())
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on; whoever sends headers without an end is told so, and no more of them is read."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > _MOST_OF_A_HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Only what the parser fills; the scope is made when uvicorn needs one."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Answer at once, or hand the request on."""
        self._unread = 0
        answer = self._at_once()
        if answer is None:
            self._hand_on()
        else:
            self._is_answered = True
            head, body = answer
            if body:
                self.transport.writelines((head, body))
            else:
                self.transport.write(head)

    def _hand_on(self) -> None:
        url, headers, waits = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, waits
        self.headers.extend(headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Nothing: what is answered at once has no body."""
        self._unread = 0
        if not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The end of a request; one that is answered is over with it."""
        self._unread = 0
        if self._is_answered:
            self._is_answered = False
            self.on_response_complete()
        else:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what may be wrong; the parser tells no more than that it cannot go on."""
        super().send_400_response(
            "This request cannot be read: it is not HTTP, or its address is longer than 64 KB or its headers than 128 KB.\n"
        )

    def _at_once(self) -> tuple[bytes, bytes] | None:
        parser: Any = self.parser
        if parser.get_method() != b"GET" or not parser.should_keep_alive() or parser.get_http_version() != "1.1":
            return None
        # In turn: while an answer is under way, or the reader is slow, requests wait where uvicorn has them wait.
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return None
        asked = dict(self.headers)
        if not _HAS_A_BODY.isdisjoint(asked) or len(asked) != len(self.headers):
            return None
        path = self.url.partition(b"?")[0]
        if not path.startswith(b"/") or b"%" in path:
            return None
        return self.front.at_once(self.scheme or "http", path.decode("latin-1"), asked, self.server_state.default_headers)


def kept_first(front: Kept) -> type[HttpToolsProtocol]:
    """The protocol class that asks `front` first; uvicorn makes one of it for each connection."""
    return type("KeptFirst", (KeptFirst,), {"front": front})
