"""From what a reader typed to the units that are looked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from unicodedata import normalize

from portal.docs.search.tokens import LONGEST, words_in

# What a person types fits well; a longer question is answered for its beginning.
MOST_UNITS = 12
_MOST_PARTS = 8
_MOST_CHARACTERS = 400
_MOST_COUNTED = 100_000

# Words that say little; a section need not have them.
_STOP = frozenset(
    """
    a about all an and any are as at be been by can could did do does for from had has have how i if in into is it its
    me my no of on or our should so such than that the their them then there these they this to was we were what when
    where which who why will with would you your
    """.split()  # noqa: SIM905 - as a list of quoted words it could not be read
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One word as typed: more than one part when it is a name such as `num_ctx`. The last part may be unfinished."""

    parts: tuple[str, ...]
    is_open: bool = False

    @property
    def name(self) -> str:
        """The parts in one."""
        return "".join(self.parts)

    @property
    def is_optional(self) -> bool:
        """Whether a section may lack it."""
        return len(self.parts) == 1 and self.parts[0] in _STOP


@dataclass(frozen=True, slots=True)
class Question:
    """The units of a query, in order, each once; `left_out` is how many words came after the last that counts."""

    units: tuple[Unit, ...]
    left_out: int = 0

    @property
    def wanted(self) -> tuple[Unit, ...]:
        """The units every section has to have: those that say something, or all when none does."""
        return tuple(unit for unit in self.units if not unit.is_optional) or self.units

    def __str__(self) -> str:
        """How a reader would type it."""
        return " ".join("_".join(unit.parts) for unit in self.units)

    def in_parts(self) -> Question:
        """The same with each part of a name on its own."""
        units = {Unit((part,)): None for unit in self.units for part in unit.parts}
        last = self.units[-1].is_open if self.units else False
        split = tuple(units)
        return Question((*split[:-1], replace(split[-1], is_open=last)) if split else (), self.left_out)


def read_question(text: str) -> Question:
    """Take a query apart. Nothing in it is syntax: quotes, colons and signs only part words."""
    text = text[:_MOST_COUNTED]
    typed = text.split()
    units: dict[Unit, None] = {}
    read = 0
    for word in normalize("NFC", text[:_MOST_CHARACTERS]).split():
        if len(units) == MOST_UNITS:
            break
        read += 1
        parts = tuple(part[:LONGEST] for part in words_in(word)[:_MOST_PARTS])
        if parts:
            units[Unit(parts)] = None
    found = list(units)
    if found and read == len(typed) and not text[-1].isspace():
        found[-1] = replace(found[-1], is_open=True)
    return Question(tuple(found), max(len(typed) - read, 0))
