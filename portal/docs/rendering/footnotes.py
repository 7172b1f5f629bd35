"""Footnotes: marks in the text, and the notes at the end of the page with ways back."""

from __future__ import annotations

from markdown_it.token import Token

from portal.docs.rendering.tree import Build, TreeBuilder

# Ids with a colon, which no heading's anchor can hold.


def _mark(page: TreeBuilder, token: Token) -> None:
    number = token.meta["id"] + 1
    page.open("sup", {"class": "footnote-mark"})
    page.add("a", {"href": f"#fn:{number}", "id": _mark_id(token), "role": "doc-noteref"}).text = str(number)
    page.close()


def _notes_open(page: TreeBuilder, token: Token) -> None:
    page.open("section", {"class": "footnotes", "role": "doc-endnotes", "aria-label": "Footnotes"})
    page.open("ol")


def _notes_close(page: TreeBuilder, token: Token) -> None:
    page.close()
    page.close()


def _note_open(page: TreeBuilder, token: Token) -> None:
    page.open("li", {"id": f"fn:{token.meta['id'] + 1}"})


def _note_close(page: TreeBuilder, token: Token) -> None:
    page.close()


def _way_back(page: TreeBuilder, token: Token) -> None:
    label = f"Back to where note {token.meta['id'] + 1} is mentioned"
    attributes = {"href": "#" + _mark_id(token), "class": "footnote-back", "role": "doc-backlink", "aria-label": label}
    link = page.add("a", attributes)
    link.text = "↩"


def _mark_id(token: Token) -> str:
    again = token.meta.get("subId") or 0
    return f"fnref:{token.meta['id'] + 1}" + (f":{again + 1}" if again else "")


BLOCKS: dict[str, Build] = {
    "footnote_block_open": _notes_open,
    "footnote_block_close": _notes_close,
    "footnote_open": _note_open,
    "footnote_close": _note_close,
    "footnote_anchor": _way_back,
}
INLINES: dict[str, Build] = {"footnote_ref": _mark}
