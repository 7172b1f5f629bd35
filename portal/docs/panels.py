"""Request examples on a page: each becomes a panel around its highlighted code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.docs.rendering import Fence, render
from portal.examples.detection import read_blocks
from portal.examples.identity import identify_blocks
from portal.examples.values import Block, Example, Missing, Request

Draw = Callable[[str], str]


class Panels:
    """Draws the panels of one page."""

    def __init__(self, page: str, hosts: Mapping[str, str] | None = None) -> None:
        self.page, self.hosts = page, hosts
        self._given: set[str] = set()

    def draw(self, fences: Sequence[Fence]) -> list[Draw | None]:
        """For each fence, how to draw it from its highlighted code; None leaves it plain code."""
        blocks = blocks_of(fences)
        examples = read_blocks(blocks, hosts=self.hosts)
        found = [(block, example) for block, example in zip(blocks, examples, strict=True) if example.requests]
        names = map(self._claim, identify_blocks([block for block, _ in found]))
        return [self._drawing(example, next(names)) if example.requests else None for example in examples]

    def _claim(self, name: str) -> str:
        """`name`, or the next free one: a page may be drawn in several parts that hold the same block."""
        candidates = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        free = next(candidate for candidate in candidates if candidate not in self._given)
        self._given.add(free)
        return free

    def _drawing(self, example: Example, name: str) -> Draw:
        return lambda highlighted: draw_panel(example, name=name, page=self.page, code=highlighted)


def find_blocks(text: str, *, mdx: bool = False) -> list[Block]:
    """The fenced blocks of a document, as the site finds them, each with the comment right before it."""
    return blocks_of(render(text, is_mdx=mdx).fences)


def blocks_of(fences: Sequence[Fence]) -> list[Block]:
    """The fences of a page as detection reads them."""
    return [Block(_first_word(fence.info), fence.text, fence.line, fence.comment or None) for fence in fences]


def _first_word(info: str) -> str:
    return info.split(maxsplit=1)[0] if info.strip() else ""


def draw_panel(example: Example, *, name: str, page: str, code: str) -> str:
    """The panels of one example as HTML. `name` is the first one's id, `code` the example as highlighted HTML."""
    context = {
        "name": name,
        "page": page,
        "example": example,
        "requests": [_shown(request, example, number) for number, request in enumerate(example.requests)],
        "code": mark_safe(code),  # noqa: S308 - our own highlighter wrote it
    }
    return render_to_string("docs/panel.html", context)


def _shown(request: Request, example: Example, number: int) -> dict[str, object]:
    body, endpoint = request.body, _as_filled_in(request).endpoint
    model = body.get("model", "") if isinstance(body, dict) else ""
    elsewhere = request.upstream == "other"
    runs = (example.runnable or example.fillable) and not elsewhere and endpoint is not None
    return {
        "request": request,
        "model": model if isinstance(model, str) else "",
        "body": "" if body is None else json.dumps(body, indent=2, ensure_ascii=False),
        "streams": streams_of(request) or "never",
        "runs": runs,
        "fields": _fields_of(example, number) if runs else [],
        "why_not": f"for {request.origin}" if elsewhere else example.reason,
        "expects": example.hints.expect_status if (example.hints.expect_status or 0) >= 400 else None,
    }


def streams_of(request: Request) -> str | None:
    """Whether the answer comes as a stream when the body does not say: yes, no, never; None for no endpoint of ours."""
    endpoint = _as_filled_in(request).endpoint
    return {True: "yes", False: "no", None: "never"}[endpoint.streams] if endpoint else None


def _as_filled_in(request: Request) -> Request:
    """The request, with some name in its path where the reader has yet to give one."""
    return replace(request, path=request.path.partition("{")[0] + "name") if "{" in request.path else request


def _fields_of(example: Example, number: int) -> list[dict[str, object]]:
    """What the reader has to give before one of its requests can be sent, each with all its places."""
    fields: dict[str, list[Missing]] = {}
    for missing in example.missing:
        if missing.request == number:
            fields.setdefault(missing.name, []).append(missing)
    return [
        {
            "name": name,
            "kind": places[0].kind,
            "places": json.dumps([{"at": place.at, "placeholder": place.placeholder} for place in places]),
        }
        for name, places in fields.items()
    ]
