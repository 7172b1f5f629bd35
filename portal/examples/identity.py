"""What a block is called, whatever else changes on its page, and what its author says of it in a comment.

The comment stands right before the block and starts with `run:`; the page does not show it.

    <!-- run: skip reason="it deletes a model" -->
    <!-- run: expect-status=404 -->
    <!-- run: setup -->
    <!-- run: continues expect-status=200 -->
"""

from __future__ import annotations

import shlex
import textwrap
from base64 import b32encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from portal.examples.values import Block, Hints

NO_HINTS = Hints()
_PREFIX = "run:"
_FLAGS = {"skip", "continues", "setup"}
_KNOWN = "skip, reason=\"…\", expect-status=…, continues, setup"


def identify_blocks(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Give each block of a page its id: from its own text, and a number where the same text stands there again.

    An id begins with a letter and holds lower-case letters and digits, and a dash before the number. It does not
    change when other blocks come, go or move, nor with indentation, blank ends of lines or the block's label.
    """
    seen: Counter[str] = Counter()
    names = []
    for block in blocks:
        name = _name_text(block.text)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return tuple(names)


def _name_text(text: str) -> str:
    lines = "\n".join(map(str.rstrip, text.splitlines()))
    if text[:1].isspace():  # else nothing stands before all lines alike
        lines = textwrap.dedent(lines)
    digest = sha256(lines.strip("\n").encode("utf-8", "surrogatepass")).digest()
    return "x" + b32encode(digest[:10]).decode().lower()[:11]


def read_hints(comment: str | None) -> Hints:
    """Read the comment before a block; one that does not start with `run:` says nothing."""
    bare = (comment or "").strip()
    if not bare.startswith(_PREFIX):
        return NO_HINTS
    try:
        words = shlex.split(bare.removeprefix(_PREFIX).replace("“", '"').replace("”", '"'))
    except ValueError:
        return Hints(problem=f"The hint “{bare}” has a quote that is not closed.")
    hints = Hints()
    for word in words:
        hints = _add_word(hints, word)
        if hints.problem:
            return hints
    if hints.reason is not None and not hints.skip:
        return Hints(problem="The hint gives a reason without “skip”, which the reason is for.")
    return hints if words else Hints(problem=f"The hint “{bare}” says nothing; it can say {_KNOWN}.")


def _add_word(hints: Hints, word: str) -> Hints:
    name, equals, value = word.partition("=")
    if name in _FLAGS and not equals:
        return replace(hints, skip=hints.skip or name == "skip", continues=hints.continues or name == "continues",
                       setup=hints.setup or name == "setup")  # fmt: skip
    if name == "reason" and value.strip():
        return replace(hints, reason=value.strip().rstrip("."))
    if name == "expect-status":
        if not (value.isascii() and value.isdigit() and 100 <= int(value[:4]) <= 599):
            return Hints(problem=f"The hint “{word}” names no status; write a number from 100 to 599.")
        return replace(hints, expect_status=int(value))
    return Hints(problem=f"The hint “{word}” is not known; a hint can say {_KNOWN}.")
