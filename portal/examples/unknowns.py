"""What reading alone cannot know: values that only a run, a file or the reader can give, and texts made of such."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from portal.examples.limits import MAX_JOINED, MAX_PIECES, TooMuchError

Why = Literal["answer", "file", "image", "setting", "input", "argument", "gap", "name", "computed"]

_REASONS: dict[Why, str] = {
    "answer": "It sends on what an earlier answer said, so it cannot be sent by itself.",
    "file": "It reads the file “{name}”, which is not part of the page.",
    "image": "It sends the image “{name}”, which is not part of the page.",
    "setting": "It takes “{name}” from the environment, and the page does not say its value.",
    "input": "It asks the reader for a value while it runs.",
    "argument": "It needs a value for “{name}”.",
    "gap": "It leaves “{name}” open with an ellipsis.",
    "name": "It uses “{name}”, which this block does not define.",
    "computed": "It computes “{name}” in a way that only running it could tell.",
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not written in the block. `name` is what the block calls it: a variable, a file, a field."""

    name: str
    why: Why

    @property
    def reason(self) -> str:
        """The sentence that tells a reader what is missing."""
        return _REASONS[self.why].format(name=self.name)


@dataclass(frozen=True, slots=True)
class Text:
    """A string some of whose pieces are unknown. Made by `join_pieces` alone, so that pieces never touch needlessly."""

    pieces: tuple[str | Unknown, ...]

    @property
    def first_unknown(self) -> Unknown:
        """The first piece that is not known."""
        return next(piece for piece in self.pieces if isinstance(piece, Unknown))


Words = str | Text | Unknown


class Items(list[object]):
    """A list that code builds up; `doubt` is set once something unknown may have changed it."""

    doubt: Unknown | None = None


class Entries(dict[object, object]):
    """A dict that code builds up; `doubt` is set once something unknown may have changed it."""

    doubt: Unknown | None = None


def join_pieces(pieces: Iterable[Words]) -> Words:
    """Put pieces of text together: a plain string when all are known, the unknown itself when it stands alone."""
    flat: list[str | Unknown] = []
    known: list[str] = []  # the texts since the last unknown, put together at once
    length = 0
    for piece in pieces:
        for part in piece.pieces if isinstance(piece, Text) else (piece,):
            if isinstance(part, str):
                known.append(part)
                length += len(part)
                if length > MAX_JOINED:
                    raise TooMuchError
            else:
                _add_text(flat, known)
                flat.append(part)
                if len(flat) > MAX_PIECES:
                    raise TooMuchError
    _add_text(flat, known)
    if not flat:
        return ""
    return flat[0] if len(flat) == 1 else Text(tuple(flat))


def _add_text(flat: list[str | Unknown], known: list[str]) -> None:
    if text := "".join(known):
        flat.append(text)
    known.clear()


def show_words(words: Words) -> str:
    """Write text for a reader, each unknown piece as `{name}`."""
    pieces = words.pieces if isinstance(words, Text) else (words,)
    return "".join(piece if isinstance(piece, str) else placeholder_of(piece) for piece in pieces)


def placeholder_of(unknown: Unknown) -> str:
    """The mark that stands in a text for an unknown piece of it."""
    return "{" + unknown.name + "}"


@dataclass(frozen=True, slots=True)
class JsonText:
    """The text that `json.dumps` or `JSON.stringify` makes of a value that is not wholly known."""

    value: object
