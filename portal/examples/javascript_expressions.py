"""JavaScript expressions, evaluated on paper: literals, names, and what follows from them; the rest is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tree_sitter import Node

from portal.examples.code_run import Run
from portal.examples.code_values import MISSING, Bound, Client, Ref, Scope, first_unknown
from portal.examples.javascript_builtins import call_method, call_named, read_member
from portal.examples.javascript_clients import GLOBALS, call_client, call_library, import_name, make_client
from portal.examples.javascript_tree import is_gap, part, parts_of, read_number, read_piece, read_string, text_of
from portal.examples.javascript_values import UNDEFINED, Function, Klass, Thing
from portal.examples.limits import MAX_TEXT
from portal.examples.unknowns import Entries, Items, Text, Unknown, Words, join_pieces

_ARITHMETIC: dict[str, Callable[[Any, Any], object]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], object]] = {
    "===": operator.eq, "==": operator.eq, "!==": operator.ne, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_EFFECTS = {"useEffect", "useLayoutEffect", "onMount", "onMounted"}  # of components: run when they are shown
_WRAPPERS = {"await_expression", "parenthesized_expression", "as_expression", "satisfies_expression",
             "non_null_expression", "instantiation_expression", "type_assertion"}  # fmt: skip
_FUNCTIONS = {"arrow_function", "function_expression", "generator_function", "function", "method_definition"}


def evaluate(run: Run, node: Node, scope: Scope) -> object:  # noqa: PLR0912 - one arm an expression
    """The value of an expression, as far as the block alone says it."""
    run.step()
    match node.type:
        case "identifier" | "shorthand_property_identifier":
            return find_name(text_of(node), scope)
        case "string":
            return read_string(node)
        case "member_expression" | "subscript_expression":
            return _evaluate_member(run, node, scope)
        case "call_expression":
            return _evaluate_call(run, node, scope)
        case "object":
            return _evaluate_object(run, node, scope)
        case "number":
            number = read_number(text_of(node))
            return Unknown(text_of(node)[:40], "computed") if number is None else number
        case "template_string":
            return join_pieces(_read_template(run, node, scope))
        case "true" | "false":
            return node.type == "true"
        case "null":
            return None
        case "undefined":
            return UNDEFINED
        case "this":
            return scope.find("this")
        case "array":
            return _evaluate_array(run, node, scope)
        case "new_expression":
            return _evaluate_new(run, node, scope)
        case "binary_expression":
            return _evaluate_binary(run, node, scope)
        case "unary_expression":
            return _evaluate_unary(run, node, scope)
        case "ternary_expression":
            return _evaluate_choice(run, node, scope)
        case "assignment_expression" | "augmented_assignment_expression":
            return _evaluate_assignment(run, node, scope)
        case "update_expression":
            return _update(run, node, scope)
        case "sequence_expression":
            return [evaluate(run, child, scope) for child in parts_of(node)][-1]
        case "class":
            return make_class(run, node, scope)
        case kind if kind in _FUNCTIONS:
            return Function(node, scope, this=scope.find("this") if kind == "arrow_function" else UNDEFINED)
        case kind if kind in _WRAPPERS and parts_of(node):
            inner = parts_of(node)
            return evaluate(run, inner[-1] if node.type == "type_assertion" else inner[0], scope)
        case "yield_expression":
            for child in parts_of(node):
                evaluate(run, child, scope)
    return Unknown(text_of(node)[:40], "computed")


def find_name(name: str, scope: Scope) -> object:
    """What a name stands for; names of the language itself are references to it."""
    found = scope.find(name)
    if found is not MISSING:
        return found
    if name == "undefined":
        return UNDEFINED
    if name == "ollama":  # documents leave the import out, and mean the library's own client
        return import_name("ollama", "default")
    return Ref(name) if name in GLOBALS else Unknown(name, "name")


def judge(value: object) -> bool | None:
    """Say whether a value is truthy, None when there is no telling. A key from the environment counts as set."""
    if isinstance(value, Unknown):
        named_key = value.why == "setting" and any(word in value.name.upper() for word in ("KEY", "TOKEN"))
        return True if named_key else None
    if value is UNDEFINED or value is None or value is MISSING:
        return False
    return bool(value) if isinstance(value, (bool, int, float, str)) else True


def list_items(value: object) -> list[object] | None:
    """The items of something that is looped over, None when they are not all known."""
    if isinstance(value, Items) and value.doubt is None:
        return list(value)
    return list(value) if isinstance(value, str) else None


# Literals -------------------------------------------------------------------------------------------------------------


def _read_template(run: Run, node: Node, scope: Scope) -> Iterator[Words]:
    for child in node.named_children:
        if child.type == "template_substitution":
            inner = parts_of(child)
            yield show(evaluate(run, inner[0], scope), _name_of(inner[0])) if inner else ""
        else:
            yield read_piece(child)


def show(value: object, name: str) -> Words:
    """A value as a template shows it."""
    if isinstance(value, (str, Text, Unknown)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value is UNDEFINED:
        return "null" if value is None else "undefined"
    if isinstance(value, (int, float)):
        return str(value)
    return first_unknown([value]) or Unknown(name, "computed")


def _name_of(node: Node) -> str:
    name = part(node, "property") or node
    return text_of(name)[:40]


def _evaluate_object(run: Run, node: Node, scope: Scope) -> object:
    entries = Entries()
    for child in node.children:
        match child.type:
            case "pair":
                _add_pair(run, child, entries, scope)
            case "shorthand_property_identifier":
                _set_entry(entries, text_of(child), find_name(text_of(child), scope))
            case "spread_element":
                _spread_into(entries, evaluate(run, parts_of(child)[0], scope) if parts_of(child) else None)
            case "method_definition":
                name = part(child, "name")
                if name is not None:
                    entries[text_of(name)] = Function(child, scope, text_of(name))
            case "ERROR":
                entries.doubt = Unknown("…", "gap")
    return entries


def _add_pair(run: Run, node: Node, entries: Entries, scope: Scope) -> None:
    key, value_node = part(node, "key"), part(node, "value")
    if key is None or value_node is None:
        return
    value = evaluate(run, value_node, scope)
    name = _read_key(run, key, scope)
    if not isinstance(name, str):
        entries.doubt = first_unknown([name]) or Unknown("key", "computed")
    elif isinstance(value, Unknown) and value.why == "gap":
        entries[name] = Unknown(name, "gap")
    else:
        _set_entry(entries, name, value)


def _read_key(run: Run, key: Node, scope: Scope) -> object:
    if key.type == "string":
        return read_string(key)
    if key.type == "computed_property_name":
        return show(evaluate(run, parts_of(key)[0], scope), "key")
    return text_of(key)


def _set_entry(entries: Entries, name: str, value: object) -> None:
    if value is UNDEFINED:
        entries.pop(name, None)  # JSON leaves it out
    else:
        entries[name] = value


def _spread_into(entries: Entries, value: object) -> None:
    if isinstance(value, Entries):
        entries.update(value)
        entries.doubt = entries.doubt or value.doubt
    elif isinstance(value, Thing):
        entries.update(value.attributes)
    elif judge(value) is not False:
        entries.doubt = first_unknown([value]) or Unknown("entries", "computed")


def _evaluate_array(run: Run, node: Node, scope: Scope) -> object:
    items = Items()
    for child in node.children:
        if child.type == "ERROR" or (child.type == "spread_element" and is_gap_of_spread(child)):
            return Unknown("…", "gap")
        if not child.is_named or child.type == "comment":
            continue
        if child.type != "spread_element":
            value = evaluate(run, child, scope)
            items.append(None if value is UNDEFINED else value)
            continue
        spread = evaluate(run, parts_of(child)[0], scope)
        known = list_items(spread)
        if known is None:
            items.doubt = first_unknown([spread]) or Unknown("items", "computed")
        else:
            items.extend(known)
    return items


def is_gap_of_spread(node: Node) -> bool:
    """Say whether a spread has nothing to spread: `[...]`."""
    inner = parts_of(node)
    return not inner or inner[0].is_missing or is_gap(inner[0])


# Operators ------------------------------------------------------------------------------------------------------------


def _evaluate_binary(run: Run, node: Node, scope: Scope) -> object:
    left_node, right_node, sign = part(node, "left"), part(node, "right"), part(node, "operator")
    if left_node is None or right_node is None or sign is None:
        return Unknown("expression", "computed")
    left = evaluate(run, left_node, scope)
    symbol = text_of(sign)
    if symbol in ("&&", "||", "??"):
        return _choose(run, left, symbol, right_node, scope)
    return combine(left, symbol, evaluate(run, right_node, scope))


def _choose(run: Run, left: object, symbol: str, right: Node, scope: Scope) -> object:
    truth = judge(left)
    if truth is None:
        unknown = first_unknown([left])
        if unknown is not None and unknown.why == "setting" and symbol != "&&":
            return evaluate(run, right, scope)  # `process.env.NAME ?? "default"`: the page's own default counts
        with run.maybe(unknown or Unknown("condition", "computed"), scope):
            evaluate(run, right, scope)
        return left
    if symbol == "??":
        return evaluate(run, right, scope) if left is None or left is UNDEFINED else left
    return evaluate(run, right, scope) if truth is (symbol == "&&") else left


def combine(left: object, symbol: str, right: object) -> object:
    """The value of two operands under an operator."""
    if symbol == "+" and (isinstance(left, (str, Text)) or isinstance(right, (str, Text))):
        return join_pieces([show(left, "value"), show(right, "value")])
    unknown = _top_unknown(left) or _top_unknown(right)
    if unknown is not None:
        return unknown
    if symbol in _COMPARISONS:
        return _compare(left, symbol, right)
    if symbol not in _ARITHMETIC or not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return Unknown("calculation", "computed")
    try:
        result = _ARITHMETIC[symbol](left, right)
    except ArithmeticError:
        return Unknown("calculation", "computed")
    if isinstance(result, int) and abs(result) > 2**53:
        return Unknown("calculation", "computed")
    return int(result) if isinstance(result, float) and result.is_integer() else result


def _compare(left: object, symbol: str, right: object) -> object:
    if symbol in ("==", "!="):
        left, right = (None if left is UNDEFINED else left), (None if right is UNDEFINED else right)
    if isinstance(left, (Items, Entries)) or isinstance(right, (Items, Entries)):
        return (left is right) is (symbol in ("==", "==="))
    try:
        return bool(_COMPARISONS[symbol](left, right))
    except TypeError:
        return Unknown("comparison", "computed")


def _top_unknown(value: object) -> Unknown | None:
    if isinstance(value, (Items, Entries)):
        return value.doubt
    return first_unknown([value]) if isinstance(value, (Text, Unknown)) else None


def _evaluate_unary(run: Run, node: Node, scope: Scope) -> object:
    sign, argument = part(node, "operator"), part(node, "argument")
    if sign is None or argument is None:
        return Unknown("expression", "computed")
    value = evaluate(run, argument, scope)
    symbol = text_of(sign)
    if symbol == "!":
        truth = judge(value)
        return (first_unknown([value]) or Unknown("condition", "computed")) if truth is None else not truth
    if symbol in ("-", "+") and isinstance(value, (int, float)):
        return -value if symbol == "-" else value
    if symbol == "void":
        return UNDEFINED
    return first_unknown([value]) or Unknown("value", "computed")


def _evaluate_choice(run: Run, node: Node, scope: Scope) -> object:
    condition_node, yes, no = part(node, "condition"), part(node, "consequence"), part(node, "alternative")
    if condition_node is None or yes is None or no is None:
        return Unknown("expression", "computed")
    condition = evaluate(run, condition_node, scope)
    truth = judge(condition)
    if truth is not None:
        return evaluate(run, yes if truth else no, scope)
    why = first_unknown([condition]) or Unknown("condition", "computed")
    with run.maybe(why, scope):
        evaluate(run, yes, scope)
        evaluate(run, no, scope)
    return why


# Members and calls ----------------------------------------------------------------------------------------------------


def _evaluate_member(run: Run, node: Node, scope: Scope) -> object:
    owner_node = part(node, "object")
    if owner_node is None:
        return Unknown("member", "computed")
    owner = evaluate(run, owner_node, scope)
    if node.type == "member_expression":
        name_node = part(node, "property")
        key: object = text_of(name_node) if name_node is not None else "member"
    else:
        index = part(node, "index")
        key = evaluate(run, index, scope) if index is not None else "member"
    return member(run, owner, key)


def member(run: Run, owner: object, key: object) -> object:
    """A member of a value, by its name or its place."""
    if isinstance(key, (Unknown, Text)):
        return _top_unknown(key)
    name = show(key, "member")
    if not isinstance(name, str):  # an object or a list, whose text only running could tell
        return _top_unknown(name)
    match owner:
        case Ref(path="process.env" | "import.meta.env" | "Deno.env" | "Bun.env"):
            return run.settings.get(f"process.env.{name}") or Unknown(name, "setting")
        case Ref():
            return import_name(owner.path, name)
        case Bound():
            return Bound(owner.owner, f"{owner.path}.{name}")
        case Client():
            return owner if name == "default" else Bound(owner, name)
        case Thing():
            return _member_of_thing(owner, name)
        case Unknown():
            return owner
        case Entries() if name in owner:
            found = owner[name]
            return Function(found.node, found.scope, found.name, owner) if isinstance(found, Function) else found
        case Entries():
            return UNDEFINED if owner.doubt is None else owner.doubt
        case _:
            return read_member(owner, name)


def _member_of_thing(thing: Thing, name: str) -> object:
    if name in thing.attributes:
        return thing.attributes[name]
    found = find_method(thing.klass, name)
    return UNDEFINED if found is None else Function(found.node, found.scope, name, thing)


def find_method(klass: Klass, name: str) -> Function | None:
    """A method of a class, its own or inherited."""
    body = part(klass.node, "body")
    for child in parts_of(body) if body is not None else []:
        label = part(child, "name")
        if child.type == "method_definition" and label is not None and text_of(label) == name:
            return Function(child, klass.scope, name)
    return find_method(klass.parent, name) if isinstance(klass.parent, Klass) else None


def _evaluate_call(run: Run, node: Node, scope: Scope) -> object:
    function_node, arguments_node = part(node, "function"), part(node, "arguments")
    if function_node is None:
        return Unknown("call", "computed")
    if function_node.type == "import":
        arguments = _evaluate_arguments(run, arguments_node, scope)
        return call_named(run, "require", arguments)
    function = evaluate(run, function_node, scope)
    arguments = _evaluate_arguments(run, arguments_node, scope)
    return call(run, function, arguments, _name_of(function_node))


def call(run: Run, function: object, arguments: Sequence[object], name: str) -> object:
    """Call whatever an expression stands for."""
    match function:
        case Function():
            return run.call_function(run, function, arguments)
        case Ref():
            answer = call_library(run, function.path, arguments)
            if answer is None:
                answer = call_named(run, function.path, arguments)
            if answer is not MISSING:
                return answer
        case Bound(owner=Client() as client, path=path):
            return call_client(run, client, path, arguments)
        case Client():
            return call_client(run, function, "", arguments)
        case Bound(owner=owner, path=path):
            return call_method(run, owner, path, arguments)
        case _ if name in _EFFECTS and arguments and isinstance(arguments[0], Function):
            return run.call_function(run, arguments[0], [])
        case Unknown() if name in ("then", "finally", "forEach", "map") and arguments:
            if isinstance(arguments[0], Function):
                run.call_function(run, arguments[0], [function])
            return function
    return first_unknown([function, *arguments]) or Unknown(name, "computed")


def _evaluate_arguments(run: Run, node: Node | None, scope: Scope) -> list[object]:
    values: list[object] = []
    for child in parts_of(node) if node is not None and node.type == "arguments" else []:
        if child.type == "ERROR":
            values.append(Unknown("…", "gap"))
        elif child.type != "spread_element":
            values.append(evaluate(run, child, scope))
        elif parts_of(child):
            spread = evaluate(run, parts_of(child)[0], scope)
            known = list_items(spread)
            values.extend([first_unknown([spread]) or Unknown("arguments", "computed")] if known is None else known)
    return values


def _evaluate_new(run: Run, node: Node, scope: Scope) -> object:
    constructor = part(node, "constructor")
    if constructor is None:
        return Unknown("new", "computed")
    klass = evaluate(run, constructor, scope)
    arguments = _evaluate_arguments(run, part(node, "arguments"), scope)
    if isinstance(klass, Klass):
        return instantiate(run, klass, arguments)
    if isinstance(klass, Ref):
        client = make_client(run, klass.path, arguments)
        if client is not None:
            return client
        made = call_named(run, f"new {klass.path}", arguments)
        if made is not MISSING:
            return made
    if arguments and isinstance(arguments[0], Function) and _name_of(constructor) == "Promise":
        run.call_function(run, arguments[0], [Unknown("resolve", "computed"), Unknown("reject", "computed")])
    return first_unknown([klass]) or Unknown(_name_of(constructor), "computed")


def make_class(run: Run, node: Node, scope: Scope) -> Klass:
    """The class that a class body describes."""
    name = part(node, "name")
    heritage = next((child for child in node.named_children if child.type == "class_heritage"), None)
    parent = None
    if heritage is not None:
        clause = next((child for child in heritage.named_children if child.type == "extends_clause"), heritage)
        value = part(clause, "value") or (parts_of(clause)[0] if parts_of(clause) else None)
        parent = evaluate(run, value, scope) if value is not None else None
    return Klass(node, scope, text_of(name) if name is not None else "", parent)


def instantiate(run: Run, klass: Klass, arguments: Sequence[object]) -> Thing:
    """Make an object of a class of the block: its fields first, then its constructor."""
    thing = Thing(klass)
    _fill_fields(run, klass, thing)
    constructor = find_method(klass, "constructor")
    if constructor is not None:
        run.call_function(run, Function(constructor.node, constructor.scope, "constructor", thing), arguments)
    return thing


def _fill_fields(run: Run, klass: Klass, thing: Thing) -> None:
    if isinstance(klass.parent, Klass):
        _fill_fields(run, klass.parent, thing)
    body = part(klass.node, "body")
    scope = Scope({"this": thing}, klass.scope)
    for child in parts_of(body) if body is not None else []:
        name, value = part(child, "name") or part(child, "property"), part(child, "value")
        if child.type in ("public_field_definition", "field_definition") and name is not None and value is not None:
            thing.attributes[text_of(name)] = evaluate(run, value, scope)


# Assignment -----------------------------------------------------------------------------------------------------------


def _evaluate_assignment(run: Run, node: Node, scope: Scope) -> object:
    left, right, sign = part(node, "left"), part(node, "right"), part(node, "operator")
    if left is None or right is None:
        return Unknown("assignment", "computed")
    value = evaluate(run, right, scope)
    if sign is not None and text_of(sign) not in ("=", "??=", "||=", "&&="):
        value = combine(evaluate(run, left, scope), text_of(sign)[:-1], value)
        if isinstance(value, str) and len(value) > MAX_TEXT:
            value = Unknown("text", "computed")
    assign(run, left, value, scope)
    return value


def _update(run: Run, node: Node, scope: Scope) -> object:
    argument = part(node, "argument")
    if argument is None:
        return Unknown("value", "computed")
    before = evaluate(run, argument, scope)
    step = 1 if text_of(node).strip(text_of(argument)).startswith("++") or "++" in text_of(node) else -1
    assign(run, argument, combine(before, "+", step), scope)
    return before


def assign(run: Run, target: Node, value: object, scope: Scope) -> None:
    """Set a name, a member or a pattern that stands already."""
    match target.type:
        case "identifier":
            _rebind(scope, text_of(target), value)
        case "member_expression" | "subscript_expression":
            _assign_member(run, target, value, scope)
        case "object_pattern" | "array_pattern" | "parenthesized_expression":
            declare(run, target, value, scope)


def _rebind(scope: Scope, name: str, value: object) -> None:
    place: Scope | None = scope
    while place is not None and name not in place.names:
        place = place.parent
    (place or scope).names[name] = value


def _assign_member(run: Run, target: Node, value: object, scope: Scope) -> None:
    owner_node, name_node = part(target, "object"), part(target, "property") or part(target, "index")
    if owner_node is None or name_node is None:
        return
    owner = evaluate(run, owner_node, scope)
    is_index = target.type == "subscript_expression"
    key = evaluate(run, name_node, scope) if is_index else text_of(name_node)
    if isinstance(owner, Thing) and isinstance(key, str):
        owner.attributes[key] = value
    elif isinstance(owner, Ref) and owner.path == "process.env":
        run.settings[f"process.env.{key}"] = value
    elif isinstance(owner, (Items, Entries)) and run.change(owner):
        if isinstance(owner, Entries) and isinstance(key, (str, int)):
            _set_entry(owner, str(key), value)
        elif isinstance(owner, Items) and isinstance(key, int) and 0 <= key < len(owner):
            owner[key] = value
        else:
            owner.doubt = first_unknown([key]) or Unknown("item", "computed")


def declare(run: Run, pattern: Node, value: object, scope: Scope) -> None:
    """Bind the names of a pattern, each to its part of a value."""
    match pattern.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            name = text_of(pattern)
            if isinstance(value, Unknown) and value.why in ("input", "computed"):
                value = Unknown(name, value.why)
            if isinstance(value, Function) and not value.name:
                value.name = name
            scope.names[name] = value
        case "assignment_pattern" | "object_assignment_pattern":
            left, right = part(pattern, "left"), part(pattern, "right")
            if left is not None and right is not None:
                declare(run, left, evaluate(run, right, scope) if value is UNDEFINED else value, scope)
        case "object_pattern":
            for child in parts_of(pattern):
                _declare_property(run, child, value, scope)
        case "array_pattern":
            items = list_items(value)
            for index, child in enumerate(parts_of(pattern)):
                known = UNDEFINED if items is not None and index >= len(items) else items[index] if items else value
                declare(run, child, known, scope)
        case "rest_pattern":
            declare(run, parts_of(pattern)[0], value, scope)


def _declare_property(run: Run, child: Node, value: object, scope: Scope) -> None:
    if child.type == "pair_pattern":
        key, inner = part(child, "key"), part(child, "value")
        if key is not None and inner is not None:
            declare(run, inner, member(run, value, _read_key(run, key, scope)), scope)
    elif child.type == "rest_pattern":
        declare(run, child, first_unknown([value]) or Unknown("rest", "computed"), scope)
    else:
        name = part(child, "left") or child
        declare(run, child, member(run, value, text_of(name)), scope)

