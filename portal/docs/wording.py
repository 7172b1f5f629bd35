"""How a set spells the words of its titles: a folder called `mindx` beside titles that say mindX is called mindX."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W\d_]\w*")


def spellings_in(titles: Iterable[str]) -> Mapping[str, str]:
    """The words that the titles mostly write in a way of their own, such as API and mindX, by the word in lower case."""
    seen: dict[str, Counter[str]] = {}
    for title in titles:
        # A title that is all in capitals says nothing of any word.
        if not title.isupper():
            for word in _WORD.findall(title):
                seen.setdefault(word.casefold(), Counter())[word] += 1
    mostly = {word: found.most_common(1)[0][0] for word, found in seen.items()}
    return {word: spelled for word, spelled in mostly.items() if not spelled[1:].islower() and len(spelled) > 1}
