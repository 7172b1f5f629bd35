"""What `jq -n` prints where its filter lays out one JSON value, with jq's own freedoms: bare names and `$variables`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from portal.examples.unknowns import Unknown, Words, join_pieces

MAX_FILTER = 20_000
_TOKEN = re.compile(r"""\s*(?:(?P<mark>[{}\[\]:,])|(?P<string>"(?:[^"\\]|\\.)*")|\$(?P<variable>\w+)|(?P<name>[A-Za-z_]\w*)"""
                    r"""|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))""")  # fmt: skip
_ALONE = {"--null-input", "--compact-output", "--raw-output", "--monochrome-output", "--tab", "--sort-keys"}
_CONSTANTS = ("true", "false", "null")


class _OtherFilterError(Exception):
    """The filter does more than lay out a value."""


def print_jq(arguments: Sequence[Words]) -> Words | None:
    """The JSON that `jq` prints with these arguments; None where it reads an input or computes something."""
    variables: dict[str, Words] = {}
    filters: list[str] = []
    reads_nothing, rest = False, list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("--arg", "--argjson") and len(rest) > 1 and isinstance(rest[0], str):
            name, value = str(rest.pop(0)), rest.pop(0)
            variables[name] = join_pieces(_quoted(value)) if word == "--arg" else value
        elif isinstance(word, str) and (word in _ALONE or re.fullmatch(r"-[ncrMS]+", word)):
            reads_nothing = reads_nothing or word == "--null-input" or (word[1] != "-" and "n" in word)
        elif isinstance(word, str) and not word.startswith("-"):
            filters.append(word)
        else:
            return None
    if not reads_nothing or len(filters) != 1 or len(filters[0]) > MAX_FILTER or filters[0].lstrip()[:1] not in ("{", "["):
        return None
    try:
        return join_pieces([*_Reader(filters[0], variables).read(), "\n"])
    except (_OtherFilterError, RecursionError):
        return None


def _quoted(value: Words) -> Iterator[Words]:
    """A text as a JSON string, its unknown pieces where they stand."""
    yield '"'
    for piece in (value,) if isinstance(value, (str, Unknown)) else value.pieces:
        yield piece if isinstance(piece, Unknown) else json.dumps(piece, ensure_ascii=False)[1:-1]
    yield '"'


class _Reader:
    """Reads a filter, token by token."""

    def __init__(self, text: str, variables: Mapping[str, Words]) -> None:
        self._variables = variables
        self._tokens = list(self._split(text.rstrip()))
        self._at = 0

    def read(self) -> Iterator[Words]:
        """The text of the whole filter's value."""
        yield from self._value()
        if self._at < len(self._tokens):
            raise _OtherFilterError

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise _OtherFilterError
            yield found.lastgroup, found[found.lastgroup]
            at = found.end()

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _OtherFilterError
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, mark: str) -> bool:
        taken = self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark)
        self._at += taken
        return taken

    def _value(self) -> Iterator[Words]:
        kind, text = self._next()
        if kind == "variable" and text in self._variables:
            yield self._variables[text]
        elif (kind, text) in (("mark", "{"), ("mark", "[")):
            yield from self._listed(text)
        elif kind == "number" or (kind == "string" and "\\(" not in text) or (kind == "name" and text in _CONSTANTS):
            yield text
        else:
            raise _OtherFilterError

    def _listed(self, opening: str) -> Iterator[Words]:
        closing = "}" if opening == "{" else "]"
        yield opening
        first = True
        while not self._takes(closing):
            if not first:
                if not self._takes(","):
                    raise _OtherFilterError
                yield ","
            first = False
            if opening == "{":
                yield from self._member()
            else:
                yield from self._value()
        yield closing

    def _member(self) -> Iterator[Words]:
        kind, text = self._next()
        if kind == "variable" and text in self._variables:  # `{$name}` is short for `{name: $name}`
            yield from (json.dumps(text), ":", self._variables[text])
            return
        if kind not in ("name", "string") or not self._takes(":"):
            raise _OtherFilterError
        yield from (text if kind == "string" else json.dumps(text), ":")
        yield from self._value()
