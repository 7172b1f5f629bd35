"""The HTML a document writes itself: links resolved, headings given anchors, tags GitHub forbids made text."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from portal.docs.rendering import links
from portal.docs.rendering.draft import Draft
from portal.docs.rendering.serializing import escape, escape_value
from portal.docs.rendering.values import Heading, ResolvedLink

# Bounded by the next `<`, so that a page full of unclosed tags is read in one pass.
_LINKING = re.compile(r"<(/a|a|img)(?=[\s>])([^<>]*)>", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?<![\w-])(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
_HEADING = re.compile(r"<h([1-6])((?:\s[^<>]*)?)>(.{0,2000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_ALT = re.compile(r"""(?<![\w-])alt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SIZE = re.compile(r"""(?<![\w-])(width|height)\s*=\s*["']?\s*(\d{1,5}%?)""", re.IGNORECASE)
_HAS_ID = re.compile(r"(?<![\w-])(?:id|name)\s*=", re.IGNORECASE)
_TAG = re.compile(r"<!--(?:.*?-->|.*)|<[^<>]*>", re.DOTALL)
# Widths in percent for which prose.css has a rule: one in an attribute leaves browsers without the picture's proportion.
SHARES = frozenset({"33", "66", "67", *map(str, range(5, 105, 5))})
# Elements left open go into one another, and the time to read them grows with the square of their number.
MAX_DEPTH = 100
_NESTING = re.compile(
    r"<(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|p|source|tbody|td|tfoot|th|thead|tr|track|wbr)\b)"
    r"(/?)[A-Za-z][^<>]*>",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(style|script)(?:\s[^<>]*)?>", re.IGNORECASE)
_FORBIDDEN = re.compile(
    r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))", re.IGNORECASE
)


def admit(source: str, line: int, draft: Draft) -> str:
    """A piece of a document's HTML, ready for the sanitiser. `line` is where it starts."""
    source = _without_unseen(source)
    draft.open_html = max(0, draft.open_html + sum(-1 if tag[1] else 1 for tag in _NESTING.finditer(source)))
    if draft.open_html > MAX_DEPTH:
        draft.note(line, "deep-html", f"More than {MAX_DEPTH} HTML elements are open here; the HTML is shown as text.")
        return escape(source)
    if _HAS_ID.search(source):
        draft.has_raw_ids = True
    if "<h" in source or "<H" in source:
        source = _HEADING.sub(lambda found: _anchored(found, draft), source)
    source = _LINKING.sub(lambda found: _resolved(found, line + source.count("\n", 0, found.start()), draft), source)
    return without_forbidden_tags(source)


def _without_unseen(source: str) -> str:
    """`source` without its whole `<style>` and `<script>` elements: nobody is meant to read what they hold."""
    position, kept = 0, []
    while found := _UNSEEN.search(source, position):
        closing = re.compile(rf"</{found[1]}\s*>", re.IGNORECASE).search(source, found.end())
        if closing is None:
            break
        kept.append(source[position : found.start()])
        position = closing.end()
    return "".join([*kept, source[position:]])


def without_forbidden_tags(source: str) -> str:
    """`source` with the tags of GitHub's tag filter (`<script>`, `<iframe>` and their like) turned into text."""
    return _FORBIDDEN.sub("&lt;", source)


def text_of(source: str) -> str:
    """What a reader sees of a piece of HTML."""
    return html.unescape(_TAG.sub(" ", source))


def _anchored(found: re.Match[str], draft: Draft) -> str:
    text = " ".join(text_of(found[3]).split())
    if _HAS_ID.search(found[2]) or not text:
        return found[0]
    anchor = draft.anchors.claim(text)
    draft.headings.append(Heading(int(found[1]), text, anchor))
    return f'<h{found[1]} id="{anchor}"{found[2]}>{found[3]}</h{found[1]}>'


def _resolved(found: re.Match[str], line: int, draft: Draft) -> str:
    tag, attributes = found[1].lower(), found[2]
    if tag == "/a":
        draft.in_raw_link = False
        return found[0]
    address = _ADDRESS.search(attributes)
    if address is None or address[1].lower() != ("src" if tag == "img" else "href"):
        return found[0]
    href = html.unescape(address[2] or address[3] or address[4] or "")
    rest = attributes[: address.start()] + " " + attributes[address.end() :]
    if tag == "a":
        draft.in_raw_link = True
        link = draft.follow(href, is_image=False, line=line, text="")
        return f"<a{_written(links.link_attributes(link))}{rest}>"
    return _picture(href, rest, line, draft)


def _picture(href: str, rest: str, line: int, draft: Draft) -> str:
    found = _ALT.search(rest)
    alt = html.unescape(found[1] or found[2] or "") if found else ""
    link = draft.follow(href, is_image=True, line=line, text=alt)
    if not links.stands_elsewhere(link):
        attributes = links.picture_attributes(_as_large_as_asked(link, rest), alt) | _share_of_column(link, rest)
        return f"<img{_written(attributes)}{rest}>"
    name = escape(links.name_of_picture(link, alt))
    if draft.in_raw_link:
        return f'<span class="external-image">{name}</span>'
    return f'<a class="external-image"{_written(links.link_attributes(link))}>{name}</a>'


def _as_large_as_asked(link: ResolvedLink, attributes: str) -> ResolvedLink:
    """The picture without the sizes its author gives, the other side in proportion. Of two attributes the first counts.

    Where the width is a share of the column the picture's own sizes stay: from them browsers know its proportion.
    """
    asked = _asked(attributes)
    if not asked or not link.width or not link.height or _share_of_column(link, attributes):
        return link
    width, height = (int(asked[side]) if asked.get(side, "").isdecimal() else 0 for side in ("width", "height"))
    return replace(
        link,
        width=round(height * link.width / link.height) or None if "width" not in asked else None,
        height=round(width * link.height / link.width) or None if "height" not in asked else None,
    )


def _share_of_column(link: ResolvedLink, attributes: str) -> dict[str, str]:
    """The width in percent, where that is all its author says, the stylesheet has it, and the picture's sizes are known."""
    asked = _asked(attributes)
    share = asked.get("width", "").removesuffix("%")
    if set(asked) != {"width"} or asked["width"] == share or share not in SHARES or not link.width or not link.height:
        return {}
    return {"data-share": share}


def _asked(attributes: str) -> dict[str, str]:
    return {found[1].lower(): found[2] for found in _SIZE.finditer(attributes)}


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape_value(value)}"' for name, value in attributes.items())
