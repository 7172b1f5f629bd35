"""The words of a text, the same for what is indexed, asked and marked."""

from __future__ import annotations

import re
import unicodedata

# Longer runs are hashes and encoded files; nobody types them.
LONGEST = 64
_SHORTEST_NAME = 3

# Writing systems that put no space between words: each letter is a word, and a word asked for is a phrase of them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SPARSE = 1.04
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_JOINED = re.compile(r"[^\W_]+(?:[_./:@$-]{1,2}[^\W_]+)+")
_CAMEL = re.compile(r"\b[A-Za-z][a-z0-9]*(?:[A-Z]+[a-z0-9]+)+\b")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


class _Folding(dict[int, str]):
    """From a character to what stands for it in folded text: always one character."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    is_mark = unicodedata.category(char).startswith("M") and not "\ufe00" <= char <= "\ufe0f"
    if not char.isalnum() and not is_mark:
        return " "
    letters = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    lowered = (letters[0] if len(letters) == 1 else char).lower()
    return lowered if len(lowered) == 1 else char


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in lower case without accents, a space for whatever is no letter or digit; as long as `text`."""
    # `translate` is some thirty times as quick on ASCII, and a dash or two is all that keeps most texts from it.
    if not text.isascii() and len(text.encode("utf-8", "replace")) < len(text) * _SPARSE:
        text = _NOT_ASCII.sub(_fold_run, text)
    return text.translate(_FOLDING)


def _fold_run(run: re.Match[str]) -> str:
    return run[0].translate(_FOLDING)


def spread(folded: str) -> str:
    """Folded text with its words between spaces, those of scripts that write none letter by letter."""
    return folded if folded.isascii() else _UNSPACED.sub(r" \g<0> ", folded)


def is_unspaced(char: str) -> bool:
    """Whether `char` belongs to a script in which each letter counts as a word."""
    return char > "\u0dff" and _UNSPACED.match(char) is not None


def words_in(text: str) -> list[str]:
    """The words of a text, in order."""
    return spread(fold(text)).split()


def squeeze(text: str) -> str:
    """A name without what joins its parts: `keep_alive`, `keep-alive` and `keepAlive` are one."""
    return fold(text).replace(" ", "")


def names_in(text: str) -> list[str]:
    """The identifiers, paths and addresses of a text, squeezed, and the parts of those in camel case; each once."""
    found: dict[str, None] = {}
    for match in _JOINED.finditer(text):
        found[squeeze(match[0])] = None
    for match in _CAMEL.finditer(text):
        found[match[0].lower()] = None
        found |= dict.fromkeys(part.lower() for part in _HUMP.findall(match[0]))
    return [name for name in found if _SHORTEST_NAME <= len(name) <= LONGEST]
