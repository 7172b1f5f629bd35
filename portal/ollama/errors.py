"""What can go wrong with the far end, each as a sentence for the person who pressed Run."""

from __future__ import annotations


class OllamaError(Exception):
    """Something kept an answer from coming. `code` is for programs, the message and `hint` for people.

    The message says what happened and what was sent; `hint` says what to do next. Neither holds a key, and text of
    the far end enters them only through `quoted`.
    """

    code = "failed"
    hint = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or self.hint


class Unreachable(OllamaError):
    """No connection to the upstream's address."""

    code = "unreachable"


class Exhausted(OllamaError):
    """This server cannot open another connection."""

    code = "exhausted"
    hint = "Run it again in a moment. The operator can let the server open more (ulimit -n, or LimitNOFILE of its service)."


class Interrupted(OllamaError):
    """The connection was lost before the answer was whole."""

    code = "interrupted"
    hint = "What had arrived is kept. Run it again; if it keeps happening, look at the log of the Ollama server."


class BrokenProtocol(OllamaError):
    """What came back is not an answer of Ollama's API."""

    code = "broken_protocol"
    hint = "Check that the address belongs to an Ollama server, and that nothing in between rewrites answers."


class Refused(OllamaError):
    """The upstream answered with an error, by status or by a record in its stream."""

    code = "upstream_error"


class BadBody(OllamaError):
    """The request cannot be sent; `field` names the part of it that is at fault."""

    code = "bad_request"

    def __init__(self, message: str, hint: str = "", *, field: str = "request.body") -> None:
        super().__init__(message, hint)
        self.field = field


def quoted(text: str, limit: int = 300) -> str:
    """The far end's words for use inside a sentence: one line, bounded, without control characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
