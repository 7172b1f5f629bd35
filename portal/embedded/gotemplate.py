"""Reads the part of Go's template language that prompt templates are written in, into a tree of nodes."""

import ast
import re
from dataclasses import dataclass
from typing import Any

ACTION = re.compile(r"\{\{(- )?(.*?)( -)?\}\}", re.DOTALL)
TOKEN = re.compile(
    r"""\s+|(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<number>[+-]?\d+(?:\.\d+)?)|(?P<assign>:=|=)|(?P<pipe>\|)
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<variable>\$\w*)|(?P<field>\.\w*)|(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE,
)
BRANCHES = ("if", "with", "range")
FUNCTIONS = frozenset((
    "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf", "println",
    "json", "currentDate", "yesterdayDate",
))


class TemplateError(ValueError):
    """The template cannot be read or filled in; the message is worded as Go words it."""


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


def parse_template(text: str) -> tuple[Node, ...]:
    """The nodes of a template. Raises TemplateError."""
    return _Parser(text).whole()


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


class _Parser:
    def __init__(self, text: str) -> None:
        self._pieces = list(_split(text))
        self._next = 0

    def whole(self) -> tuple[Node, ...]:
        nodes, end = self._nodes()
        if end:
            raise TemplateError(f"template: :1: unexpected {{{{{end}}}}}")
        return nodes

    def _nodes(self) -> tuple[tuple[Node, ...], str]:
        """Nodes up to the end of the text or to an `end` or `else`, which comes back with them."""
        nodes: list[Node] = []
        while self._next < len(self._pieces):
            piece = self._pieces[self._next]
            self._next += 1
            if isinstance(piece, Text):
                nodes.append(piece)
                continue
            word, _, rest = piece.partition(" ")
            if word in ("end", "else"):
                return tuple(nodes), piece
            nodes.append(self._branch(word, rest) if word in BRANCHES else _simple(piece))
        return tuple(nodes), ""

    def _branch(self, kind: str, rest: str) -> Branch:
        pipe, variables = _declaration(rest, kind)
        body, end = self._nodes()
        otherwise: tuple[Node, ...] = ()
        if end.startswith("else"):
            inner, _, condition = end.removeprefix("else").strip().partition(" ")
            if inner in BRANCHES:
                return Branch(kind, pipe, variables, body, (self._branch(inner, condition),))
            otherwise, end = self._nodes()
        if end != "end":
            raise TemplateError("template: :1: unexpected EOF")
        return Branch(kind, pipe, variables, body, otherwise)


def _split(text: str) -> "list[Text | str]":
    """Texts and the insides of actions, with the blanks that an action trims taken away."""
    pieces: list[Text | str] = []
    position, trims = 0, False
    for match in ACTION.finditer(text):
        before = text[position : match.start()]
        before = before.lstrip() if trims else before
        pieces.append(Text(before.rstrip() if match[1] else before))
        inside = match[2].strip()
        if not (inside.startswith("/*") and inside.endswith("*/")):
            pieces.append(inside)
        position, trims = match.end(), bool(match[3])
    rest = text[position:]
    if "{{" in rest:
        raise TemplateError("template: :1: unclosed action")
    pieces.append(Text(rest.lstrip() if trims else rest))
    return [piece for piece in pieces if piece != Text("")]


def _simple(inside: str) -> Node:
    if inside in ("break", "continue"):
        return Jump(inside)
    tokens = _tokens(inside)
    if len(tokens) > 2 and tokens[0][0] == "variable" and tokens[1][0] == "assign":
        return Action(_pipe(tokens[2:], "command"), tokens[0][1], tokens[1][1] == ":=")
    return Action(_pipe(tokens, "command"))


def _declaration(text: str, context: str) -> tuple[Pipe, tuple[str, ...]]:
    tokens = _tokens(text)
    names: list[str] = []
    for position, (kind, value) in enumerate(tokens):
        if kind == "assign":
            return _pipe(tokens[position + 1 :], context), tuple(names)
        if kind not in ("variable", "comma"):
            break
        if kind == "variable":
            names.append(value)
    return _pipe(tokens, context), ()


Token = tuple[str, str]


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise TemplateError(f"template: :1: unexpected {text[position]!r} in command")
        # A blank parts `.a .b` from `.a.b`, so it is kept as a kind between operands.
        tokens.append((match.lastgroup or "blank", match[0]))
        position = match.end()
    return [kind for index, kind in enumerate(tokens) if kind[0] != "blank" or _parts(tokens, index)]


def _parts(tokens: list[Token], index: int) -> bool:
    return 0 < index < len(tokens) - 1 and tokens[index + 1][0] == "field"


def _pipe(tokens: list[Token], context: str) -> Pipe:
    reader = _PipeReader(tokens, context)
    pipe = reader.pipe()
    if reader.rest:
        raise TemplateError(f"template: :1: unexpected {reader.rest[0][1]!r} in {context}")
    return pipe


class _PipeReader:
    def __init__(self, tokens: list[Token], context: str) -> None:
        self.rest = list(tokens)
        self._context = context

    def _peek(self) -> str:
        return self.rest[0][0] if self.rest else ""

    def pipe(self) -> Pipe:
        commands = [self._command()]
        while self._peek() == "pipe":
            self.rest.pop(0)
            commands.append(self._command())
        return Pipe(tuple(commands))

    def _command(self) -> Operand:
        operands: list[Operand] = []
        while self._peek() not in ("", "pipe", "close"):
            if self._peek() == "blank":
                self.rest.pop(0)
            else:
                operands.append(self._operand())
        if not operands:
            raise TemplateError(f"template: :1: missing value for {self._context}")
        first = operands[0]
        if isinstance(first, Call):
            return Call(first.name, tuple(operands[1:]))
        if len(operands) > 1:
            raise TemplateError("template: :1: can't give argument to non-function")
        return first

    def _operand(self) -> Operand:
        kind, value = self.rest.pop(0)
        if kind == "text":
            return Literal(value[1:-1] if value[0] == "`" else ast.literal_eval(value))
        if kind == "number":
            return Literal(float(value) if "." in value else int(value))
        if kind == "word":
            return self._word(value)
        if kind == "variable":
            return Path(value, self._fields())
        if kind == "field":
            return Path(None, tuple(name for name in (value[1:],) if name) + self._fields())
        if kind == "open":
            inner = self.pipe()
            if self._peek() != "close":
                raise TemplateError("template: :1: unclosed left paren")
            self.rest.pop(0)
            fields = self._fields()
            return Path(inner, fields) if fields else inner
        raise TemplateError(f"template: :1: unexpected {value!r} in {self._context}")

    def _fields(self) -> tuple[str, ...]:
        names = []
        while self._peek() == "field":
            names.append(self.rest.pop(0)[1][1:])
        return tuple(names)

    def _word(self, word: str) -> Operand:
        constants = {"true": True, "false": False, "nil": None}
        if word in constants:
            return Literal(constants[word])
        if word not in FUNCTIONS:
            raise TemplateError(f'template: :1: function "{word}" not defined')
        return Call(word, ())
