"""Reads the part of Go's template language that prompt templates are written in, into a tree of nodes."""

import ast
import re

from portal.embedded.go.template_nodes import Action, Branch, Call, Jump, Literal, Node, Operand, Path, Pipe, Text

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


def parse_template(text: str) -> tuple[Node, ...]:
    """The nodes of a template. Raises TemplateError."""
    return _Parser(text).whole()


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
        # A blank parts `.a .b` from `.a.b`, so it is kept between operands.
        tokens.append((match.lastgroup or "blank", match[0]))
        position = match.end()
    return [found for index, found in enumerate(tokens) if found[0] != "blank" or _parts(tokens, index)]


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
