"""From a file's bytes to the mapping an OpenAPI document is, or to the sentence that says why it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from portal.docs.reference.yaml_text import BadDocument, Text, read_yaml
from portal.docs.rendering import decode

# The largest public ones, of whole clouds and code forges, have some 12 MB. Read they take about ten times that.
MAX_BYTES = 16 * 1024 * 1024

__all__ = ["MAX_BYTES", "BadDocument", "Source", "read_part", "read_source"]


class Neighbours(Protocol):
    """The other files of the set, for a document whose references lead to them."""

    def find(self, ref: str, beside: str) -> Source:
        """The file that `ref` names from the file `beside`, which is empty for the document. Raises BadDocument."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it was read, or a file that it refers to, which has a `path` in the set.

    `lines` gives the line of a mapping or list by its `id`; JSON has none.
    """

    root: object
    name: str
    lines: Mapping[int, int] = field(default_factory=dict)
    repeated: tuple[tuple[str, int], ...] = ()
    path: str = ""
    neighbours: Neighbours | None = field(default=None, compare=False, repr=False)


def read_source(content: bytes, name: str) -> Source:
    """Read the OpenAPI 3 document in `content`; `name` is its file's. Raises BadDocument."""
    read = _read(content, name)
    if not isinstance(read.value, dict):
        raise BadDocument(f"It is {_kind(read.value)}; an OpenAPI document is a mapping with “openapi” in it.", 1)
    _check_version(read.value)
    return Source(read.value, name, read.lines, tuple(read.repeated))


def read_part(content: bytes, name: str, path: str, neighbours: Neighbours) -> Source:
    """Read a file that a document refers to, whatever is in it. Raises BadDocument."""
    read = _read(content, name)
    return Source(read.value, name, read.lines, path=path, neighbours=neighbours)


def _read(content: bytes, name: str) -> Text:
    text = decode(content)[0].removeprefix("\ufeff")
    return Text(_read_json(text)) if name.lower().endswith(".json") else read_yaml(text)


def _check_version(root: Mapping[str, object]) -> None:
    if "swagger" in root and "openapi" not in root:
        raise BadDocument(
            f"It is a Swagger {root['swagger']} document. The reference shows OpenAPI 3; convert it to that first."
        )
    version = root.get("openapi")
    if version is None:
        raise BadDocument("It does not say which OpenAPI it follows: “openapi: 3.1.0” has to stand at its top level.")
    if not str(version).startswith("3"):
        raise BadDocument(f"It says it is OpenAPI {version}. The reference shows OpenAPI 3.")


def _read_json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as problem:
        raise BadDocument(f"It is not JSON: {problem.msg}, at column {problem.colno}.", problem.lineno) from None
    except RecursionError:
        raise BadDocument("It is nested too deeply to be read.") from None
    except ValueError as problem:
        raise BadDocument(f"It holds a value that cannot be read: {problem}.") from None


def _refuse(name: str) -> NoReturn:
    raise BadDocument(f"It is not JSON: {name} is no JSON value.")


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "empty")
