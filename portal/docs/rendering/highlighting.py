"""Code as HTML: Pygments' tokens in spans with its short class names, the text untouched."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.token import _TokenType as TokenType
from pygments.util import ClassNotFound

from portal.docs.rendering.serializing import escape, escape_value
from portal.docs.rendering.values import Fence

MAX_SIZE = 100_000  # characters; a larger block stays plain
MAX_SIZE_SLOW = 2_000
SECONDS_A_BLOCK = 0.5
SECONDS_A_PAGE = 2.0
_LOOK_EVERY = 0.05
# What lexers are slow on is the text more than the language: most of them look, from each character of a long run,
# through all of it. Such runs are no code anybody reads; blocks that have one stay plain.
_LONG_RUN = re.compile(r"\s{300}|[^\n]{3000}|\S{1500}")

# These can spend seconds on one token, where no clock is looked at.
_SLOW = frozenset({"Evoque", "HTML+Evoque", "XML+Evoque"})
# Blanks, punctuation and plain names look like the text around them: no span, a third less HTML.
_UNCOLOURED = frozenset({"w", "p", "n", "esc"})
_LINES = re.compile(r"\{([\d,\s-]*)\}")
_ATTRIBUTE = re.compile(r"""(?:title|filename|file)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
# Lines, attributes, and what Expressive Code and others mark in the code: a text in quotes or an expression between slashes.
_NOT_A_LABEL = re.compile(
    r"\{[^}]*\}|\[[^\]]*\]|\b\w+=(?:\"[^\"]*\"|'[^']*'|/(?:[^/\\]|\\.)+/|\S+)"
    r"|(?<!\S)(?:\"[^\"]*\"|'[^']*'|/(?:[^/\\]|\\.)+/[gimsuy\d-]{0,8})(?!\S)"
)
_FLAGS = frozenset({
    "copy", "expandable", "focus", "highlight", "linenums", "lines", "nocopy", "npm2yarn", "showlinenumbers", "wrap",
})  # fmt: skip


def label_of(info: str) -> str:
    """The caption an info string gives: `bash Title.sh lines {1,3}` gives `Title.sh`, `js title="a b"` gives `a b`."""
    rest = info.partition(" ")[2].strip()
    if not rest:
        return ""
    named = _ATTRIBUTE.search(rest)
    if named:
        return named[1] or named[2] or named[3] or ""
    words = _NOT_A_LABEL.sub(" ", rest).split()
    return " ".join(word for word in words if word.lower() not in _FLAGS)


def marked_lines(info: str) -> frozenset[int]:
    """The lines (from 1) an info string like `js {1,3-5}` asks to be marked."""
    found = _LINES.search(info)
    marked: set[int] = set()
    for part in found[1].split(",") if found else ():
        first, _, last = part.strip().partition("-")
        if first.isdecimal() and len(first) < 7 and (not last or last.isdecimal()):
            marked.update(range(int(first), min(int(last or first), int(first) + 1000) + 1))
    return frozenset(marked)


class TooSlow(Exception):
    """Colouring has used up its time."""


@dataclass(slots=True)
class Allowance:
    """The CPU time a page may spend on colours. Once it is used up, code stays plain."""

    left: float = SECONDS_A_PAGE

    def spend(self, tokens: Iterable[tuple[int, TokenType, str]]) -> Iterator[tuple[int, TokenType, str]]:
        """The same tokens, for as long as there is time. Raises TooSlow when there is no more."""
        least = self.left - SECONDS_A_BLOCK
        due, before = time.perf_counter() + _LOOK_EVERY, 0.0
        for number, token in enumerate(tokens):
            # Asking for the CPU time is a system call; nearly all blocks are done before the first time it is due.
            if number % 16 == 0 and time.perf_counter() > due:
                now = time.thread_time()
                self.left -= now - before if before else _LOOK_EVERY
                due, before = time.perf_counter() + _LOOK_EVERY, now
                if self.left < max(0, least):
                    raise TooSlow
            yield token


def draw(fence: Fence, allowance: Allowance | None = None, *, has_caption: bool = True) -> str:
    """A fenced block as a figure, with its caption where it has one."""
    caption = f"<figcaption>{escape(fence.label)}</figcaption>" if fence.label and has_caption else ""
    lang = f' data-lang="{escape_value(fence.lang)}"' if fence.lang else ""
    code = highlight(fence.text, fence.lang, marked_lines(fence.info), allowance or Allowance())
    return f'<figure class="code"{lang}>{caption}<pre tabindex="0"><code class="highlight">{code}</code></pre></figure>'


def highlight(text: str, lang: str, marked: frozenset[int], allowance: Allowance) -> str:
    """`text` in spans. The text content of what comes back is `text`, whatever the lexer makes of it."""
    tokens = _tokens(text, lang, allowance)
    return _in_marked_lines(tokens, marked) if marked else "".join(_span(kind, value) for kind, value in tokens)


def colour(text: str, lang: str) -> list[tuple[str, str]]:
    """`text` in pieces, each after the class of its colour ("" for none)."""
    return _tokens(text, lang, Allowance())


@lru_cache(maxsize=256)
def _lexer(lang: str) -> Lexer | None:
    try:
        found: Lexer = get_lexer_by_name(lang.lstrip("."), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


def _tokens(text: str, lang: str, allowance: Allowance) -> list[tuple[str, str]]:
    """(short class name, text), neighbours of one class joined; all in one plain piece where it cannot be coloured."""
    plain = [("", text)]
    lexer = _lexer(lang) if lang and len(text) <= MAX_SIZE and allowance.left > 0 else None
    if lexer is None or (lexer.name in _SLOW and len(text) > MAX_SIZE_SLOW) or _LONG_RUN.search(text):
        return plain
    try:
        joined = list(_joined(allowance.spend(lexer.get_tokens_unprocessed(text))))
    except Exception:  # TooSlow, or a lexer of the 600 that fails: it costs the block its colours, not the page
        return plain
    return joined if "".join(value for _, value in joined) == text else plain


def _joined(tokens: Iterable[tuple[int, TokenType, str]]) -> Iterator[tuple[str, str]]:
    kind, parts = "", list[str]()
    for _, token, value in tokens:
        name = _class_name(token)
        if name != kind and parts:
            yield kind, "".join(parts)
            parts = []
        kind = name
        parts.append(value)
    if parts:
        yield kind, "".join(parts)


@cache
def _class_name(token: TokenType) -> str:
    while token not in STANDARD_TYPES and token.parent is not None:
        token = token.parent
    name = STANDARD_TYPES[token]
    return "" if name in _UNCOLOURED else name


def _span(kind: str, value: str) -> str:
    return f'<span class="{kind}">{escape(value)}</span>' if kind else escape(value)


def _in_marked_lines(tokens: list[tuple[str, str]], marked: frozenset[int]) -> str:
    """Spans that end at each line's end, so that a marked line can be wrapped whole."""
    lines: list[list[str]] = [[]]
    for kind, value in tokens:
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(_span(kind, piece))
    drawn = ["".join(line) for line in lines]
    return "\n".join(_mark(line) if number in marked else line for number, line in enumerate(drawn, 1))


def _mark(line: str) -> str:
    return f'<mark class="line">{line}</mark>'
