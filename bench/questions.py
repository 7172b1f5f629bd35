"""What readers ask of search: words, beginnings, names, misspellings; the same at each run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from portal.docs.search.tokens import words_in
from portal.docs.search.values import Passage

Passages = Mapping[str, Sequence[Passage]]

NAMES = ("num_ctx", "keep_alive", "/api/chat", "OLLAMA_HOST", "done_reason", "num_predict", "/v1/chat/completions")
COMMON = ("the", "and", "model", "agent", "api", "data", "system", "to")
KINDS: tuple[Callable[[random.Random, Sequence[str], Sequence[str]], str], ...] = (
    lambda dice, words, _: dice.choice(words) + " ",
    lambda dice, _, phrases: " ".join(dice.choice(phrases).split()[: dice.randint(2, 4)]) + " ",
    lambda dice, words, _: (word := dice.choice(words))[: dice.randint(2, len(word) - 1)],
    lambda dice, words, _: dice.choice(words)[0],
    lambda dice, _words, _: (name := dice.choice(NAMES))[: dice.randint(4, len(name))],
    lambda dice, words, _: misspelt(dice, dice.choice(words)),
    lambda dice, _words, _: " ".join(dice.sample(COMMON, 2)),
)


def questions(passages: Passages, number: int) -> Iterator[str]:
    """As many questions about the passages, each kind as often."""
    dice = random.Random(11)
    every = [passage for of_page in passages.values() for passage in of_page]
    some = dice.sample(every, min(800, len(every)))
    words = [word for passage in some for word in words_in(passage.text)[:40] if len(word) > 3]
    phrases = [passage.path[-1] for passage in every if passage.path and len(passage.path[-1].split()) > 1]
    for at in range(number):
        yield KINDS[at % len(KINDS)](dice, words, phrases)


def misspelt(dice: random.Random, word: str) -> str:
    """The word with two letters swapped."""
    at = dice.randrange(max(len(word) - 1, 1))
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def shuffled(passages: Passages, sections: int) -> dict[str, list[Passage]]:
    """Pages made of the same words in another order, until there are that many sections."""
    dice, made, number = random.Random(7), dict[str, list[Passage]](), 0
    originals = list(passages.values())
    while number < sections:
        of_page = originals[len(made) % len(originals)]
        name = f"part-{len(made) // 40}/copy-{len(made)}"
        made[name] = [_shuffle(passage, name, dice) for passage in islice(of_page, sections - number)]
        number += len(made[name])
    return made


def _shuffle(passage: Passage, name: str, dice: random.Random) -> Passage:
    words = passage.text.split(" ")
    dice.shuffle(words)
    return replace(passage, page=name, url=f"/docs/{name}/", text=" ".join(words))
