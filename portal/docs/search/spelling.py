"""Words of the documents that come near a misspelt one."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

# Words this short differ from too many others by two letters.
_SHORTEST_FOR_ONE, _SHORTEST_FOR_TWO = 3, 7
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Spelling:
    """Knows the words of the documents and in how many passages each is."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._passages = dict(words)
        self._sorted = sorted(self._passages)
        # Two letters off seldom touches the first, so words are kept by that, with the set of their letters as bits.
        self._by_initial: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for word in self._sorted:
            self._by_initial[word[0]].append((len(word), _letters_of(word), word))

    def near(self, word: str, *, is_open: bool = False) -> list[str]:
        """The words that may be meant, likeliest first. An open word may be unfinished: beginnings will do for it."""
        if len(word) < _SHORTEST_FOR_ONE:
            return []
        one_off = set(_one_off(word))
        found = self._commonest(candidate for candidate in one_off if candidate in self._passages)
        if not found and is_open:
            found = sorted(candidate for candidate in one_off if self._begins_a_word(candidate))
        return found or self._commonest(self._two_off(word))

    def _commonest(self, words: Iterable[str]) -> list[str]:
        return sorted(words, key=lambda word: (-self._passages[word], word))

    def _begins_a_word(self, beginning: str) -> bool:
        at = bisect_left(self._sorted, beginning)
        return len(beginning) >= _SHORTEST_FOR_ONE and at < len(self._sorted) and self._sorted[at].startswith(beginning)

    def _two_off(self, word: str) -> Iterator[str]:
        if len(word) < _SHORTEST_FOR_TWO:
            return
        size, letters = len(word), _letters_of(word)
        for other_size, other_letters, other in self._by_initial[word[0]]:
            near_in_size = abs(other_size - size) <= 2
            # Each change adds or removes at most two letters of the set.
            if near_in_size and (other_letters ^ letters).bit_count() <= 4 and distance(word, other) <= 2:
                yield other


def _letters_of(word: str) -> int:
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 63)
    return bits


def _one_off(word: str) -> Iterator[str]:
    letters = _LETTERS if word.isascii() else _LETTERS + "".join(set(word))
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            if len(tail) > 1:
                yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            yield head + letter + tail[1:]


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with the next to get from one word to the other."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]
