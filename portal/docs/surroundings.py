"""What stands around a page: the tree of the set beside it, the trail above it, the pages before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.docs.catalogue import Page, Shelf
from portal.docs.navigation import neighbours, trail_to

# A larger set shows a page the sections on its own trail only: ten thousand links beside every page help nobody.
MOST_IN_TREE = 600


def around(page: Page | None, shelf: Shelf) -> dict[str, object]:
    """The template context of what surrounds `page`, or of a page that is not of the set."""
    if page is None or shelf.pages.get(page.path) is not page:
        return {"tree": draw_tree(shelf, None)}
    before, after = neighbours(page, shelf)
    return {"tree": draw_tree(shelf, page), "trail": trail_to(page, shelf), "before": before, "after": after}


def draw_crumbs(page: Page, shelf: Shelf, absolute: Callable[[str], str]) -> SafeString:
    """The trail of a page as JSON-LD (https://schema.org/BreadcrumbList), for search engines."""
    places = (
        [(branch.title, branch.page) for branch in trail_to(page, shelf)] if shelf.pages.get(page.path) is page else []
    )
    return crumbs_of([*((title, place.url if place else "") for title, place in places), (page.title, page.url)], absolute)


def crumbs_of(places: Iterable[tuple[str, str]], absolute: Callable[[str], str]) -> SafeString:
    """The same of a trail given by titles and addresses, "" where a place has no page."""
    items = [
        {"@type": "ListItem", "position": at, "name": title} | ({"item": absolute(url)} if url else {})
        for at, (title, url) in enumerate(places, 1)
    ]
    text = json.dumps({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
    # In a script element only these could end it or open a comment.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


def draw_tree(shelf: Shelf, page: Page | None) -> SafeString:
    """The tree as HTML with `page` marked: drawn once for each state of the set, not once a view."""
    section = page.section if page else ""
    html = _whole_tree(_Key(shelf)) if len(shelf.pages) <= MOST_IN_TREE else _tree_along(_Key(shelf), section)
    if page is None:
        return mark_safe(html)  # noqa: S308 - drawn by our template
    link = f'<a href="{escape(page.url)}"'
    html = html.replace(link, f'{link} aria-current="page"', 1)
    for path in _sections_above(page.section):
        fold = f'<details data-section="{escape(path)}"'
        html = html.replace(f"{fold}>", f"{fold} open>", 1)
    return mark_safe(html)  # noqa: S308


class _Key:
    """A shelf as a key: the same object, the same tree."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def __hash__(self) -> int:
        return id(self.shelf)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.shelf is self.shelf


@lru_cache(maxsize=2)
def _whole_tree(key: _Key) -> str:
    return render_to_string("docs/branch.html", {"branch": key.shelf.tree, "open": None})


@lru_cache(maxsize=256)
def _tree_along(key: _Key, section: str) -> str:
    return render_to_string("docs/branch.html", {"branch": key.shelf.tree, "open": set(_sections_above(section))})


def _sections_above(section: str) -> list[str]:
    """`a/b/c` gives `a`, `a/b` and `a/b/c`."""
    parts = section.split("/") if section else []
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
