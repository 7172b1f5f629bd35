"""Records of an answer that are not JSON: which one it was, and how it begins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from portal.ollama.errors import quoted

Framing = Literal["ndjson", "sse", "whole"]

# So much of it is kept, and so much of that is said.
_KEPT, _SAID = 400, 80
_FIELDS = ("event", "id", "retry", "")


@dataclass(frozen=True, slots=True)
class Unread:
    """`number` counts the records of a stream from 1 and is 0 for a body that came whole; `begins` is its beginning."""

    number: int
    begins: str

    def said(self, of: str = "") -> str:
        """A sentence about it; `of` names whose answer it was."""
        what = f"Record {self.number} of the answer" if self.number else "The answer"
        return f"{what}{f' of {of}' if of else ''} is not JSON: it begins “{quoted(self.begins, _SAID)}”."


def unread(number: int, text: str) -> Unread | None:
    """What to say of `text`, which should be JSON; None when it is, or holds nothing."""
    return Unread(number, text[:_KEPT]) if text.strip() and not _is_json(text) else None


def payload_of(line: str, framing: Framing) -> str:
    """The part of a line that should be JSON, empty where none should; a line that is no field of an event should be some."""
    if framing != "sse":
        return line.strip()
    name, _, rest = line.partition(":")
    if name == "data":
        return "" if rest.strip() == "[DONE]" else rest.strip()
    return "" if name.strip() in _FIELDS else line.strip()


def _is_json(text: str) -> bool:
    try:
        _STRICT.decode(text)
    except RecursionError:
        return True  # deeper than can be read here, and no wrong word so far
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


# A number of any length is JSON, and need not become one here; what Python takes for numbers besides is not.
_STRICT = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=_refuse)
