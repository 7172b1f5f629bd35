"""The words that differ between two pieces of HTML, marked in both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# Matching words costs up to the product of their numbers; larger pairs are shown without marks.
MOST_WORD_PAIRS = 1_500_000

_UNSEEN = re.compile(r"\s|</?span\b")
_TOKEN = re.compile(r'<(?:[^<>"]|"[^"]*")*>|\s+|[^<\s]+')


def mark_words(old: str, new: str) -> tuple[str, str]:
    """`old` with the words that went in <del>, `new` with those that came in <ins>."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    lefts, rights = _places_of_words(left), _places_of_words(right)
    if len(lefts) * len(rights) > MOST_WORD_PAIRS:
        return old, new
    # The matcher's own rule for long texts, to search by all but their commonest words, keeps repetitive ones cheap.
    matcher = SequenceMatcher(None, [left[at] for at in lefts], [right[at] for at in rights])
    gone, come = set(lefts), set(rights)
    for a, b, size in matcher.get_matching_blocks():
        gone.difference_update(lefts[a : a + size])
        come.difference_update(rights[b : b + size])
    return _marked(left, gone, "del"), _marked(right, come, "ins")


def read_alike(old: str, new: str) -> bool:
    """Whether two pieces of HTML look the same on the page: spaces and bare spans make no difference."""
    left, right = ([token for token in _TOKEN.findall(html) if not _UNSEEN.match(token)] for html in (old, new))
    return left == right


def _places_of_words(tokens: Sequence[str]) -> list[int]:
    return [at for at, token in enumerate(tokens) if not token.startswith("<") and not token.isspace()]


def _marked(tokens: Sequence[str], places: set[int], mark: str) -> str:
    """The tokens with those at `places` in marks, neighbours together. A mark never crosses a tag."""
    out: list[str] = []
    is_open = in_maths = False
    for at, token in enumerate(tokens):
        in_maths = token.startswith("<math") or (in_maths and not token.startswith("</math"))
        between = token.isspace() and is_open and at + 1 in places
        wanted = (at in places or between) and not in_maths
        if wanted != is_open:
            out.append(f"<{mark}>" if wanted else f"</{mark}>")
            is_open = wanted
        out.append(token)
    return "".join(out) + (f"</{mark}>" if is_open else "")
