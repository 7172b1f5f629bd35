"""Request examples on a page: each becomes a panel around its highlighted code."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.docs.rendering import Fence
from portal.examples.detection import read_blocks
from portal.examples.identity import identify
from portal.examples.values import Block, Example, Request

Draw = Callable[[str], str]


class Panels:
    """Draws the panels of one page."""

    def __init__(self, page: str) -> None:
        self.page = page

    def draw(self, fences: Sequence[Fence]) -> list[Draw | None]:
        """For each fence, how to draw it from its highlighted code; None leaves it plain code."""
        blocks = [Block(fence.lang, fence.text, fence.line) for fence in fences]
        examples = read_blocks(blocks)
        return [
            self._drawing(example, name) if example.requests else None
            for example, name in zip(examples, identify(blocks), strict=True)
        ]

    def _drawing(self, example: Example, name: str) -> Draw:
        requests = [_shown(request) for request in example.requests]

        def draw(highlighted: str) -> str:
            return render_to_string(
                "docs/panel.html",
                {
                    "name": name,
                    "page": self.page,
                    "example": example,
                    "requests": requests,
                    "code": mark_safe(highlighted),  # noqa: S308 - our own highlighter wrote it
                },
            )

        return draw


def _shown(request: Request) -> dict[str, object]:
    body = request.body
    model = body.get("model", "") if isinstance(body, dict) else ""
    return {
        "request": request,
        "model": model if isinstance(model, str) else "",
        "body": "" if body is None else json.dumps(body, indent=2, ensure_ascii=False),
        "foreign": request.upstream == "other",
    }
