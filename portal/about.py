"""What a line of the log is about: the request and the person it was written for, and the worker that wrote it."""

from __future__ import annotations

from contextvars import ContextVar

request: ContextVar[str] = ContextVar("request", default="")
person: ContextVar[str] = ContextVar("person", default="")


class Here:
    """This process. `worker` is its number among the workers, None in one that only watches over them."""

    worker: int | None = None
