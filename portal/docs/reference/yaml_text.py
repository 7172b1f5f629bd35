"""YAML as OpenAPI means it: JSON's values, keys as text, and bounds on what a few lines can grow into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

MAX_DEPTH = 200
MAX_VALUES = 1_000_000  # aliases counted as often as they are used
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2's core schema, which OpenAPI asks for: `on` and `no` are text, and a date is text too.
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_OTHER_BASE = re.compile(r"0o[0-7]{1,4000}|0x[0-9a-fA-F]{1,4000}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


class BadDocument(ValueError):
    """Why a document cannot be shown, as a sentence. `line` is from 1, where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Text:
    """What was read: the `value`, the line of each mapping and list by its `id`, and keys that stand twice."""

    value: object = None
    lines: dict[int, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)


def read_yaml(source: str) -> Text:
    """Read the first YAML document of `source`. Raises BadDocument."""
    builder = _Builder()
    try:
        for event in yaml.parse(source, _LOADER):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.take(event)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        raise BadDocument(f"It is not YAML: {problem.problem}.", mark.line + 1 if mark else None) from None
    except yaml.YAMLError as problem:
        raise BadDocument(f"It is not YAML: {str(problem).splitlines()[0]}.") from None
    return builder.text


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended yet. `key` is the one whose value comes next."""

    value: dict[str, object] | list[object]
    anchor: str | None
    before: int
    key: str | None = None


class _Builder:
    """Builds values from the parser's events one by one, with a stack of its own in place of recursion."""

    def __init__(self) -> None:
        self.text = Text()
        self.count = 0
        self._open: list[_Open] = []
        self._named: dict[str, tuple[object, int]] = {}

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.ScalarEvent):
            self._grow(1, line)
            is_key = self._expects_key()
            value = event.value if is_key or not event.implicit[0] else _resolve(event.value)
            if event.anchor:
                self._named[event.anchor] = (value, 1)
            self._put(value, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start({}, event.anchor, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start([], event.anchor, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(line)
        elif isinstance(event, yaml.AliasEvent):
            self._repeat(str(event.anchor), line)

    def _grow(self, values: int, line: int) -> None:
        self.count += values
        if self.count > MAX_VALUES:
            raise BadDocument(f"It holds more than {MAX_VALUES:,} values once its aliases are written out.", line)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _start(self, value: dict[str, object] | list[object], anchor: str | None, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise BadDocument(f"It is nested more than {MAX_DEPTH} levels deep.", line)
        if self._expects_key():
            raise BadDocument("A mapping has a list or a mapping for a key; keys have to be text.", line)
        self._grow(1, line)
        self.text.lines[id(value)] = line
        self._open.append(_Open(value, anchor, self.count))

    def _end(self, line: int) -> None:
        ended = self._open.pop()
        if ended.anchor:
            self._named[ended.anchor] = (ended.value, self.count - ended.before + 1)
        self._put(ended.value, line)

    def _repeat(self, anchor: str, line: int) -> None:
        if anchor not in self._named:
            raise BadDocument(f"The alias “*{anchor}” stands before or inside what it repeats.", line)
        value, size = self._named[anchor]
        self._grow(size, line)
        self._put(value, line)

    def _put(self, value: object, line: int) -> None:
        if not self._open:
            self.text.value = value
            return
        inside = self._open[-1]
        if isinstance(inside.value, list):
            inside.value.append(value)
        elif inside.key is None:
            if isinstance(value, dict | list):
                raise BadDocument("A mapping has a list or a mapping for a key; keys have to be text.", line)
            inside.key = str(value)
        else:
            self._set(inside.value, inside.key, value, line)
            inside.key = None

    def _set(self, mapping: dict[str, object], key: str, value: object, line: int) -> None:
        if key == "<<":
            for merged in value if isinstance(value, list) else [value]:
                if isinstance(merged, dict):
                    self._grow(len(merged), line)
                    mapping.update({name: item for name, item in merged.items() if name not in mapping})
            return
        if key in mapping:
            self.text.repeated.append((key, line))
        mapping[key] = value


def _resolve(value: str) -> object:
    if value in _NULL:
        return None
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _OTHER_BASE.fullmatch(value):
        return int(value, 0)
    if len(value) < 100 and _FLOAT.fullmatch(value):
        number = float(value)
        return number if abs(number) != float("inf") else value
    return value
