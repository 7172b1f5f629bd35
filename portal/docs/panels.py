"""Request examples on a page: each becomes a panel around its highlighted code."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.docs.rendering import Fence
from portal.examples.detection import read_blocks
from portal.examples.values import Block, Example, Request

Draw = Callable[[str], str]


class Panels:
    """Draws the panels of one page."""

    def __init__(self, page: str) -> None:
        self.page = page
        self._seen: Counter[str] = Counter()

    def draw(self, fences: Sequence[Fence]) -> list[Draw | None]:
        """For each fence, how to draw it from its highlighted code; None leaves it plain code."""
        blocks = [Block(fence.lang, fence.text, fence.line) for fence in fences]
        examples = read_blocks(blocks)
        return [
            self._drawing(example, name) if example.requests else None
            for example, name in zip(examples, _name_blocks(blocks, self._seen), strict=True)
        ]

    def _drawing(self, example: Example, name: str) -> Draw:
        return lambda highlighted: draw_panel(example, name=name, page=self.page, code=highlighted)


def draw_panel(example: Example, *, name: str, page: str, code: str) -> str:
    """The panels of one example as HTML. `name` is the first one's id, `code` the example as highlighted HTML."""
    context = {
        "name": name,
        "page": page,
        "example": example,
        "requests": [_shown(request, example) for request in example.requests],
        "code": mark_safe(code),  # noqa: S308 - our own highlighter wrote it
    }
    return render_to_string("docs/panel.html", context)


def _shown(request: Request, example: Example) -> dict[str, object]:
    body, endpoint = request.body, request.endpoint
    model = body.get("model", "") if isinstance(body, dict) else ""
    streams = {True: "yes", False: "no", None: "never"}[endpoint.streams if endpoint else None]
    elsewhere = request.upstream == "other"
    return {
        "request": request,
        "model": model if isinstance(model, str) else "",
        "body": "" if body is None else json.dumps(body, indent=2, ensure_ascii=False),
        "streams": streams,
        "runs": example.runnable and not elsewhere and endpoint is not None,
        "why_not": f"for {request.origin}" if elsewhere else example.reason,
    }


def _name_blocks(blocks: Sequence[Block], seen: Counter[str]) -> list[str]:
    """A name for each block that stays while others come and go: a hash of its text, and its number among equals."""
    names = []
    for block in blocks:
        digest = hashlib.sha256(block.text.strip().encode("utf-8", "replace")).hexdigest()[:10]
        seen[digest] += 1
        names.append(f"run-{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else ""))
    return names
