"""How each piece of running text becomes part of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from portal.docs.rendering import raw_html
from portal.docs.rendering.addresses import encode
from portal.docs.rendering.tree import Build, TreeBuilder


def _text(page: TreeBuilder, token: Token) -> None:
    page.add_text(token.content)


def _code_inline(page: TreeBuilder, token: Token) -> None:
    page.add("code").text = token.content
    page.sections.add(token.content)


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
    for name, value in raw_html.marks(link, is_image=False).items():
        element.set(name, encode(value) if name == "href" else value)


def _image(page: TreeBuilder, token: Token) -> None:
    src, alt = str(token.attrs.get("src", "")), plain_text(token.children or ())
    link = page.draft.follow(src, is_image=True, line=page.line, text=alt)
    attributes = raw_html.marks(link, is_image=True) | {"alt": alt}
    attributes["src"] = encode(link.href)
    if token.attrs.get("title"):
        attributes["title"] = str(token.attrs["title"])
    page.add("img", attributes)
    page.sections.add(alt, in_heading=False)


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
