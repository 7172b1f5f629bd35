"""How each piece of running text becomes part of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from portal.docs.rendering import links, raw_html
from portal.docs.rendering.tree import Build, TreeBuilder


def _text(page: TreeBuilder, token: Token) -> None:
    if ".md" in token.content and page.may_link:
        _text_with_mentions(page, token.content)
    else:
        page.add_text(token.content)


def _text_with_mentions(page: TreeBuilder, text: str) -> None:
    done = 0
    for name in links.MENTION.finditer(text):
        link = page.draft.find_mention(name[0], line=page.line)
        if link:
            page.add_text(text[done : name.start()])
            page.open("a", links.link_attributes(link))
            page.add_text(name[0])
            page.close()
            done = name.end()
    page.add_text(text[done:])


def _code_inline(page: TreeBuilder, token: Token) -> None:
    is_name = token.content.endswith((".md", ".mdx")) and page.may_link and links.MENTION.fullmatch(token.content)
    link = page.draft.find_mention(token.content, line=page.line) if is_name else None
    if link:
        page.open("a", links.link_attributes(link))
    page.add("code").text = token.content
    page.sections.add(token.content)
    if link:
        page.close()


def _softbreak(page: TreeBuilder, token: Token) -> None:
    page.add_text("\n")
    page.line += 1


def _hardbreak(page: TreeBuilder, token: Token) -> None:
    page.add("br")
    page.add_text("\n")
    page.line += 1


def _html_inline(page: TreeBuilder, token: Token) -> None:
    page.add_raw(raw_html.admit(token.content, page.line, page.draft))


def _link_open(page: TreeBuilder, token: Token) -> None:
    attributes = {"title": str(token.attrs["title"])} if token.attrs.get("title") else {}
    page.open_links.append((page.open("a", attributes), str(token.attrs.get("href", "")), page.line))


def _link_close(page: TreeBuilder, token: Token) -> None:
    page.close()
    element, href, line = page.open_links.pop()
    link = page.draft.follow(href, is_image=False, line=line, text="".join(element.itertext()))
    for name, value in links.link_attributes(link).items():
        element.set(name, value)


def _image(page: TreeBuilder, token: Token) -> None:
    src, alt = str(token.attrs.get("src", "")), plain_text(token.children or ())
    link = page.draft.follow(src, is_image=True, line=page.line, text=alt)
    page.sections.add(alt, in_heading=False)
    if links.stands_elsewhere(link):
        name = links.name_of_picture(link, alt)
        if page.open_links or page.draft.in_raw_link:
            page.add("span", {"class": "external-image"}).text = name
        else:
            page.add("a", {"class": "external-image", **links.link_attributes(link)}).text = name
        return
    title = {"title": str(token.attrs["title"])} if token.attrs.get("title") else {}
    page.add("img", links.picture_attributes(link, alt) | title)


def plain_text(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, pictures by their alt text."""
    parts: list[str] = []
    for token in tokens:
        if token.type == "image":
            parts.append(plain_text(token.children or ()))
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
    return "".join(parts)


INLINES: dict[str, Build] = {
    "text": _text,
    "text_special": _text,
    "code_inline": _code_inline,
    "softbreak": _softbreak,
    "hardbreak": _hardbreak,
    "html_inline": _html_inline,
    "link_open": _link_open,
    "link_close": _link_close,
    "image": _image,
}
