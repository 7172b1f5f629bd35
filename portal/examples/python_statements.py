"""Python statements, run on paper: names are bound and calls are met in the order the block would make them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from enum import Enum

from portal.examples.code_run import MAX_DEPTH, Run
from portal.examples.code_values import Ref, Scope, first_unknown
from portal.examples.limits import MAX_TURNS
from portal.examples.python_expressions import assign, evaluate, judge, list_items
from portal.examples.python_values import Arguments, Function, Instance, Klass
from portal.examples.unknowns import Entries, Items, Unknown

_SERVER_LIBRARIES = {
    "aiohttp", "bottle", "django", "falcon", "fastapi", "flask", "ninja", "quart", "rest_framework", "robyn", "sanic",
    "starlette", "tornado",
}  # fmt: skip
_QUIET_DECORATORS = {
    "staticmethod", "classmethod", "property", "cache", "lru_cache", "cached_property", "wraps", "retry",
    "contextmanager", "asynccontextmanager", "override", "overload",
}  # fmt: skip


class Leave(Enum):
    """How control leaves a statement other than by its end, or `PERHAPS` leaves the loop around it."""

    LOOP = "break"
    TURN = "continue"
    FUNCTION = "return"
    PERHAPS = "perhaps"


class _Returned:
    """The value a function returns, kept while control leaves it."""

    def __init__(self) -> None:
        self.value: object = None


def run_statements(run: Run, statements: Sequence[ast.stmt], scope: Scope) -> Leave | None:
    """Run statements in order, until one of them leaves."""
    perhaps = None
    for statement in statements:
        leave = _run_statement(run, statement, scope)
        if leave is Leave.PERHAPS or (leave is Leave.FUNCTION and run.perhaps is not None):
            perhaps = Leave.PERHAPS
        elif leave is not None:
            return leave
    return perhaps


def _run_statement(run: Run, node: ast.stmt, scope: Scope) -> Leave | None:  # noqa: PLR0912 - one arm a statement
    run.step()
    match node:
        case ast.Expr():
            evaluate(run, node.value, scope)
        case ast.Assign():
            value = evaluate(run, node.value, scope)
            for target in node.targets:
                assign(run, target, value, scope)
        case ast.AnnAssign() if node.value is not None:
            assign(run, node.target, evaluate(run, node.value, scope), scope)
        case ast.AugAssign():
            _augment(run, node, scope)
        case ast.Import() | ast.ImportFrom():
            _import(node, scope)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            _define(run, node, scope)
        case ast.ClassDef():
            _define_class(run, node, scope)
        case ast.If():
            return _run_if(run, node, scope)
        case ast.For() | ast.AsyncFor():
            return _run_for(run, node, scope)
        case ast.While():
            return _run_while(run, node, scope)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                value = evaluate(run, item.context_expr, scope)
                if item.optional_vars is not None:
                    assign(run, item.optional_vars, value, scope)
            return run_statements(run, node.body, scope)
        case ast.Try() | ast.TryStar():
            leave = run_statements(run, node.body, scope)
            if leave is None or leave is Leave.PERHAPS:
                leave = run_statements(run, [*node.orelse, *node.finalbody], scope) or leave
            return leave
        case ast.Return():
            value = None if node.value is None else evaluate(run, node.value, scope)
            returned = scope.names.get("return")
            if isinstance(returned, _Returned) and (run.perhaps is None or returned.value is None):
                returned.value = value
            return Leave.FUNCTION
        case ast.Raise():
            return Leave.FUNCTION
        case ast.Break():
            return Leave.LOOP
        case ast.Continue():
            return Leave.TURN
        case ast.Global() | ast.Nonlocal():
            scope.outer.update(node.names)
        case ast.Delete():
            for target in node.targets:
                if isinstance(target, ast.Name):
                    scope.names.pop(target.id, None)
        case ast.Match():
            _run_match(run, node, scope)
    return None


# Names ----------------------------------------------------------------------------------------------------------------


def _import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.Import):
            name = alias.asname or alias.name.partition(".")[0]
            scope.bind(name, Ref(alias.name if alias.asname else name))
        elif node.module and not node.level:
            scope.bind(alias.asname or alias.name, Ref(f"{node.module}.{alias.name}"))
        else:
            scope.bind(alias.asname or alias.name, Unknown(alias.name, "name"))


def _define(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    function = Function(node, scope)
    scope.bind(node.name, function)
    if all(_decorator_name(decorator) in _QUIET_DECORATORS for decorator in node.decorator_list):
        run.defined.append(function)


def _decorator_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _define_class(run: Run, node: ast.ClassDef, scope: Scope) -> None:
    inside = Scope(parent=scope)
    bases = tuple(evaluate(run, base, scope) for base in node.bases)
    klass = Klass(node, inside, bases)
    scope.bind(node.name, klass)
    defined_before = len(run.defined)
    run_statements(run, node.body, inside)
    for function in run.defined[defined_before:]:
        function.owner = Instance(klass)


def _augment(run: Run, node: ast.AugAssign, scope: Scope) -> None:
    load = ast.copy_location(ast.BinOp(_as_load(node.target), node.op, node.value), node)
    value = evaluate(run, load, scope)
    before = scope.find(node.target.id) if isinstance(node.target, ast.Name) else None
    if isinstance(before, Items) and isinstance(value, list):
        if run.change(before):
            before[:] = value
        return
    assign(run, node.target, value, scope)


def _as_load(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name():
            return ast.copy_location(ast.Name(target.id, ast.Load()), target)
        case ast.Attribute():
            return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        case ast.Subscript():
            return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
        case _:
            return target


# Ways through ---------------------------------------------------------------------------------------------------------


def _run_if(run: Run, node: ast.If, scope: Scope) -> Leave | None:
    condition = evaluate(run, node.test, scope)
    truth = judge(condition)
    if truth is not None:
        return run_statements(run, node.body if truth else node.orelse, scope)
    why = first_unknown([condition]) or Unknown("condition", "computed")
    leaves = []
    for branch in (node.body, node.orelse):
        with run.maybe(why, scope):
            leaves.append(run_statements(run, branch, scope))
    if Leave.LOOP in leaves and run.perhaps is not None:
        return Leave.LOOP
    return Leave.PERHAPS if {Leave.LOOP, Leave.PERHAPS}.intersection(leaves) else None


def _run_for(run: Run, node: ast.For | ast.AsyncFor, scope: Scope) -> Leave | None:
    items = evaluate(run, node.iter, scope)
    known = list_items(items)
    if known is None:
        why = first_unknown([items]) or Unknown("loop", "computed")
        with run.maybe(why, scope):
            assign(run, node.target, Unknown(why.name, why.why), scope)
            run_statements(run, node.body, scope)
        return None
    for item in known[:MAX_TURNS]:
        assign(run, node.target, item, scope)
        leave = run_statements(run, node.body, scope)
        if leave is Leave.FUNCTION:
            return leave
        if leave is Leave.LOOP:
            return None
        if leave is Leave.PERHAPS:
            _run_perhaps_again(run, node.body, scope)
            return None
    return run_statements(run, node.orelse, scope)


def _run_perhaps_again(run: Run, body: Sequence[ast.stmt], scope: Scope) -> None:
    """Read another turn of a loop that may be over."""
    with run.maybe(Unknown("loop", "computed"), scope):
        run_statements(run, body, scope)


def _run_while(run: Run, node: ast.While, scope: Scope) -> Leave | None:
    """Run the body while its condition is known to hold; an endless loop is read once."""
    endless = isinstance(node.test, ast.Constant)
    for _ in range(1 if endless else MAX_TURNS):
        condition = evaluate(run, node.test, scope)
        truth = judge(condition)
        if truth is None:
            with run.maybe(first_unknown([condition]) or Unknown("condition", "computed"), scope):
                run_statements(run, node.body, scope)
            return None
        if not truth:
            break
        leave = run_statements(run, node.body, scope)
        if leave is Leave.FUNCTION:
            return leave
        if leave is Leave.LOOP:
            break
        if leave is Leave.PERHAPS and not endless:
            _run_perhaps_again(run, node.body, scope)
            return None
    return None


def _run_match(run: Run, node: ast.Match, scope: Scope) -> None:
    subject = evaluate(run, node.subject, scope)
    why = first_unknown([subject]) or Unknown("match", "computed")
    for case in node.cases:
        with run.maybe(why, scope):
            run_statements(run, case.body, scope)


# Functions ------------------------------------------------------------------------------------------------------------


def call_function(run: Run, function: Function, arguments: Arguments) -> object:
    """Run a function of the block with these arguments; the answer is what it returns."""
    node = function.node
    if run.depth >= MAX_DEPTH or (not isinstance(node, ast.Lambda) and _is_running(run, node)):
        return Unknown(function.name or "function", "computed")
    scope = Scope(parent=function.scope)
    _bind_parameters(run, function, arguments, scope)
    run.depth += 1
    run.entered.add(node)
    try:
        if isinstance(node, ast.Lambda):
            return evaluate(run, node.body, scope)
        returned = _Returned()
        scope.names["return"] = returned
        run.active.append(node)
        try:
            run_statements(run, node.body, scope)
        finally:
            run.active.pop()
        return returned.value
    finally:
        run.depth -= 1


def _is_running(run: Run, node: ast.AST) -> bool:
    return any(active is node for active in run.active)


def _bind_parameters(run: Run, function: Function, arguments: Arguments, scope: Scope) -> None:
    parameters = function.node.args
    names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    given = list(arguments.positional)
    if function.owner is not None and names and not _is_static(function):
        given.insert(0, function.owner)
    defaults: dict[str, ast.expr | None] = dict(zip(reversed(names), reversed(parameters.defaults), strict=False))
    keyword_only = [parameter.arg for parameter in parameters.kwonlyargs]
    defaults.update(zip(keyword_only, parameters.kw_defaults, strict=True))
    values = dict(zip(names, given, strict=False))
    values.update({name: value for name, value in arguments.named.items() if name in names or name in keyword_only})
    for name in (*names, *keyword_only):
        default = defaults.get(name)
        if name in values:
            scope.names[name] = values[name]
        elif default is not None and arguments.rest is None:
            scope.names[name] = evaluate(run, default, function.scope)
        else:
            scope.names[name] = Unknown(name, "argument")
    if parameters.vararg is not None:
        scope.names[parameters.vararg.arg] = Items(given[len(names) :])
    if parameters.kwarg is not None:
        extra = {name: value for name, value in arguments.named.items() if name not in values}
        rest = Entries(extra)
        rest.doubt = arguments.rest
        scope.names[parameters.kwarg.arg] = rest


def _is_static(function: Function) -> bool:
    if isinstance(function.node, ast.Lambda):
        return True
    return any(_decorator_name(decorator) == "staticmethod" for decorator in function.node.decorator_list)


def find_uncalled(run: Run) -> list[Function]:
    """The functions that the block defines and never calls itself."""
    return [
        function for function in run.defined
        if function.node not in run.entered and not _is_hidden(function) and not _serves(function)
    ]  # fmt: skip


def _is_hidden(function: Function) -> bool:
    return function.name.startswith(("__", "test_")) and function.name != "__call__"


def _serves(function: Function) -> bool:
    """Say whether a server calls the function: it takes a request, in a block that imports one of their frameworks."""
    node = function.node
    taken = [] if isinstance(node, ast.Lambda) else [argument.arg for argument in node.args.args]
    if not {"request", "req"} & set(taken):
        return False
    place: Scope | None = function.scope
    while place is not None:
        for value in place.names.values():
            if isinstance(value, Ref) and value.path.partition(".")[0] in _SERVER_LIBRARIES:
                return True
        place = place.parent
    return False

