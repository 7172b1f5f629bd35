"""The nodes that a template in Go's language is read into, and what can be told by looking at them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Path:
    """`.a.b` of a base: the dot (None), a variable by its name (`$` is the root), or a pipeline in brackets."""

    base: "str | Pipe | None"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    name: str
    arguments: "tuple[Operand, ...]"


@dataclass(frozen=True)
class Pipe:
    """Commands, each given the value of the one before it as its last argument."""

    commands: "tuple[Operand, ...]"


Operand = Literal | Path | Call | Pipe


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Action:
    """A value to be printed, or put into `variable`; `declares` tells := from =."""

    pipe: Pipe
    variable: str = ""
    declares: bool = False


@dataclass(frozen=True)
class Branch:
    """if, with or range. `variables` are those a range or with declares."""

    kind: str
    pipe: Pipe
    variables: tuple[str, ...]
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]"


@dataclass(frozen=True)
class Jump:
    """break or continue."""

    kind: str


Node = Text | Action | Branch | Jump


def fields_of(nodes: tuple[Node, ...]) -> set[str]:
    """The names, in lower case, of all fields that a template mentions."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Action | Branch):
            found |= _mentioned(node.pipe)
        if isinstance(node, Branch):
            found |= fields_of(node.body) | fields_of(node.otherwise)
    return found


def _mentioned(operand: Operand) -> set[str]:
    if isinstance(operand, Path):
        inner = _mentioned(operand.base) if isinstance(operand.base, Pipe) else set()
        return inner | {name.lower() for name in operand.fields}
    parts: tuple[Operand, ...] = ()
    if isinstance(operand, Pipe):
        parts = operand.commands
    elif isinstance(operand, Call):
        parts = operand.arguments
    return {name for part in parts for name in _mentioned(part)}


def until_response(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes up to the first one that prints the response, which is where the model goes on."""
    return _until_response(nodes)[0]


def _until_response(nodes: tuple[Node, ...]) -> tuple[tuple[Node, ...], bool]:
    kept: list[Node] = []
    for node in nodes:
        found = isinstance(node, Action) and "response" in _mentioned(node.pipe)
        if isinstance(node, Branch):
            body, found = _until_response(node.body)
            otherwise, in_otherwise = ((), False) if found else _until_response(node.otherwise)
            found = found or in_otherwise
            node = Branch(node.kind, node.pipe, node.variables, body, otherwise)  # noqa: PLW2901
        kept.append(node)
        if found:
            return tuple(kept), True
    return tuple(kept), False
