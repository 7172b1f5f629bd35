"""What each component becomes: plain, accessible HTML that reads without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

from markdown_it.token import Token

from portal.docs.rendering import links, raw_html
from portal.docs.rendering.callouts import open_callout
from portal.docs.rendering.jsx import VOID, Tag
from portal.docs.rendering.serializing import escape_value
from portal.docs.rendering.tree import Build, TreeBuilder

Open = Callable[[TreeBuilder, Tag], None]


def _callout(page: TreeBuilder, tag: Tag) -> None:
    kind = tag.attributes.get("type") or tag.name
    open_callout(page, kind, tag.attributes.get("title", ""), has_title=not tag.attributes.get("untitled"))


def _tabs(page: TreeBuilder, tag: Tag) -> None:
    group = page.open("doc-tabs")
    page.tab_titles[group] = iter(tag.attributes.get("items", "").splitlines())


def _tab(page: TreeBuilder, tag: Tag) -> None:
    # Nextra and Fumadocs name the tabs of a group at its head.
    listed = next(page.tab_titles.get(page.top, iter(())), "")
    own = (tag.attributes.get(name) for name in ("title", "label", "value"))
    title = next(filter(None, (*own, listed)), "Tab")
    page.open("section", {"class": "tab", "data-title": title})
    page.add_line("p", "tab-title", title)


def _card(page: TreeBuilder, tag: Tag) -> None:
    page.open("div", {"class": "card"})
    title, href, picture = (tag.attributes.get(name, "") for name in ("title", "href", "img"))
    if picture:
        _add_picture(page, picture, "")
    if title or href:
        _add_card_title(page, title, href)
    if tag.attributes.get("description"):
        page.add_line("p", "", tag.attributes["description"])


def _add_picture(page: TreeBuilder, src: str, alt: str) -> None:
    link = page.draft.follow(src, is_image=True, line=page.line, text=alt)
    if not links.stands_elsewhere(link):
        page.add("img", links.picture_attributes(link, alt))


def _add_card_title(page: TreeBuilder, title: str, href: str) -> None:
    page.open("p", {"class": "card-title"})
    if href:
        link = page.draft.follow(href, is_image=False, line=page.line, text=title)
        page.open("a", links.link_attributes(link))
        page.add_text(title or href)
        page.close()
    else:
        page.add_text(title)
    page.close()
    page.sections.end_block()


def _picture(page: TreeBuilder, tag: Tag) -> None:
    page.open("p")
    src = next((tag.attributes[name] for name in ("src", "sources", "light") if tag.attributes.get(name)), "")
    if src:
        _add_picture(page, src, tag.attributes.get("alt", ""))


def _link_button(page: TreeBuilder, tag: Tag) -> None:
    page.open("div")
    link = page.draft.follow(tag.attributes.get("href", ""), is_image=False, line=page.line, text="")
    page.open("a", links.link_attributes(link))


def _group(page: TreeBuilder, tag: Tag) -> None:
    page.open("div", {"class": "card-group", "data-columns": tag.attributes.get("cols") or "2"})


def _plain_group(page: TreeBuilder, tag: Tag) -> None:
    page.open("div")


def _accordion_group(page: TreeBuilder, tag: Tag) -> None:
    page.open("div", {"class": "accordion-group"})


def _accordion(page: TreeBuilder, tag: Tag) -> None:
    opened = {"open": ""} if tag.attributes.get("defaultOpen", "false") not in {"false"} else {}
    fold = page.open("details", {"class": "accordion", **opened})
    # One that is written as a block between marks has no anchor on the sites that read these.
    if tag.end:
        page.to_be_named.append((fold, tag.attributes.get("id") or tag.attributes.get("title", "")))
    page.open("summary")
    page.add_markdown(tag.attributes.get("title") or "Details")
    page.close()
    page.sections.end_block()


def _steps(page: TreeBuilder, tag: Tag) -> None:
    page.open("ol", {"class": "steps"})


def _step(page: TreeBuilder, tag: Tag) -> None:
    page.open("li" if page.top.get("class") == "steps" else "div", {"class": "step"})
    if tag.attributes.get("title"):
        page.add_line("p", "step-title", tag.attributes["title"])


def _frame(page: TreeBuilder, tag: Tag) -> None:
    page.open("figure", {"class": "frame"})
    if tag.attributes.get("caption"):
        page.open("figcaption")
        page.add_markdown(tag.attributes["caption"])
        page.close()
        page.sections.end_block()


def _field(page: TreeBuilder, tag: Tag) -> None:
    attributes = tag.attributes
    name = next((attributes[key] for key in ("path", "query", "body", "header", "name") if attributes.get(key)), "")
    field = page.open("div", {"class": "field"})
    page.to_be_named.append((field, "param-" + re.sub(r"[\W_]+", "-", name)))
    page.open("p", {"class": "field-head"})
    page.add("code", {"class": "field-name"}).text = name
    page.sections.add(name)
    notes = [("field-type", attributes.get("type", ""))]
    if "required" in attributes and attributes["required"] != "false":
        notes.append(("field-note", "required"))
    if attributes.get("default"):
        notes.append(("field-note", f"default {attributes['default']}"))
    for kind, text in notes:
        if text:
            page.add_text(" ")
            page.add("span", {"class": kind}).text = text
            page.sections.add(text)
    page.close()
    page.sections.end_block()


def _update(page: TreeBuilder, tag: Tag) -> None:
    page.open("div", {"class": "card"})
    page.add_line("p", "card-title", tag.attributes.get("label", ""))


def _tree(page: TreeBuilder, tag: Tag) -> None:
    page.open("ul")


def _folder(page: TreeBuilder, tag: Tag) -> None:
    if page.top.tag != "ul":
        page.open("ul")
    page.open("li")
    page.add_text(tag.attributes.get("name", "").rstrip("/") + "/")
    page.sections.end_block()
    if not tag.is_empty:
        page.open("ul")


def _file(page: TreeBuilder, tag: Tag) -> None:
    if page.top.tag != "ul":
        page.open("ul")
    page.open("li")
    page.add_text(tag.attributes.get("name", ""))


def _unknown(page: TreeBuilder, tag: Tag) -> None:
    """A component of the set's own, of which a reader gets the words that it is given."""
    page.draft.note(
        page.line,
        "unknown-component",
        f"<{tag.name}> is no component known here; only its words and content are shown.",
    )
    title, href, description = (tag.attributes.get(name, "") for name in ("title", "href", "description"))
    if title:
        _card(page, tag)
    elif href and not tag.is_empty:
        _link_button(page, tag)
    elif description:
        page.open("p")
        page.add_markdown(description)
        page.close()
        page.sections.end_block()


BLOCK_COMPONENTS: dict[str, Open] = {
    **dict.fromkeys(("Note", "Tip", "Warning", "Info", "Check", "Danger", "Important", "Caution", "Callout"), _callout),
    **dict.fromkeys(("Aside", "Admonition"), _callout),
    **dict.fromkeys(("Tabs", "CodeGroup", "RequestExample", "ResponseExample"), _tabs),
    **dict.fromkeys(("Tab", "TabItem", "Tabs.Tab"), _tab),
    **dict.fromkeys(("Card", "Tile", "LinkCard", "Cards.Card"), _card),
    **dict.fromkeys(("CardGroup", "CardGrid", "Cards", "Columns"), _group),
    **dict.fromkeys(("Column", "Panel", "View", "BrowserOnly"), _plain_group),
    "FileTree": _tree,
    "ThemedImage": _picture,
    "LinkButton": _link_button,
    **dict.fromkeys(("AccordionGroup", "Accordions"), _accordion_group),
    **dict.fromkeys(("Accordion", "Expandable"), _accordion),
    "Steps": _steps,
    "Step": _step,
    "Frame": _frame,
    **dict.fromkeys(("ParamField", "ResponseField"), _field),
    "Update": _update,
}
BLOCK_NAMES = frozenset(BLOCK_COMPONENTS)
# Those whose names are too plain to be more than a word in angle brackets where a document is not MDX.
_MDX_COMPONENTS: dict[str, Open] = {
    **dict.fromkeys(("Tree", "Files"), _tree),
    **dict.fromkeys(("Tree.Folder", "FileTree.Folder", "Folder"), _folder),
    **dict.fromkeys(("Tree.File", "FileTree.File", "File"), _file),
}
INLINE_NAMES = frozenset({"Icon", "Tooltip", "Badge", "LinkButton"})
_TREES = frozenset({"FileTree", "Tree", "Files"})
# Groups whose children are blocks of code, each to be a tab.
_OF_CODE = frozenset({"CodeGroup", "RequestExample", "ResponseExample"})


def _component_open(page: TreeBuilder, token: Token) -> None:
    tag: Tag = token.meta["tag"]
    page.component_depths.append(page.depth)
    if tag.name in BLOCK_COMPONENTS:
        BLOCK_COMPONENTS[tag.name](page, tag)
    elif tag.name in page.draft.parts or tag.name == "Snippet":
        page.include(page.draft.parts.get(tag.name) or "/snippets/" + tag.attributes.get("file", ""))
    elif tag.is_component:
        _MDX_COMPONENTS.get(tag.name, _unknown)(page, tag)
    else:
        _html_open(page, tag)


def _component_close(page: TreeBuilder, token: Token) -> None:
    depth = page.component_depths.pop()
    page.sections.end_block()
    if token.meta["tag"].name in _OF_CODE:
        _make_tabs(page, page.top)
    elif token.meta["tag"].name == "Steps":
        _make_steps(page.top)
    elif token.meta["tag"].name in _TREES and any(child.tag != "li" for child in page.top):
        page.top.tag = "div"  # Its files are a list of markdown.
    while page.depth > depth:
        page.close()


def _is_for_dark_pages(tag: Tag) -> bool:
    """Whether a picture is shown on dark pages only; there is always another beside it for light ones."""
    classes = (tag.attributes.get("className") or tag.attributes.get("class", "")).split()
    return "hidden" in classes and any(name.startswith("dark:") for name in classes)


def _html_open(page: TreeBuilder, tag: Tag) -> None:
    attributes = _html_attributes(page, tag)
    if tag.name == "img" and _is_for_dark_pages(tag):
        page.draft.follow(tag.attributes.get("src", ""), is_image=True, line=page.line, text="")
    elif tag.name == "img":
        page.add_raw(raw_html.admit(f"<img{_written(attributes)}>", page.line, page.draft))
    elif tag.name in {"iframe", "video"}:
        _linked_film(page, attributes)
    elif tag.name in VOID:
        page.add(tag.name, attributes)
    else:
        page.open(tag.name, attributes)


def _html_attributes(page: TreeBuilder, tag: Tag) -> dict[str, str]:
    """The attributes HTML has for those of JSX, links resolved."""
    attributes = {
        "class" if name == "className" else name: value for name, value in tag.attributes.items() if name != "style"
    }
    if "id" in attributes or "name" in attributes:
        page.draft.has_raw_ids = True
    if tag.name == "a" and attributes.get("href"):
        link = page.draft.follow(attributes["href"], is_image=False, line=page.line, text="")
        attributes |= links.link_attributes(link)
    return attributes


def _linked_film(page: TreeBuilder, attributes: dict[str, str]) -> None:
    """A film from elsewhere as a link to it: pages ask no other host for anything."""
    if attributes.get("src"):
        link = page.draft.follow(attributes["src"], is_image=False, line=page.line, text=attributes.get("title", ""))
        page.open("p")
        page.add("a", links.link_attributes(link)).text = attributes.get("title") or link.href
        page.close()


def _make_steps(steps: Element) -> None:
    """Where steps are written as an ordered list, as in Starlight, let that list be them."""
    if len(steps) and all(child.tag != "li" for child in steps):
        steps.tag = "div"
        steps.attrib.pop("class", None)
        for listed in steps.findall("ol"):
            listed.set("class", "steps")
            for item in listed.findall("li"):
                item.set("class", "step")


def _make_tabs(page: TreeBuilder, group: Element) -> None:
    """Wrap each block of code in `group` in a tab of its own, titled as the block is."""
    for place, child in enumerate(list(group)):
        fence = page.fence_in(child)
        if fence is None:
            continue
        title = fence.label or fence.lang or "Code"
        page.draft.in_tabs.add(fence.index)
        tab = Element("section", {"class": "tab", "data-title": title})
        title_line = Element("p", {"class": "tab-title"})
        title_line.text = title
        tab.extend([title_line, child])
        group[place] = tab


def _component_inline(page: TreeBuilder, token: Token) -> None:
    tag: Tag = token.meta["tag"]
    if tag.name == "Icon":
        if not tag.is_closing:
            page.add("span", {"class": "icon", "data-icon": tag.attributes.get("icon", ""), "aria-hidden": "true"})
    elif tag.name == "LinkButton":
        page.add_raw(_html_tag(page, replace(tag, name="a")))
    elif tag.name in INLINE_NAMES:
        tip = tag.attributes.get("tip", "")
        page.add_raw("</span>" if tag.is_closing else f'<span title="{escape_value(tip)}">' if tip else "<span>")
        if tag.is_empty and not tag.is_closing:
            # GitHub shows no components, so beside a heading this is no part of its anchor.
            text = tag.attributes.get("text", "")
            page.add_raw(f"{escape_value(text)}</span>")
            page.sections.add_beside(text)
    elif not tag.is_component:
        page.add_raw(_html_tag(page, tag))


def _html_tag(page: TreeBuilder, tag: Tag) -> str:
    if tag.is_closing:
        return f"</{tag.name}>"
    html = f"<{tag.name}{_written(_html_attributes(page, tag))}>"
    return raw_html.admit(html, page.line, page.draft) if tag.name == "img" else raw_html.without_forbidden_tags(html)


def _written(attributes: dict[str, str]) -> str:
    # A name of JSX may hold what a name of HTML may not; the sanitiser drops those it does not know.
    return "".join(f' {name}="{escape_value(value)}"' for name, value in attributes.items())


BLOCKS: dict[str, Build] = {"component_open": _component_open, "component_close": _component_close}
INLINES: dict[str, Build] = {"component_inline": _component_inline}
