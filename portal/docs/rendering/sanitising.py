"""What of a document's HTML may reach the page: GitHub's list in spirit, and the marks of our own drawing."""

from __future__ import annotations

import re

import nh3

from portal.docs.rendering.draft import Slots

# Ids that start so are the page's own; a document cannot make one.
RESERVED_IDS = "portal:"

_TEXT = frozenset({
    "a", "abbr", "aside", "b", "bdo", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
    "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby",
    "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_MATH = frozenset({
    "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover",
})  # fmt: skip
_OURS = frozenset({"doc-tabs"})
_CLASSES = {
    "accordion", "accordion-group", "callout", "callout-title", "card", "card-group", "card-title",
    "external-image", "field", "field-head", "field-name", "field-note", "field-type", "footnote-back",
    "footnote-mark", "footnotes", "frame", "heading", "heading-anchor", "icon", "math", "math-source", "step",
    "step-title", "steps", "tab", "tab-title", "table-scroll", "task", "task-list",
}  # fmt: skip
_ON_ANY = {"align", "aria-hidden", "aria-label", "dir", "height", "id", "lang", "role", "title", "valign", "width"}
_ON_MATH = {
    "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "columnspan", "depth", "displaystyle",
    "fence", "form", "frame", "largeop", "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize",
    "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rowspan", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "voffset",
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {
    "*": _ON_ANY,
    "a": {"data-link", "href", "name", "rel"},
    "aside": {"data-kind"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"data-columns", "tabindex"},
    "img": {"alt", "data-link", "data-share", "decoding", "loading", "src"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "math": {"alttext", "display", "xmlns"},
    "ol": {"reversed", "start", "type"},
    "pre": {"data-slot", "tabindex"},
    "q": {"cite"},
    "section": {"data-title"},
    "span": {"data-icon", "data-slot"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    **dict.fromkeys(_MATH, _ON_MATH),
}
_SCHEMES = {"ftp", "git", "http", "https", "irc", "ircs", "mailto", "sftp", "ssh", "tel", "xmpp"}
_SLOT = re.compile(r'<(?:pre|span) data-slot="([0-9a-f]+)\.(\d+)"></(?:pre|span)>')


def _keep(element: str, attribute: str, value: str) -> str | None:
    if attribute in {"id", "name"} and value.lower().startswith(RESERVED_IDS):
        return None
    return value


def _cleaner(*, judges_ids: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TEXT | _MATH | _OURS | {"math"}),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_keep if judges_ids else None,
        allowed_classes=dict.fromkeys(_TEXT | _OURS, _CLASSES),
        link_rel=None,
        url_schemes=_SCHEMES,
    )


# A filter in Python is asked about every attribute of the page, so it is kept for pages whose own HTML has ids.
_QUICK = _cleaner(judges_ids=False)
_JUDGING = _cleaner(judges_ids=True)


def sanitise(html: str, *, has_raw_ids: bool) -> str:
    """`html` with nothing in it that could run, load a frame, restyle the page or take the page's own ids."""
    return (_JUDGING if has_raw_ids else _QUICK).clean(html)


def fill(html: str, slots: Slots) -> str:
    """Sanitised `html` with the contents of the slots in their places."""

    def content(mark: re.Match[str]) -> str:
        return slots.contents[int(mark[2])] if mark[1] == slots.word else ""

    return _SLOT.sub(content, html) if slots.contents else html
