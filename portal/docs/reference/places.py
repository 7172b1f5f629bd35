"""A place in a document: a value, the way to it, and careful steps from it to the values inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from portal.docs.reference.reading import BadDocument, Source
from portal.docs.reference.values import Problem

MAX_PROBLEMS = 200
_MAX_REFS = 50


class BadRef(ValueError):
    """A `$ref` leads nowhere that can be shown; the message is a sentence."""


@dataclass(slots=True)
class Problems:
    """What was found to be wrong so far, each once."""

    found: dict[tuple[str, str], Problem] = field(default_factory=dict)

    def note(self, where: str, message: str, line: int | None = None) -> None:
        if len(self.found) < MAX_PROBLEMS:
            self.found.setdefault((where, message), Problem(where, message, line))


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the document, None where there is none. `way` is the keys that lead to it."""

    value: object
    way: tuple[str, ...]
    source: Source
    problems: Problems
    line: int | None = None

    @property
    def where(self) -> str:
        """The way here, for a reader."""
        return " › ".join((*filter(None, [self.source.path]), *self.way)) or "the document"

    @property
    def is_mapping(self) -> bool:
        """Whether there are names inside."""
        return isinstance(self.value, dict)

    def note(self, message: str) -> None:
        """Remember that something is wrong here."""
        self.problems.note(self.where, message, self.line)

    def has(self, key: str) -> bool:
        """Whether the mapping here has `key`, whatever its value."""
        return isinstance(self.value, dict) and key in self.value

    def at(self, key: str) -> Place:
        """The place of `key` in the mapping here; of nothing, where there is no such key."""
        return self._step(self.value.get(key) if isinstance(self.value, dict) else None, key)

    def text(self, key: str) -> str:
        """The text at `key`; empty where there is none, and where it is no text."""
        value = self._settled(key).value
        if isinstance(value, bool | dict | list):
            self.note(f"“{key}” has to be a text.")
            return ""
        return "" if value is None else str(value)

    def claims(self, key: str) -> bool:
        """Whether `key` is true."""
        return isinstance(self.value, dict) and self.value.get(key) is True

    def members(self, key: str) -> Iterator[tuple[str, Place]]:
        """The names and places in the mapping at `key`."""
        found = self._settled(key)
        if isinstance(found.value, dict):
            for name, value in found.value.items():
                yield name, found._step(value, name)
        elif found.value is not None:
            self.note(f"“{key}” has to be a mapping of names to values.")

    def _settled(self, key: str) -> Place:
        """The place of `key`, or where it refers to: documents of many files do so where OpenAPI does not provide for it."""
        found = self.at(key)
        if isinstance(found.value, dict) and isinstance(found.value.get("$ref"), str):
            try:
                return found.follow()
            except BadRef as problem:
                found.note(str(problem))
                return self._step(None, key)
        return found

    def entries(self, key: str) -> Iterator[Place]:
        """The places in the list at `key`."""
        found = self.at(key)
        if isinstance(found.value, list):
            for number, value in enumerate(found.value):
                yield found._step(value, str(number))
        elif found.value is not None:
            self.note(f"“{key}” has to be a list.")

    def words(self, key: str) -> list[str]:
        """The texts in the list at `key`."""
        return [place.value for place in self.entries(key) if isinstance(place.value, str)]

    def follow(self) -> Place:
        """Where the `$ref` here leads, and the one there, and so on; here, where there is none. Raises BadRef."""
        place, seen = self, {self.pointer}
        while isinstance(place.value, dict) and "$ref" in place.value:
            place = place.target()
            if place.pointer in seen or len(seen) > _MAX_REFS:
                raise BadRef(f"“{place.pointer}” refers to itself.")
            seen.add(place.pointer)
        return place

    @property
    def pointer(self) -> str:
        """The JSON pointer to this place, behind the path of its file where that is not the document."""
        return f"{self.source.path}#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in self.way)

    def target(self) -> Place:
        """The place that the `$ref` here names. Raises BadRef."""
        ref = self.value.get("$ref") if isinstance(self.value, dict) else None
        if not isinstance(ref, str):
            raise BadRef("The “$ref” here is not a text.")
        document, _, pointer = ref.partition("#")
        source = self._find_source(document, ref)
        if pointer and not pointer.startswith("/"):
            raise BadRef(f"“{_short(ref)}” is not a path of this document (“#/…”).")
        place = Place(source.root, (), source, self.problems)
        for step in pointer.split("/")[1:]:
            place = place._inner(unquote(step).replace("~1", "/").replace("~0", "~"), ref)
        return place

    def _find_source(self, document: str, ref: str) -> Source:
        if document in ("", self.source.name, f"./{self.source.name}"):
            return self.source
        if self.source.neighbours is None:
            raise BadRef(f"“{_short(ref)}” is in another document, which is not fetched.")
        try:
            return self.source.neighbours.find(document, self.source.path)
        except BadDocument as problem:
            raise BadRef(f"“{_short(ref)}” {problem}.") from None

    def _inner(self, step: str, ref: str) -> Place:
        if isinstance(self.value, dict) and step in self.value:
            return self._step(self.value[step], step)
        if isinstance(self.value, list) and step.isdecimal() and len(step) < 8 and int(step) < len(self.value):
            return self._step(self.value[int(step)], step)
        raise BadRef(f"“{_short(ref)}” is not in the document.")

    def _step(self, value: object, key: str) -> Place:
        line = self.source.lines.get(id(value), self.line)
        return Place(value, (*self.way, key), self.source, self.problems, line)


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
