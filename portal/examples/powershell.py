"""PowerShell text as the requests it sends by `Invoke-RestMethod`, `Invoke-WebRequest` and `curl.exe`.

There is no grammar for it here, so the few forms that examples are written in are read by a small one of our own:
assignments, strings, here-strings, hashtables, arrays, pipes into `ConvertTo-Json`, parentheses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.examples.calls import Call
from portal.examples.limits import MAX_COMMANDS, Clock, TooMuchError
from portal.examples.sdk_http import make_http_call
from portal.examples.unknowns import Entries, Items, JsonText, Text, Unknown, Words, join_pieces

_CALLERS = {"invoke-restmethod", "invoke-webrequest", "irm", "iwr"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_ENDS = set(" \t\r\n;|()}{,=")
_MARKS = ("@{", "@(", "$(", "(", ")", "{", "}", "=", ";", ",", "|", "\n")


class _NotReadError(Exception):
    """The text is no PowerShell of the forms read here."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the text: a `mark`, a bare `word`, a `string`, or a `variable`."""

    kind: str
    value: Words


def looks_like_powershell(text: str) -> bool:
    """Say whether one of the commands that send requests is mentioned."""
    lowered = text.lower()
    if "irm " in lowered or "iwr " in lowered:
        return True
    return "invoke-" in lowered and ("invoke-restmethod" in lowered or "invoke-webrequest" in lowered)


def read_powershell(text: str, clock: Clock) -> list[Call]:
    """Read the calls of a block; none when it is written in a way not known here."""
    tokens: list[_Token] = []
    try:
        for token in _split(text):
            tokens.append(token)
            if len(tokens) % 100 == 0:
                clock.check()
        reader = _Reader(tokens, clock)
        reader.read_all()
    except _NotReadError:
        return []
    return reader.calls


# Text to tokens -------------------------------------------------------------------------------------------------------


def _split(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        mark = next((mark for mark in _MARKS if text.startswith(mark, at)), None)
        if text[at] in " \t\r":
            at += 1
        elif text[at] == "#":
            at = _line_end(text, at)
        elif text.startswith(("`\n", "`\r\n"), at):
            at = _line_end(text, at) + 1
        elif text.startswith(("@'", '@"'), at):
            value, at = _read_here_string(text, at)
            yield _Token("string", value)
        elif text[at] in "'\"":
            value, at = _read_string(text, at)
            yield _Token("string", value)
        elif mark is not None:
            yield _Token("mark", mark)
            at += len(mark)
        else:
            end = at
            while end < len(text) and text[end] not in _ENDS:
                end += 1
            end = max(end, at + 1)
            word = text[at:end]
            is_variable = word.startswith("$") and len(word) > 1
            yield _Token("variable", word[1:]) if is_variable else _Token("word", word)
            at = end


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _read_here_string(text: str, at: int) -> tuple[Words, int]:
    quote, start = text[at + 1], _line_end(text, at) + 1
    end = text.find(f"\n{quote}@", start - 1)
    if end < 0:
        raise _NotReadError
    inside = text[start:end].removesuffix("\r") if end >= start else ""
    return (inside if quote == "'" else _expand(inside)), end + 3


def _read_string(text: str, at: int) -> tuple[Words, int]:
    quote, pieces, start = text[at], [], at + 1
    at = start
    while at < len(text):
        if text[at] == "`" and quote == '"':
            at += 2
        elif text.startswith(quote * 2, at):
            pieces.append(text[start : at + 1])
            at = start = at + 2
        elif text[at] == quote:
            pieces.append(text[start:at])
            inside = "".join(pieces)
            return (inside if quote == "'" else _expand(inside)), at + 1
        else:
            at += 1
    raise _NotReadError


def _expand(text: str) -> Words:
    """The inside of double quotes: escapes by backtick, and variables as unknowns to be filled in later."""
    pieces: list[Words] = []
    at = 0
    while at < len(text):
        if text[at] == "`" and at + 1 < len(text):
            pieces.append({"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(text[at + 1], text[at + 1]))
            at += 2
        elif text[at] == "$" and at + 1 < len(text) and (text[at + 1].isalpha() or text[at + 1] in "{_"):
            name, at = _read_name(text, at + 1)
            pieces.append(Unknown(name, "name"))
        elif text.startswith("$(", at):
            raise _NotReadError
        else:
            pieces.append(text[at])
            at += 1
    return join_pieces(pieces)


def _read_name(text: str, at: int) -> tuple[str, int]:
    if text[at] == "{":
        end = text.find("}", at)
        if end < 0:
            raise _NotReadError
        return text[at + 1 : end], end + 1
    end = at
    while end < len(text) and (text[end].isalnum() or text[end] in "_:"):
        end += 1
    return text[at:end], end


# Tokens to calls ------------------------------------------------------------------------------------------------------


class _Reader:
    """Goes through the tokens statement by statement."""

    def __init__(self, tokens: list[_Token], clock: Clock) -> None:
        self.tokens, self.at, self.clock = tokens, 0, clock
        self.variables: dict[str, object] = {}
        self.calls: list[Call] = []

    def read_all(self) -> None:
        """Read every statement."""
        while self.at < len(self.tokens):
            if self._take("\n", ";"):
                continue
            self._read_statement()
            if self.at < len(self.tokens) and not self._peek("\n", ";", "}", ")"):
                self.at += 1  # what follows a value read, as `.content`
            elif self._peek("}", ")"):
                self.at += 1

    def _peek(self, *marks: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in [_Token("mark", mark) for mark in marks]

    def _take(self, *marks: str) -> bool:
        found = self._peek(*marks)
        self.at += found
        return found

    def _read_statement(self) -> object:
        token = self.tokens[self.at]
        follows = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        if token.kind == "variable" and follows == _Token("mark", "="):
            self.at += 2
            value = self._read_pipeline()
            self.variables[str(token.value).lower()] = value
            return value
        return self._read_pipeline()

    def _read_pipeline(self) -> object:
        value = self._read_member(self._read_command(None))
        while self._take("|"):
            self._take("\n")
            value = self._read_member(self._read_command(value))
        return value

    def _read_member(self, value: object) -> object:
        """Pass over the members read of a value, as in `(…).Content`."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind == "word":
            if not str(self.tokens[self.at].value).startswith("."):
                break
            self.at += 1
            value = value if isinstance(value, Unknown) else Unknown("member", "computed")
        return value

    def _read_command(self, piped: object) -> object:
        if self.at >= len(self.tokens):
            raise _NotReadError
        token = self.tokens[self.at]
        if token.kind != "word" or not isinstance(token.value, str):
            return self._read_value()
        name = token.value.lower()
        if not name[:1].isalpha():
            return self._read_value()
        self.at += 1
        words = self._read_words()
        if name == "convertto-json":
            return _write_json(piped)
        if name in _CALLERS:
            self._record(words, piped)
            return Unknown("answer", "answer")
        if name in ("convertfrom-json", "select-object", "out-file", "write-output", "format-list"):
            return piped
        return Unknown(name, "computed")

    def _read_words(self) -> list[object]:
        words: list[object] = []
        while self.at < len(self.tokens) and not self._peek("\n", ";", "|", ")", "}"):
            words.append(self._read_value())
        return words

    def _record(self, words: list[object], piped: object) -> None:
        if len(self.calls) >= MAX_COMMANDS:
            raise TooMuchError
        options = _read_options(words)
        splat = options.get("splat")
        if isinstance(splat, dict):
            options = {**{str(name).lower(): value for name, value in splat.items()}, **options}
        body = options.get("body", piped)
        call = make_http_call("other", options.get("method", "GET"), options.get("uri"), content=body)
        if call is not None:
            self.calls.append(call)

    def _read_value(self) -> object:
        if self.at >= len(self.tokens):
            raise _NotReadError
        token = self.tokens[self.at]
        self.at += 1
        if self.at % 100 == 0:
            self.clock.check()
        if token.kind == "string":
            return self._fill(token.value)
        if token.kind == "variable":
            return self._find(str(token.value))
        if token == _Token("mark", "@{"):
            return self._read_table()
        if token == _Token("mark", "@("):
            return self._read_array()
        if token in (_Token("mark", "("), _Token("mark", "$(")):
            value = self._read_pipeline()
            self._take("\n")
            if not self._take(")"):
                raise _NotReadError
            return value
        if token.kind == "mark":
            raise _NotReadError
        return _read_word(str(token.value))

    def _find(self, name: str) -> object:
        lowered = name.lower()
        if lowered in _CONSTANTS:
            return _CONSTANTS[lowered]
        is_setting = lowered.startswith("env:")
        return self.variables.get(lowered, Unknown(name[4:], "setting") if is_setting else Unknown(name, "name"))

    def _fill(self, words: Words) -> object:
        """Put the values of variables into a string that was read with their names as unknowns."""
        pieces = words.pieces if isinstance(words, Text) else (words,)
        filled: list[Words] = []
        for piece in pieces:
            value = self._find(piece.name) if isinstance(piece, Unknown) else piece
            if isinstance(value, (bool, int, float)):
                value = str(value)
            filled.append(value if isinstance(value, (str, Text, Unknown)) else Unknown("value", "computed"))
        return join_pieces(filled)

    def _read_table(self) -> Entries:
        entries = Entries()
        while not self._take("}"):
            if self._take("\n", ";", ","):
                continue
            key = self._read_value()
            if not self._take("=") or self.at >= len(self.tokens):
                raise _NotReadError
            value = self._read_pipeline()
            if not isinstance(key, (str, int, float, bool)):
                raise _NotReadError
            entries[str(key)] = value
        return entries

    def _read_array(self) -> Items:
        items = Items()
        while not self._take(")"):
            if not self._take("\n", ";", ","):
                items.append(self._read_pipeline())
        return items


def _read_word(word: str) -> object:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _write_json(value: object) -> object:
    return value if isinstance(value, Unknown) else JsonText(value)


def _read_options(words: list[object]) -> dict[str, object]:
    """The options of a command by name: `-Method`, `-Uri`, `-Body`; the first word without a name is the address."""
    options: dict[str, object] = {}
    at = 0
    while at < len(words):
        word = words[at]
        if isinstance(word, str) and word.startswith("-") and len(word) > 1:
            options[word[1:].rstrip(":").lower()] = words[at + 1] if at + 1 < len(words) else True
            at += 2 if word.lower() not in ("-usebasicparsing", "-verbose") else 1
        elif isinstance(word, str) and word.startswith("@"):
            at += 1
        else:
            options.setdefault("uri", word)
            at += 1
    return options
