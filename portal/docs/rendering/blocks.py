"""How each kind of block becomes part of the tree."""

from __future__ import annotations

import re
from xml.etree.ElementTree import SubElement

from markdown_it.token import Token

from portal.docs.rendering import maths, raw_html
from portal.docs.rendering.highlighting import label_of
from portal.docs.rendering.inclusions import take_in
from portal.docs.rendering.tree import Build, TreeBuilder
from portal.docs.rendering.values import Fence, Heading

# `rust,ignore` and `js{1,3}` say more than the language; `{note}` says it is none.
_MORE_THAN_LANGUAGE = re.compile(r"(?<=.)[,{]")
_DONE = '<input type="checkbox" disabled checked aria-label="Done">'
# How many elements are open in a paragraph that stands in the page itself.
_IN_PARAGRAPH = 2
_TO_DO = '<input type="checkbox" disabled aria-label="To do">'


def _paragraph_open(page: TreeBuilder, token: Token) -> None:
    if not token.hidden:
        page.open("p")


def _paragraph_close(page: TreeBuilder, token: Token) -> None:
    page.sections.end_block()
    if not token.hidden:
        page.close()


def _inline(page: TreeBuilder, token: Token) -> None:
    page.draft.in_raw_link = False
    if page.top.tag == "p" and page.depth == _IN_PARAGRAPH:
        page.draft.opening.add(token.children or ())
    page.build_inline(token.children or ())


def _heading_open(page: TreeBuilder, token: Token) -> None:
    page.sections.start_heading()
    page.heading_name = str(token.meta.get("name", ""))
    page.open("div", {"class": "heading"})
    page.open(token.tag)


def _heading_close(page: TreeBuilder, token: Token) -> None:
    element = page.close()
    written = page.sections.heading_text()
    text = " ".join(written.split())
    name, anchors = page.heading_name, page.draft.anchors
    anchor = anchors.claim_name(name) if name else anchors.claim(page.spell_out(written))
    heading = Heading(int(token.tag[1]), text, anchor)
    page.draft.headings.append(heading)
    page.sections.start(heading)
    element.set("id", heading.anchor)
    page.add(
        "a",
        {"href": "#" + heading.anchor, "class": "heading-anchor", "aria-label": f"Link to “{text or heading.anchor}”"},
    )
    page.close()


def _fence(page: TreeBuilder, token: Token) -> None:
    info = token.info.strip()
    words = info.split(None, 1)
    lang = _MORE_THAN_LANGUAGE.split(words[0].lower(), 1)[0] if words else ""
    text, missing = take_in(token.content, page.read_part) if page.draft.read_part else (token.content, ())
    for href in missing:
        message = f"There is no {href} in the set of which this block could take in lines."
        page.draft.note(page.line, "missing-part", message)
    fence = Fence(lang, info, text, page.line, len(page.draft.fences), label_of(info), page.comment)
    if lang == "math":
        maths.draw_block(page, token)
        return
    page.draft.fences.append(fence)
    if not token.meta.get("closed", True):
        message = f"The code block that opens here with {token.markup} is never closed."
        page.draft.note(fence.line, "unclosed-fence", message)
    page.draft.fence_slots.append(page.add_slot("pre"))
    page.sections.add_block(text)


def _code_block(page: TreeBuilder, token: Token) -> None:
    SubElement(page.add("pre", {"tabindex": "0"}), "code").text = token.content
    page.sections.add_block(token.content)


def _html_block(page: TreeBuilder, token: Token) -> None:
    page.add_raw(raw_html.admit(token.content, page.line, page.draft))
    page.sections.add_block(raw_html.text_of(token.content))


def _rule(page: TreeBuilder, token: Token) -> None:
    page.add("hr")


def _table_open(page: TreeBuilder, token: Token) -> None:
    page.open("div", {"class": "table-scroll", "tabindex": "0"})
    page.open("table")


def _table_close(page: TreeBuilder, token: Token) -> None:
    page.close()
    page.close()


def _cell_open(page: TreeBuilder, token: Token) -> None:
    alignment = str((token.attrs or {}).get("style", "")).removeprefix("text-align:")
    page.open(token.tag, {"align": alignment} if alignment else None)


def _cell_close(page: TreeBuilder, token: Token) -> None:
    page.sections.end_block()
    page.close()


def _list_open(page: TreeBuilder, token: Token) -> None:
    attributes = {"start": str(token.attrs["start"])} if "start" in token.attrs else {}
    page.open(token.tag, attributes)


def _item_open(page: TreeBuilder, token: Token) -> None:
    checked = token.meta.get("checked")
    page.open("li", {} if checked is None else {"class": "task"})
    if checked is not None:
        page.list_above.set("class", "task-list")
        page.add_slot("span", _DONE if checked else _TO_DO)
        page.add_text(" ")


BLOCKS: dict[str, Build] = {
    "paragraph_open": _paragraph_open,
    "paragraph_close": _paragraph_close,
    "inline": _inline,
    "heading_open": _heading_open,
    "heading_close": _heading_close,
    "fence": _fence,
    "code_block": _code_block,
    "html_block": _html_block,
    "hr": _rule,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell_open,
    "th_close": _cell_close,
    "td_open": _cell_open,
    "td_close": _cell_close,
    "bullet_list_open": _list_open,
    "ordered_list_open": _list_open,
    "list_item_open": _item_open,
}
