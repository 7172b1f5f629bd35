"""Which paragraphs of two texts stand for one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

# Below this share of words in common, two paragraphs are not one that was changed.
LEAST_ALIKE = 0.4
# A stretch that asks for more words to be compared is matched in its order alone.
_MOST_WORDS = 1_000_000

Match = tuple[int | None, int | None]


def align(olds: Sequence[str], news: Sequence[str]) -> Iterator[Match]:
    """Pairs of places in both texts, in reading order: both where a paragraph stayed or was changed, one where not."""
    left, right = ([" ".join(text.split()) for text in texts] for texts in (olds, news))
    for kind, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
        if kind == "equal":
            yield from zip(range(a, b), range(c, d), strict=True)
        else:
            for old, new in _most_alike(left[a:b], right[c:d]):
                yield (None if old is None else a + old, None if new is None else c + new)


def _most_alike(olds: Sequence[str], news: Sequence[str]) -> list[Match]:
    """The pairing, in order, with the most words in common."""
    words = [[Counter(text.split()) for text in texts] for texts in (olds, news)]
    if len(news) * _size(words[0]) + len(olds) * _size(words[1]) > _MOST_WORDS:
        both = min(len(olds), len(news))
        return [(at, at) for at in range(both)] + _rest(olds, news, both, both)
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    alike = [[_alike(old, new) for new in words[1]] for old in words[0]]
    for i in range(len(olds) - 1, -1, -1):
        for j in range(len(news) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] and alike[i][j] + best[i + 1][j + 1])
    return _walk(best, alike, olds, news)


def _size(texts: Sequence[Counter[str]]) -> int:
    # One more for each text, so that stretches of empty ones are bounded too.
    return sum(len(text) + 1 for text in texts)


def _walk(best: list[list[float]], alike: list[list[float]], olds: Sequence[str], news: Sequence[str]) -> list[Match]:
    matches: list[Match] = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            matches.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            matches.append((i, None))
            i += 1
        else:
            matches.append((None, j))
            j += 1
    return matches + _rest(olds, news, i, j)


def _rest(olds: Sequence[str], news: Sequence[str], i: int, j: int) -> list[Match]:
    gone: list[Match] = [(at, None) for at in range(i, len(olds))]
    return gone + [(None, at) for at in range(j, len(news))]


def _alike(old: Counter[str], new: Counter[str]) -> float:
    """The share of words in common, 0 where it is too small to speak of one paragraph."""
    share = 2 * (old & new).total() / max(1, old.total() + new.total())
    return share if share >= LEAST_ALIKE else 0.0
