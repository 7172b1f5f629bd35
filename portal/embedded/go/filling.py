"""Fills a prompt template with the messages of a conversation, as Ollama does with Go's template engine."""

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from portal.embedded.go.json_text import dumps
from portal.embedded.go.template import TemplateError, parse_template
from portal.embedded.go.template_nodes import (
    Action,
    Branch,
    Call,
    Jump,
    Literal,
    Node,
    Operand,
    Path,
    Pipe,
    Text,
    fields_of,
    until_response,
)

Values = dict[str, Any]


class Template:
    """A template that has been read. Raises TemplateError when it cannot be."""

    def __init__(self, text: str) -> None:
        self._nodes = parse_template(text)
        self._fields = fields_of(self._nodes)
        if not self._fields & {"messages", "response"}:
            self._nodes = (*self._nodes, Action(Pipe((Path(None, ("Response",)),))))

    def fill(self, messages: Sequence[dict[str, Any]]) -> str:
        """The prompt: the template once over all messages if it knows them, else once for each turn."""
        system, turns = _collated(messages)
        if "messages" in self._fields:
            shown = [_shown(message) for message in turns]
            return fill_nodes(self._nodes, {"System": system, "Messages": shown, "Tools": [], "Response": ""})
        return self._fill_turns(turns)

    def _fill_turns(self, turns: Sequence[dict[str, Any]]) -> str:
        written: list[str] = []
        turn = {"System": "", "Prompt": "", "Response": ""}

        def finish() -> None:
            written.append(fill_nodes(self._nodes, dict(turn)))
            turn.update(System="", Prompt="", Response="")

        for message in turns:
            if message["role"] == "system":
                if turn["Prompt"] or turn["Response"]:
                    finish()
                turn["System"] = message["content"]
            elif message["role"] == "user":
                if turn["Response"]:
                    finish()
                turn["Prompt"] = message["content"]
            elif message["role"] == "assistant":
                turn["Response"] = message["content"]
        return "".join(written) + fill_nodes(until_response(self._nodes), dict(turn))


def _collated(messages: Sequence[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """All system texts as one, and the messages with neighbours of the same role joined."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if turns and turns[-1]["role"] == message["role"] != "tool":
            turns[-1]["content"] += "\n\n" + message["content"]
        else:
            turns.append(dict(message))
    return "\n\n".join(message["content"] for message in messages if message["role"] == "system"), turns


def _shown(message: dict[str, Any]) -> Values:
    names = {"Role": "role", "Content": "content", "Thinking": "thinking", "ToolCalls": "tool_calls",
             "ToolName": "tool_name", "ToolCallID": "tool_call_id"}
    return {shown: message.get(name) for shown, name in names.items()}


def fill_nodes(nodes: Sequence[Node], values: Values) -> str:
    """A template filled in with values, which are its dot and its `$`. Raises TemplateError."""
    scope = _Scope(values, {"$": values}, None)
    return "".join(_written(nodes, scope))


class _Scope:
    """The dot and the variables at one place of a template."""

    def __init__(self, dot: Any, variables: dict[str, Any], outer: "_Scope | None") -> None:
        self.dot = dot
        self.variables = variables
        self.outer = outer

    def inner(self, dot: Any, variables: dict[str, Any] | None = None) -> "_Scope":
        return _Scope(dot, variables or {}, self)

    def holder(self, name: str) -> dict[str, Any]:
        scope: _Scope | None = self
        while scope:
            if name in scope.variables:
                return scope.variables
            scope = scope.outer
        raise TemplateError(f'template: :1: undefined variable "{name}"')


class _Jumped(Exception):
    def __init__(self, kind: str, written: list[str]) -> None:
        self.kind = kind
        self.written = written


def _written(nodes: Sequence[Node], scope: _Scope) -> list[str]:
    written: list[str] = []
    for node in nodes:
        if isinstance(node, Text):
            written.append(node.text)
        elif isinstance(node, Jump):
            raise _Jumped(node.kind, written)
        elif isinstance(node, Branch):
            try:
                written += _branch(node, scope)
            except _Jumped as jump:
                raise _Jumped(jump.kind, written + jump.written) from None
        elif node.variable:
            variables = scope.variables if node.declares else scope.holder(node.variable)
            variables[node.variable] = _value(node.pipe, scope)
        else:
            written.append(_printed(_value(node.pipe, scope)))
    return written


def _branch(node: Branch, scope: _Scope) -> list[str]:
    value = _value(node.pipe, scope)
    if node.kind == "range" and value:
        return _repeated(node, value, scope)
    if not value:
        return _written(node.otherwise, scope.inner(scope.dot))
    variables = dict.fromkeys(node.variables, value)
    return _written(node.body, scope.inner(value if node.kind == "with" else scope.dot, variables))


def _repeated(node: Branch, value: Any, scope: _Scope) -> list[str]:
    if isinstance(value, int):
        value = range(value)
    entries = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value))
    written: list[str] = []
    for key, item in entries:
        # With one variable it is the item, with two the first is its place.
        names = node.variables if len(node.variables) == 2 else ("", *node.variables)
        variables = dict(zip(names, (key, item), strict=False))
        try:
            written += _written(node.body, scope.inner(item, variables))
        except _Jumped as jump:
            written += jump.written
            if jump.kind == "break":
                break
    return written


def _value(operand: Operand, scope: _Scope, *piped: Any) -> Any:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Pipe):
        value = _value(operand.commands[0], scope)
        for command in operand.commands[1:]:
            value = _value(command, scope, value)
        return value
    if isinstance(operand, Path):
        return _field(operand, scope)
    return _called(operand, scope, piped)


def _field(path: Path, scope: _Scope) -> Any:
    if path.base is None:
        value = scope.dot
    elif isinstance(path.base, Pipe):
        value = _value(path.base, scope)
    else:
        value = scope.holder(path.base)[path.base]
    for name in path.fields:
        if value is not None and not isinstance(value, dict):
            raise TemplateError(f"template: :1: executing \"\" at <.{name}>: can't evaluate field {name}")
        value = value.get(name) if value else None
    return value


def _called(call: Call, scope: _Scope, piped: tuple[Any, ...]) -> Any:
    if call.name in ("and", "or"):
        value: Any = None
        for argument in call.arguments:
            value = _value(argument, scope)
            if bool(value) is (call.name == "or"):
                return value
        return piped[0] if piped else value
    arguments = [*(_value(argument, scope) for argument in call.arguments), *piped]
    try:
        return CALLS[call.name](*arguments)
    except (TypeError, IndexError, KeyError, ValueError) as error:
        where = f'template: :1: executing "" at <{call.name}>'
        raise TemplateError(f"{where}: error calling {call.name}: {error}") from None


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _printed(value: Any) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return dumps(value).decode()
    if isinstance(value, list):
        return "[" + " ".join(_printed(item) for item in value) + "]"
    return str(value)


def _formatted(pattern: str, *values: Any) -> str:
    shown = [json.dumps(value) if isinstance(value, str) and "%q" in pattern else value for value in values]
    plain = pattern.replace("%v", "%s").replace("%q", "%s")
    return plain % tuple(_printed(value) if isinstance(value, bool | dict | list) else value for value in shown)


CALLS: dict[str, Callable[..., Any]] = {
    "not": lambda value: not value,
    "eq": lambda first, *others: any(first == other for other in others),
    "ne": lambda first, second: first != second,
    "lt": lambda first, second: first < second,
    "le": lambda first, second: first <= second,
    "gt": lambda first, second: first > second,
    "ge": lambda first, second: first >= second,
    "len": len,
    "index": _index,
    "slice": lambda value, *bounds: value[slice(*(bounds if len(bounds) > 1 else (*bounds, None)))],
    "print": lambda *values: "".join(map(_printed, values)),
    "println": lambda *values: " ".join(map(_printed, values)) + "\n",
    "printf": _formatted,
    "json": lambda value: dumps(value).decode(),
    "currentDate": lambda *_: date.today().isoformat(),
    "yesterdayDate": lambda *_: (date.today() - timedelta(days=1)).isoformat(),
}
