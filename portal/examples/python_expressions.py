"""Python expressions, evaluated on paper: constants, names, and what follows from them; everything else is unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from portal.examples.code_run import Run
from portal.examples.code_values import MISSING, Bound, Client, File, Ref, Scope, first_unknown
from portal.examples.limits import MAX_TEXT
from portal.examples.python_builtins import BUILTINS, call_method, call_named, read_attribute
from portal.examples.python_clients import call_client, call_library, make_client
from portal.examples.python_values import Arguments, Function, Instance, Klass
from portal.examples.unknowns import Entries, Items, JsonText, Text, Unknown, join_pieces

_LARGEST_NUMBER = 10**1000
_OFTEN_NOT_IMPORTED = {"ollama", "requests", "httpx", "json", "os", "asyncio"}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], object]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitOr: operator.or_,
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items, ast.NotIn: lambda item, items: item not in items,
}  # fmt: skip


def evaluate(run: Run, node: ast.expr, scope: Scope) -> object:  # noqa: PLR0912 - one arm an expression
    """The value of an expression, as far as the block alone says it."""
    run.step()
    match node:
        case ast.Constant():
            return _read_constant(node.value)
        case ast.Name():
            return _find_name(node.id, scope)
        case ast.Attribute():
            return _evaluate_attribute(run, node, scope)
        case ast.Call():
            return _evaluate_call(run, node, scope)
        case ast.JoinedStr():
            return join_pieces(_format_pieces(run, node, scope))
        case ast.List() | ast.Tuple() | ast.Set():
            return _evaluate_list(run, node, scope)
        case ast.Dict():
            return _evaluate_dict(run, node, scope)
        case ast.Subscript():
            return _subscript(evaluate(run, node.value, scope), evaluate(run, node.slice, scope))
        case ast.BinOp():
            return _combine(evaluate(run, node.left, scope), node.op, evaluate(run, node.right, scope))
        case ast.BoolOp():
            return _evaluate_bool(run, node, scope)
        case ast.UnaryOp():
            return _evaluate_unary(run, node, scope)
        case ast.Compare():
            return _compare(run, node, scope)
        case ast.IfExp():
            return _evaluate_choice(run, node, scope)
        case ast.Await() | ast.Starred():
            return evaluate(run, node.value, scope)
        case ast.Yield() | ast.YieldFrom():
            if node.value is not None:
                evaluate(run, node.value, scope)
            return Unknown("yield", "computed")
        case ast.NamedExpr():
            value = evaluate(run, node.value, scope)
            assign(run, node.target, value, scope)
            return value
        case ast.Lambda():
            return Function(node, scope)
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
            return _comprehend(run, node.generators, scope, lambda inner: evaluate(run, node.elt, inner))
        case ast.DictComp():
            return _comprehend_dict(run, node, scope)
        case ast.Slice():
            return _evaluate_slice(run, node, scope)
        case _:
            return Unknown("expression", "computed")


def _read_constant(value: object) -> object:
    if value is Ellipsis:
        return Unknown("…", "gap")
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:  # Python itself would not write it out
        return Unknown("number", "computed")
    return value


def _find_name(name: str, scope: Scope) -> object:
    found = scope.find(name)
    if found is not MISSING:
        return found
    if name == "__name__":
        return "__main__"
    if name in _OFTEN_NOT_IMPORTED:
        return Ref(name)
    return Ref(f"builtins.{name}") if name in BUILTINS else Unknown(name, "name")


def judge(value: object) -> bool | None:
    """Say whether a value is true, None when there is no telling. A key from the environment counts as set."""
    if isinstance(value, Unknown):
        named_key = value.why == "setting" and any(word in value.name.upper() for word in ("KEY", "TOKEN"))
        return True if named_key else None
    if isinstance(value, (Items, Entries)):
        return None if value.doubt is not None else bool(value)
    if isinstance(value, (Text, Ref, Client, Bound, Function, Klass, Instance, JsonText, File)):
        return True
    return bool(value)


def list_items(value: object) -> list[object] | None:
    """The items of something that is looped over, None when they are not all known."""
    if isinstance(value, (Items, Entries)) and value.doubt is not None:
        return None
    if isinstance(value, (list, tuple, dict, str)):
        return list(value)
    return None


# Displays -------------------------------------------------------------------------------------------------------------


def _evaluate_list(run: Run, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> object:
    items = Items()
    for element in node.elts:
        value = evaluate(run, element, scope)
        if not isinstance(element, ast.Starred):
            items.append(value)
        elif (known := list_items(value)) is not None:
            items.extend(known)
        else:
            items.doubt = first_unknown([value]) or Unknown("items", "computed")
    if len(node.elts) == 1 and isinstance(items[:1] and items[0], Unknown) and _is_gap(items[0]):
        return items[0]  # `[...]` leaves the whole list open
    return tuple(items) if isinstance(node, ast.Tuple) and items.doubt is None else items


def _is_gap(value: object) -> bool:
    return isinstance(value, Unknown) and value.why == "gap"


def _evaluate_dict(run: Run, node: ast.Dict, scope: Scope) -> object:
    entries = Entries()
    for key, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(run, value_node, scope)
        if key is None:
            if isinstance(value, dict):
                entries.update(value)
            else:
                entries.doubt = first_unknown([value]) or Unknown("entries", "computed")
            continue
        name = evaluate(run, key, scope)
        if isinstance(name, (str, int, float, bool, type(None))):
            entries[name] = value
        else:
            entries.doubt = first_unknown([name]) or Unknown("key", "computed")
    return entries


def _comprehend(
    run: Run, generators: Sequence[ast.comprehension], scope: Scope, make: Callable[[Scope], object]
) -> Items:
    items = Items()
    for inner in _turns(run, generators, scope):
        if isinstance(inner, Unknown):
            items.doubt = inner
            break
        items.append(make(inner))
    return items


def _turns(run: Run, generators: Sequence[ast.comprehension], scope: Scope) -> Iterator[Scope | Unknown]:
    """The scopes of a comprehension's turns; an unknown when the loop is over something unknown."""
    if not generators:
        yield scope
        return
    first, rest = generators[0], generators[1:]
    value = evaluate(run, first.iter, scope)
    items = list_items(value)
    if items is None:
        yield first_unknown([value]) or Unknown("loop", "computed")
        return
    for item in items:
        inner = Scope(parent=scope)
        assign(run, first.target, item, inner)
        truths = [judge(evaluate(run, condition, inner)) for condition in first.ifs]
        if None in truths:
            yield Unknown("condition", "computed")
            return
        if all(truths):
            yield from _turns(run, rest, inner)


def _comprehend_dict(run: Run, node: ast.DictComp, scope: Scope) -> object:
    entries = Entries()

    def add(inner: Scope) -> None:
        key, value = evaluate(run, node.key, inner), evaluate(run, node.value, inner)
        if isinstance(key, (str, int, float, bool)):
            entries[key] = value
        else:
            entries.doubt = Unknown("key", "computed")

    pairs = _comprehend(run, node.generators, scope, add)
    entries.doubt = entries.doubt or pairs.doubt
    return entries


def _format_pieces(run: Run, node: ast.JoinedStr, scope: Scope) -> Iterator[str | Text | Unknown]:
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield str(part.value)
        elif isinstance(part, ast.FormattedValue):
            value = evaluate(run, part.value, scope)
            if part.format_spec is not None or part.conversion not in (-1, ord("s")):
                yield first_unknown([value]) or Unknown(_name_of(part.value), "computed")
            else:
                yield _show(value, _name_of(part.value))


def _show(value: object, name: str) -> str | Text | Unknown:
    if isinstance(value, (str, Text, Unknown)):
        return value
    if isinstance(value, (bool, int, float)) or value is None:
        return str(value)
    return first_unknown([value]) or Unknown(name, "computed")


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else "value"


# Operators ------------------------------------------------------------------------------------------------------------


def _combine(left: object, op: ast.operator, right: object) -> object:
    strings = (str, Text, Unknown)
    if isinstance(op, ast.Add) and isinstance(left, strings) and isinstance(right, strings):
        return join_pieces([left, right])
    unknown = _top_unknown(left) or _top_unknown(right)
    if unknown is not None:
        return unknown
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return _format_percent(left, right)
    if type(op) not in _OPERATORS or _would_explode(left, op, right):
        return Unknown("calculation", "computed")
    try:
        result = _OPERATORS[type(op)](left, right)
    except (TypeError, ValueError, ArithmeticError):
        return Unknown("calculation", "computed")
    if isinstance(result, list):
        return Items(result)
    return Entries(result) if isinstance(result, dict) else result


def _top_unknown(value: object) -> Unknown | None:
    if isinstance(value, (Items, Entries)):
        return value.doubt
    return first_unknown([value]) if isinstance(value, (Text, Unknown)) else None


def _would_explode(left: object, op: ast.operator, right: object) -> bool:
    """Refuse `"x" * 10**9` and numbers with thousands of digits."""
    for value, other in ((left, right), (right, left)):
        if isinstance(value, (str, bytes, list, tuple)):
            size = len(value) * other if isinstance(op, ast.Mult) and isinstance(other, int) else len(value)
            if size > MAX_TEXT:
                return True
        if isinstance(value, int) and abs(value) > 10**30:
            return True
    return False


def _format_percent(template: str, value: object) -> object:
    values = list(value) if isinstance(value, tuple) else [value]
    before, *rest = template.split("%")
    pieces: list[str | Text | Unknown] = [before]
    for part in rest:
        if part[:1] not in ("s", "d") or not values:
            return Unknown("text", "computed")
        pieces += [_show(values.pop(0), "value"), part[1:]]
    return join_pieces(pieces)


def _evaluate_bool(run: Run, node: ast.BoolOp, scope: Scope) -> object:
    wanted, value = isinstance(node.op, ast.Or), None
    for operand in node.values:
        value = evaluate(run, operand, scope)
        truth = judge(value)
        if truth is None and isinstance(value, Unknown) and value.why == "setting" and operand is not node.values[-1]:
            continue  # `os.environ.get("NAME") or "default"`: the page's own default counts
        if truth is None or truth is wanted:
            return value
    return value


def _evaluate_unary(run: Run, node: ast.UnaryOp, scope: Scope) -> object:
    value = evaluate(run, node.operand, scope)
    if isinstance(node.op, ast.Not):
        truth = judge(value)
        return (first_unknown([value]) or Unknown("condition", "computed")) if truth is None else not truth
    if isinstance(value, (int, float)) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return -value if isinstance(node.op, ast.USub) else value
    return first_unknown([value]) or Unknown("value", "computed")


def _compare(run: Run, node: ast.Compare, scope: Scope) -> object:
    left = evaluate(run, node.left, scope)
    for op, operand in zip(node.ops, node.comparators, strict=True):
        right = evaluate(run, operand, scope)
        unknown = _top_unknown(left) or _top_unknown(right)
        if unknown is not None:
            return unknown
        try:
            if not _COMPARISONS[type(op)](left, right):
                return False
        except TypeError:
            return Unknown("comparison", "computed")
        left = right
    return True


def _evaluate_choice(run: Run, node: ast.IfExp, scope: Scope) -> object:
    condition = evaluate(run, node.test, scope)
    truth = judge(condition)
    if truth is not None:
        return evaluate(run, node.body if truth else node.orelse, scope)
    why = first_unknown([condition]) or Unknown("condition", "computed")
    with run.maybe(why, scope):
        evaluate(run, node.body, scope)
        evaluate(run, node.orelse, scope)
    return why


def _evaluate_slice(run: Run, node: ast.Slice, scope: Scope) -> object:
    parts = [None if part is None else evaluate(run, part, scope) for part in (node.lower, node.upper, node.step)]
    if all(part is None or isinstance(part, int) for part in parts):
        return slice(*parts)
    return Unknown("slice", "computed")


def _subscript(value: object, key: object) -> object:
    if isinstance(value, Ref):  # a type such as `list[str]`, or `os.environ["NAME"]`
        return Unknown(key, "setting") if value.path == "os.environ" and isinstance(key, str) else value
    unknown = _top_unknown(value) or _top_unknown(key)
    if unknown is not None:
        return unknown
    if isinstance(value, (dict, list, tuple, str)):
        try:
            found = value[key]  # type: ignore[index, call-overload]
        except (LookupError, TypeError):
            return Unknown("item", "computed")
        return Items(found) if isinstance(found, list) and isinstance(key, slice) else found
    return Unknown("item", "computed")


# Attributes and calls -------------------------------------------------------------------------------------------------


def _evaluate_attribute(run: Run, node: ast.Attribute, scope: Scope) -> object:
    owner = evaluate(run, node.value, scope)
    name = node.attr
    match owner:
        case Ref():
            return run.settings.get(f"{owner.path}.{name}", Ref(f"{owner.path}.{name}"))
        case Bound():
            return Bound(owner.owner, f"{owner.path}.{name}")
        case Instance():
            return _attribute_of_instance(run, owner, name)
        case Klass():
            found = owner.find(name)
            if isinstance(found, Function):
                return Function(found.node, found.scope)
            return Bound(owner, name) if found is MISSING else found
        case Unknown():
            return owner
        case _:
            return read_attribute(owner, name)


def _attribute_of_instance(run: Run, instance: Instance, name: str) -> object:
    if name in instance.attributes:
        return instance.attributes[name]
    found = instance.klass.find(name)
    if isinstance(found, Function):
        method = Function(found.node, found.scope, instance)
        decorators = [] if isinstance(found.node, ast.Lambda) else found.node.decorator_list
        if any(isinstance(item, ast.Name) and item.id in ("property", "cached_property") for item in decorators):
            return run.call_function(run, method, Arguments((), {}))
        return method
    return Unknown(name, "computed") if found is MISSING else found


def _evaluate_call(run: Run, node: ast.Call, scope: Scope) -> object:
    function = evaluate(run, node.func, scope)
    arguments = _evaluate_arguments(run, node, scope)
    match function:
        case Ref():
            return _call_ref(run, function, arguments)
        case Function():
            return run.call_function(run, function, arguments)
        case Klass():
            return instantiate(run, function, arguments)
        case Bound(owner=Client() as client, path=path):
            return call_client(run, client, path, arguments)
        case Bound(owner=owner, path=path):
            return call_method(run, owner, path, arguments)
        case Instance():
            method = function.klass.find("__call__")
            if isinstance(method, Function):
                return run.call_function(run, Function(method.node, method.scope, function), arguments)
    return _call_what_was_handed_over(run, _name_of(node.func), arguments) or (
        first_unknown([function]) or Unknown(_name_of(node.func), "computed")
    )


def _call_ref(run: Run, ref: Ref, arguments: Arguments) -> object:
    client = make_client(run, ref.path, arguments)
    if client is not None:
        return client
    answer = call_library(run, ref.path, arguments)
    if answer is not None:
        return answer
    answer = call_named(run, ref.path, arguments)
    if answer is not MISSING:
        return answer
    _call_what_was_handed_over(run, ref.path, arguments)
    return first_unknown([*arguments.positional, *arguments.named.values()]) or Unknown(
        ref.path.rpartition(".")[2], "computed"
    )


def _call_what_was_handed_over(run: Run, name: str, arguments: Arguments) -> object:
    """`pool.submit(ask, "hi")` calls the function it is handed with the rest, `pool.map(ask, […])` with each."""
    function, *others = arguments.positional or (None,)
    if not isinstance(function, Function):
        return None
    items = list_items(others[0]) if name == "map" and len(others) == 1 else None
    if items is None:
        return run.call_function(run, function, Arguments(tuple(others), arguments.named))
    return Items([run.call_function(run, function, Arguments((item,), {})) for item in items])


def _evaluate_arguments(run: Run, node: ast.Call, scope: Scope) -> Arguments:
    positional: list[object] = []
    named: dict[str, object] = {}
    rest: Unknown | None = None
    for argument in node.args:
        value = evaluate(run, argument, scope)
        if not isinstance(argument, ast.Starred):
            positional.append(value)
        elif (items := list_items(value)) is not None:
            positional.extend(items)
        else:
            rest = first_unknown([value]) or Unknown("arguments", "computed")
    for keyword in node.keywords:
        value = evaluate(run, keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = _name_gap(value, keyword.arg)
        elif isinstance(value, dict) and not (isinstance(value, Entries) and value.doubt is not None):
            named.update({str(name): item for name, item in value.items()})
        else:
            rest = first_unknown([value]) or Unknown("arguments", "computed")
    return Arguments(tuple(positional), named, rest)


def _name_gap(value: object, name: str) -> object:
    """An ellipsis is called by the argument it stands for."""
    return Unknown(name, "gap") if _is_gap(value) else value


def instantiate(run: Run, klass: Klass, arguments: Arguments) -> object:
    """Make an object of a class of the block."""
    if klass.descends_from("pydantic.BaseModel"):
        return Unknown(klass.node.name, "computed")
    instance = Instance(klass)
    init = klass.find("__init__")
    if isinstance(init, Function):
        run.call_function(run, Function(init.node, init.scope, instance), arguments)
    else:
        _fill_fields(run, instance, arguments)
    return instance


def _fill_fields(run: Run, instance: Instance, arguments: Arguments) -> None:
    """The attributes of a dataclass: its annotated names, given or by default."""
    fields = [item for item in instance.klass.node.body if isinstance(item, ast.AnnAssign)]
    for index, item in enumerate(fields):
        if isinstance(item.target, ast.Name):
            default = evaluate(run, item.value, instance.klass.scope) if item.value is not None else MISSING
            value = arguments.get(index, item.target.id, default)
            instance.attributes[item.target.id] = Unknown(item.target.id, "argument") if value is MISSING else value


# Assignment -----------------------------------------------------------------------------------------------------------


def assign(run: Run, target: ast.expr, value: object, scope: Scope) -> None:
    """Bind a target of any shape to a value."""
    match target:
        case ast.Name():
            if isinstance(value, Unknown) and value.why in ("input", "computed"):
                value = Unknown(target.id, value.why)
            scope.bind(target.id, value)
        case ast.Tuple() | ast.List():
            _unpack(run, target.elts, value, scope)
        case ast.Starred():
            assign(run, target.value, value, scope)
        case ast.Attribute():
            owner = evaluate(run, target.value, scope)
            if isinstance(owner, Ref):
                run.settings[f"{owner.path}.{target.attr}"] = value
            elif isinstance(owner, Instance):
                owner.attributes[target.attr] = value
        case ast.Subscript():
            _assign_item(run, evaluate(run, target.value, scope), evaluate(run, target.slice, scope), value)


def _unpack(run: Run, targets: Sequence[ast.expr], value: object, scope: Scope) -> None:
    items = list_items(value)
    if items is None or len(items) != len(targets) or any(isinstance(target, ast.Starred) for target in targets):
        unknown = first_unknown([value]) or Unknown("value", "computed")
        items = [unknown] * len(targets)
    for target, item in zip(targets, items, strict=True):
        assign(run, target, item, scope)


def _assign_item(run: Run, owner: object, key: object, value: object) -> None:
    if owner == Ref("os.environ") and isinstance(key, str):
        run.settings[f"os.environ[{key}]"] = value
    elif isinstance(owner, (Items, Entries)) and run.change(owner) and not _set_item(owner, key, value):
        owner.doubt = first_unknown([key]) or Unknown("item", "computed")


def _set_item(owner: Items | Entries, key: object, value: object) -> bool:
    if isinstance(owner, Entries) and isinstance(key, (str, int, float, bool, type(None))):
        owner[key] = value
        return True
    if isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
        owner[key] = value
        return True
    return False
