"""Request examples on a page: each becomes a panel around its highlighted code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.docs.rendering import Fence
from portal.examples.detection import read_blocks
from portal.examples.identity import identify_blocks
from portal.examples.values import Block, Example, Request

Draw = Callable[[str], str]


class Panels:
    """Draws the panels of one page."""

    def __init__(self, page: str) -> None:
        self.page = page
        self._given: set[str] = set()

    def draw(self, fences: Sequence[Fence]) -> list[Draw | None]:
        """For each fence, how to draw it from its highlighted code; None leaves it plain code."""
        blocks = blocks_of(fences)
        examples = read_blocks(blocks)
        return [
            self._drawing(example, name) if example.requests else None
            for example, name in zip(examples, map(self._claim, identify_blocks(blocks)), strict=True)
        ]

    def _claim(self, name: str) -> str:
        """`name`, or the next free one: a page may be drawn in several parts that hold the same block."""
        candidates = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        free = next(candidate for candidate in candidates if candidate not in self._given)
        self._given.add(free)
        return free

    def _drawing(self, example: Example, name: str) -> Draw:
        return lambda highlighted: draw_panel(example, name=name, page=self.page, code=highlighted)


def blocks_of(fences: Sequence[Fence]) -> list[Block]:
    """The fences of a page as detection reads them."""
    return [Block(fence.lang, fence.text, fence.line, fence.comment or None) for fence in fences]


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
