"""JavaScript and TypeScript text as tree-sitter's tree, and the literals in it as values."""

from __future__ import annotations

import tree_sitter_typescript
from tree_sitter import Language, Node

from portal.examples.limits import Clock, parse_tree

_TYPESCRIPT = Language(tree_sitter_typescript.language_typescript())
_TSX = Language(tree_sitter_typescript.language_tsx())
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_NOT_CODE = {"comment", "html_comment", "hash_bang_line"}


def parse_javascript(text: str, clock: Clock) -> Node | None:
    """Parse a block; None when it is neither JavaScript nor TypeScript. Three dots may stand for something left out."""
    for language in (_TYPESCRIPT, _TSX) if "</" in text or "/>" in text else (_TYPESCRIPT,):
        root = parse_tree(language, text, clock)
        if not root.has_error or _has_gaps_alone(root):
            return root
    return None


def _has_gaps_alone(node: Node) -> bool:
    """Say whether all that the grammar stumbled over are ellipses, as in `messages: [...]`."""
    if not node.has_error:
        return True
    if node.is_missing or node.type == "ERROR":
        return is_gap(node) or (node.is_missing and node.type == "identifier")
    return all(_has_gaps_alone(child) for child in node.children)


def is_gap(node: Node) -> bool:
    """Say whether a node is an ellipsis that leaves something open."""
    return text_of(node).strip() in ("...", "…", "")


def text_of(node: Node) -> str:
    """The source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def parts_of(node: Node) -> list[Node]:
    """The named children of a node without the comments."""
    return [child for child in node.named_children if child.type not in _NOT_CODE]


def part(node: Node, name: str) -> Node | None:
    """The child of a node that plays a role in it."""
    return node.child_by_field_name(name)


def read_number(text: str) -> int | float | None:
    """The value of a number literal; None when it is of no kind that JSON has."""
    text = text.replace("_", "")
    try:
        if text[:2].lower() in ("0x", "0b", "0o"):
            whole = int(text, 0)
            return whole if abs(whole) < 2**53 else None
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def read_string(node: Node) -> str:
    """The value of a string literal."""
    return "".join(read_piece(child) for child in node.named_children)


def read_piece(node: Node) -> str:
    """The text that a piece of a string or template stands for."""
    return _read_escape(text_of(node)) if node.type == "escape_sequence" else text_of(node)


def _read_escape(text: str) -> str:
    letter, digits = text[1:2], text[2:].strip("{}")
    if letter in ("x", "u") and digits:
        try:
            return chr(int(digits, 16))
        except ValueError:
            return ""
    if letter in ("\n", "\r", "\u2028", "\u2029"):
        return ""
    return _ESCAPES.get(letter, letter)
