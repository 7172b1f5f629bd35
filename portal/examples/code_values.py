"""What a name can stand for while code is read, in Python and JavaScript alike: imported things, clients, files.

Plain values are themselves; what is not known is an `Unknown`, a string with unknown pieces a `Text`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.examples.limits import MAX_WEIGHT, TooMuchError, weight_of
from portal.examples.unknowns import Entries, Items, Text, Unknown, Words
from portal.examples.values import Kind


@dataclass(frozen=True, slots=True)
class Ref:
    """Something imported, by its full dotted name: `ollama.chat`, `os.environ`."""

    path: str


@dataclass(frozen=True, slots=True)
class Client:
    """A client of some library, and the address it was made with."""

    library: str
    kind: Kind
    base: Words


@dataclass(frozen=True, slots=True)
class Bound:
    """An attribute of a client or another value: `client.chat.completions.create` is one with that path."""

    owner: object
    path: str


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, a class or a function that runs."""

    names: dict[str, object] = field(default_factory=dict)
    parent: Scope | None = None
    outer: set[str] = field(default_factory=set)

    def find(self, name: str) -> object:
        """What a name stands for, here or further out; `MISSING` when nobody said."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return MISSING

    def bind(self, name: str, value: object) -> None:
        """Give a name a value, further out when it was declared global or nonlocal."""
        scope = self
        while name in self.outer and scope.parent is not None:
            scope = scope.parent
            if name in scope.names or scope.parent is None:
                break
        scope.names[name] = value


@dataclass(frozen=True, slots=True)
class File:
    """A file by its name, as `open` or `Path` gives it."""

    name: str


class _Missing:
    """The type of `MISSING`."""


MISSING = _Missing()
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")


def first_unknown(values: Iterable[object], seen: set[int] | None = None) -> Unknown | None:
    """The first unknown among some values, also inside texts, lists and dicts."""
    seen = set() if seen is None else seen
    for value in values:
        found = _look_into(value, seen)
        if found is not None:
            return found
    return None


def _look_into(value: object, seen: set[int]) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Text):
        return value.first_unknown
    if isinstance(value, (Items, Entries)) and value.doubt is not None:
        return value.doubt
    if isinstance(value, (dict, list, tuple)) and id(value) not in seen:
        seen.add(id(value))
        return first_unknown(value.values() if isinstance(value, dict) else value, seen)
    return None


def is_plain(value: object) -> bool:
    """Say whether a value is JSON through and through, with nothing unknown in it."""
    waiting, weight = [value], 0
    while waiting:
        item = waiting.pop()
        weight += weight_of(item)
        if weight > MAX_WEIGHT:  # lists can hold themselves many times over
            raise TooMuchError
        if item is None or isinstance(item, (bool, int, float, str)):
            continue
        if not isinstance(item, (dict, list, tuple)) or getattr(item, "doubt", None) is not None:
            return False
        if isinstance(item, dict):
            if not all(isinstance(key, str) for key in item):
                return False
            waiting.extend(item.values())
        else:
            waiting.extend(item)
    return True


def as_words(value: object) -> Words | None:
    """A value as text, where it is one."""
    return value if isinstance(value, (str, Text, Unknown)) else None


def read_contents(name: str) -> Unknown:
    """What a file holds, which the page does not say."""
    return Unknown(name, "image" if name.lower().endswith(IMAGE_SUFFIXES) else "file")
