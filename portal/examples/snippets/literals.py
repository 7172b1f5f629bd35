"""JSON values as source text: in JSON, for a shell, as Python and as JavaScript. Safe to paste whatever they hold."""

from __future__ import annotations

import json
import keyword

_WIDTH = 88
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}  # line ends to JavaScript and to many editors
MAX_SAFE_INTEGER = 2**53 - 1


def write_json(value: object) -> str:
    """JSON over several lines, non-ASCII as it is, line separators escaped."""
    return _escape_line_ends(json.dumps(value, indent=2, ensure_ascii=False))


def _escape_line_ends(text: str) -> str:
    for character, escape in _LINE_ENDS.items():
        text = text.replace(character, escape)
    return text


def quote_for_shell(text: str) -> str:
    """Text in single quotes, within which a shell leaves everything alone but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"


def write_python(value: object, indent: int = 0) -> str:
    """A value as a Python expression, over several lines when it is long."""
    if isinstance(value, dict):
        parts = [f"{key!r}: {write_python(item, indent + 4)}" for key, item in value.items()]
        return _wrap("{", parts, "}", indent)
    if isinstance(value, list):
        return _wrap("[", [write_python(item, indent + 4) for item in value], "]", indent)
    return repr(value)


def write_javascript(value: object, indent: int = 0) -> str:
    """A value as a JavaScript expression, over several lines when it is long."""
    if isinstance(value, dict):
        parts = [f"{_write_key(key)}: {write_javascript(item, indent + 2)}" for key, item in value.items()]
        return _wrap("{ ", parts, " }", indent, step=2)
    if isinstance(value, list):
        return _wrap("[", [write_javascript(item, indent + 2) for item in value], "]", indent, step=2)
    return _escape_line_ends(json.dumps(value, ensure_ascii=False))


def _write_key(key: str) -> str:
    if key == "__proto__":  # written plainly it would set the prototype
        return '["__proto__"]'
    plain = key.isascii() and key.isidentifier()
    return key if plain else _escape_line_ends(json.dumps(key, ensure_ascii=False))


def _wrap(opening: str, parts: list[str], closing: str, indent: int, step: int = 4) -> str:
    """Put parts between brackets: in one line when they fit, else each on its own."""
    if not parts:
        return opening.strip() + closing.strip()
    line = opening + ", ".join(parts) + closing
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    margin = " " * (indent + step)
    inside = "".join(f"{margin}{part},\n" for part in parts)
    return f"{opening.strip()}\n{inside}{' ' * indent}{closing.strip()}"


def is_python_name(name: str) -> bool:
    """Say whether a key can be written as a keyword argument."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def fits_javascript(value: object) -> bool:
    """Say whether JavaScript keeps every number of a value as it is."""
    if isinstance(value, dict):
        return all(map(fits_javascript, value.values()))
    if isinstance(value, list):
        return all(map(fits_javascript, value))
    return not isinstance(value, int) or isinstance(value, bool) or abs(value) <= MAX_SAFE_INTEGER
