"""From the tree to HTML text."""

from __future__ import annotations

from xml.etree.ElementTree import Element

# An element of this name stands for its text, which is HTML as a document wrote it.
RAW = "raw-html"
_VOID = frozenset({"br", "hr", "img", "input", "source", "wbr"})


def escape(text: str) -> str:
    """Text as it stands between tags."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text


def escape_value(text: str) -> str:
    """Text as it stands in a quoted attribute."""
    return escape(text).replace('"', "&quot;")


def serialize(root: Element) -> str:
    """The tree as HTML. A loop, not a recursion: emphasis can be nested as deep as a line is long."""
    out: list[str] = []
    pending: list[Element | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        if node.tail:
            pending.append(escape(node.tail))
        if node.tag == RAW:
            out.append(node.text or "")
            continue
        out.append(_open_tag(node))
        if node.tag in _VOID:
            continue
        if node.text:
            out.append(escape(node.text))
        pending.append(f"</{node.tag}>")
        pending.extend(reversed(node))
    return "".join(out)


def _open_tag(node: Element) -> str:
    if not node.attrib:
        return f"<{node.tag}>"
    attributes = "".join(f' {name}="{escape_value(value)}"' for name, value in node.items())
    return f"<{node.tag}{attributes}>"
