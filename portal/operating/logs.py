"""Lines of the log, as text or as JSON; neither has what an exception said, which may quote what somebody wrote."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from portal.about import Here, person, request

# What a line may be about besides its words; everything else that is attached to one stays out.
ABOUT = (
    "person", "run", "upstream", "model", "outcome", "code", "ttft_ms", "duration_ms", "prompt_tokens", "output_tokens",
    "method", "path", "status", "bytes",
)  # fmt: skip
_LONGEST_CHAIN = 5
_LEFT_OUT = "what it said is left out, since it may quote what somebody wrote"

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """As text: the time, the level, who says it, and what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - logging calls it so
        """Where it was raised and what it is, not what it said. Its causes come first."""
        problem = ei[1]
        found: list[str] = []
        while problem is not None and len(found) < _LONGEST_CHAIN:
            frames = "".join(traceback.format_tb(problem.__traceback__))
            found.append(f"Traceback (most recent call last):\n{frames}{_name_of(problem)} ({_LEFT_OUT})")
            problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        return "\n\nwhich led to\n\n".join(reversed(found))


class JsonLines(Lines):
    """As JSON, an object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage(),
            "worker": Here.worker, "request": request.get() or None, "person": person.get() or None,
        }  # fmt: skip
        told |= {name: getattr(record, name) for name in ABOUT if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            told |= {"error": _name_of(record.exc_info[1]), "traceback": self.formatException(record.exc_info)}
        return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False, default=str)


def _name_of(problem: BaseException) -> str:
    kind = type(problem)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
