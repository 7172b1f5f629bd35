"""A page as it is sent: what its file renders to, with all that stands around it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from portal.docs.catalogue import Shelf
from portal.docs.here import references
from portal.docs.library import Reading
from portal.docs.rendering import Heading
from portal.docs.surroundings import MOST_IN_TREE, around, draw_crumbs

# Bytes of HTML put into their template between two turns of the event loop; more is done in a thread.
_MOST_AT_ONCE = 256 << 10
# Where a page's own HTML goes: it is put in as bytes, since a template would copy it several times over.
_PLACE = "<!--portal:page-->"


@dataclass(frozen=True, slots=True)
class Framed:
    """What a page renders to, among the others of its set."""

    reading: Reading
    shelf: Shelf

    async def compose(self, request: HttpRequest, template: str, more: Mapping[str, object]) -> HttpResponse:
        """It, put into a template with `more`; a large one in a thread."""
        is_small = len(self.reading.html) <= _MOST_AT_ONCE and len(self.shelf.pages) <= MOST_IN_TREE

        def put_in() -> HttpResponse:
            response = render(request, template, around(self.reading.page, self.shelf) | self._told(request) | dict(more))
            response.content = response.content.replace(_PLACE.encode(), self.reading.html, 1)
            return response

        return put_in() if is_small else await asyncio.to_thread(put_in)

    def _told(self, request: HttpRequest) -> dict[str, object]:
        page, headings = self.reading.page, self.reading.rendered.headings
        tops = sum(heading.level == 1 for heading in headings)
        return {
            "page": page,
            "description": page.description or self.reading.rendered.opening,
            "changed": datetime.fromtimestamp(page.changed, UTC),
            "html": mark_safe(_PLACE),  # noqa: S308 - ours
            "contents": _contents(headings, has_parts=tops > 1),
            "has_title": tops > 0,
            "linked_from": references.to(page, self.shelf),
            "referenced": references.of(page, self.shelf),
            "canonical": request.build_absolute_uri(page.url),
            "crumbs": draw_crumbs(page, self.shelf, request.build_absolute_uri),
        }


def _contents(headings: Sequence[Heading], *, has_parts: bool) -> list[tuple[int, Heading]]:
    """The headings of the two levels below the title, with how deep each is; of all of level 1 where there are several."""
    first = 1 if has_parts else 2
    return [
        (heading.level - first, heading)
        for place, heading in enumerate(headings)
        if first <= heading.level <= first + 1 and heading.text and not (has_parts and place == 0)
    ]
