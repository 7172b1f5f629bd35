"""JavaScript statements, run on paper: names are bound and calls are met in the order the block would make them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from tree_sitter import Node

from portal.examples.code_run import MAX_DEPTH, Run
from portal.examples.code_values import Ref, Scope, first_unknown
from portal.examples.javascript_clients import import_name
from portal.examples.javascript_expressions import declare, evaluate, judge, list_items, make_class
from portal.examples.javascript_tree import part, parts_of, read_string, text_of
from portal.examples.javascript_values import UNDEFINED, Function, Thing
from portal.examples.limits import MAX_TURNS
from portal.examples.unknowns import Items, Unknown

_DECLARED = {"function_declaration", "generator_function_declaration"}
_CLASSES = {"class_declaration", "abstract_class_declaration"}
_SERVER_NAMES = {"GET", "POST", "PUT", "PATCH", "DELETE", "handler", "middleware", "loader", "action"}


class Leave(Enum):
    """How control leaves a statement other than by its end, or `PERHAPS` leaves the loop around it."""

    LOOP = "break"
    TURN = "continue"
    FUNCTION = "return"
    PERHAPS = "perhaps"


def run_statements(run: Run, statements: Sequence[Node], scope: Scope) -> Leave | None:
    """Run statements in order, until one of them leaves. Functions are there before the first of them runs."""
    for statement in statements:
        _hoist(run, statement, scope)
    perhaps = None
    for statement in statements:
        leave = run_statement(run, statement, scope)
        if leave is Leave.PERHAPS or (leave is Leave.FUNCTION and run.perhaps is not None):
            perhaps = Leave.PERHAPS
        elif leave is not None:
            return leave
    return perhaps


def _hoist(run: Run, node: Node, scope: Scope) -> None:
    exported = part(node, "declaration") if node.type == "export_statement" else None
    declared = exported or node
    name = part(declared, "name")
    if declared.type in _DECLARED and name is not None:
        function = Function(declared, scope, text_of(name))
        scope.names[text_of(name)] = function
        if exported is None or not _serves(function):
            run.defined.append(function)


def _serves(function: Function) -> bool:
    """Say whether an exported function is by its name a handler that a server calls."""
    return function.name in _SERVER_NAMES


def run_statement(run: Run, node: Node, scope: Scope) -> Leave | None:  # noqa: PLR0912 - one arm a statement
    """Run one statement."""
    run.step()
    match node.type:
        case "expression_statement":
            for child in parts_of(node):
                evaluate(run, child, scope)
        case "lexical_declaration" | "variable_declaration":
            _declare_all(run, node, scope)
        case "import_statement":
            _import(node, scope)
        case "export_statement":
            inner = part(node, "declaration") or part(node, "value")
            if inner is not None and inner.type not in _DECLARED:
                return run_statement(run, inner, scope) if "declaration" in inner.type else None
        case "if_statement":
            return _run_if(run, node, scope)
        case "statement_block":
            return run_statements(run, parts_of(node), Scope(parent=scope))
        case "for_in_statement":
            return _run_for_in(run, node, scope)
        case "for_statement":
            return _run_for(run, node, scope)
        case "while_statement" | "do_statement":
            return _run_while(run, node, scope)
        case "try_statement":
            return _run_try(run, node, scope)
        case "switch_statement":
            _run_switch(run, node, scope)
        case "labeled_statement" if part(node, "body") is not None:
            return _run_part(run, node, "body", scope)
        case "return_statement":
            values = [evaluate(run, child, scope) for child in parts_of(node)]
            returned = scope.find("return")
            if isinstance(returned, Items) and (run.perhaps is None or not returned):
                returned[:] = values
            return Leave.FUNCTION
        case "throw_statement":
            return Leave.FUNCTION
        case "break_statement":
            return Leave.LOOP
        case "continue_statement":
            return Leave.TURN
        case kind if kind in _CLASSES:
            _define_class(run, node, scope)
    return None


def _run_part(run: Run, node: Node, name: str, scope: Scope) -> Leave | None:
    child = part(node, name)
    return None if child is None else run_statement(run, child, scope)


# Names ----------------------------------------------------------------------------------------------------------------


def _declare_all(run: Run, node: Node, scope: Scope) -> None:
    for declarator in parts_of(node):
        name, value = part(declarator, "name"), part(declarator, "value")
        if declarator.type != "variable_declarator" or name is None:
            continue
        made = UNDEFINED if value is None else evaluate(run, value, scope)
        declare(run, name, made, scope)
        if isinstance(made, Function) and made.node.type in ("arrow_function", "function_expression"):
            run.defined.append(made)


def _import(node: Node, scope: Scope) -> None:
    source = part(node, "source")
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    if source is None or clause is None:
        return
    module = read_string(source)
    for child in parts_of(clause):
        if child.type == "identifier":
            scope.names[text_of(child)] = import_name(module, "default")
        elif child.type == "namespace_import":
            scope.names[text_of(parts_of(child)[0])] = Ref(module)
        elif child.type == "named_imports":
            for specifier in parts_of(child):
                name, alias = part(specifier, "name"), part(specifier, "alias")
                if name is not None:
                    scope.names[text_of(alias or name)] = import_name(module, text_of(name))


def _define_class(run: Run, node: Node, scope: Scope) -> None:
    klass = make_class(run, node, scope)
    scope.names[klass.name] = klass
    body = part(node, "body")
    shared = Thing(klass)
    for child in parts_of(body) if body is not None else []:
        name = part(child, "name")
        if child.type == "method_definition" and name is not None and text_of(name) != "constructor":
            run.defined.append(Function(child, scope, text_of(name), shared))


# Ways through ---------------------------------------------------------------------------------------------------------


def _run_if(run: Run, node: Node, scope: Scope) -> Leave | None:
    test = part(node, "condition")
    condition = UNDEFINED if test is None else evaluate(run, test, scope)
    truth = judge(condition)
    yes, no = part(node, "consequence"), part(node, "alternative")
    otherwise = parts_of(no)[0] if no is not None and parts_of(no) else None
    if truth is not None:
        chosen = yes if truth else otherwise
        return None if chosen is None else run_statement(run, chosen, scope)
    why = first_unknown([condition]) or Unknown("condition", "computed")
    leaves = []
    for branch in (yes, otherwise):
        if branch is not None:
            with run.maybe(why, scope):
                leaves.append(run_statement(run, branch, scope))
    if Leave.LOOP in leaves and run.perhaps is not None:
        return Leave.LOOP
    return Leave.PERHAPS if {Leave.LOOP, Leave.FUNCTION, Leave.PERHAPS}.intersection(leaves) else None


def _run_for_in(run: Run, node: Node, scope: Scope) -> Leave | None:
    left, right, body = part(node, "left"), part(node, "right"), part(node, "body")
    if left is None or right is None or body is None:
        return None
    value = evaluate(run, right, scope)
    items = list_items(value)
    if items is None or any(child.type == "in" for child in node.children):
        why = first_unknown([value]) or Unknown("loop", "computed")
        inner = Scope(parent=scope)
        with run.maybe(why, inner):
            declare(run, left, why, inner)
            run_statement(run, body, inner)
        return None
    for item in items[:MAX_TURNS]:
        inner = Scope(parent=scope)
        declare(run, left, item, inner)
        leave = run_statement(run, body, inner)
        if leave is Leave.FUNCTION:
            return leave
        if leave is Leave.LOOP:
            break
        if leave is Leave.PERHAPS:
            _run_perhaps_again(run, body, inner)
            break
    return None


def _run_perhaps_again(run: Run, body: Node, scope: Scope) -> None:
    """Read another turn of a loop that may be over."""
    with run.maybe(Unknown("loop", "computed"), scope):
        run_statement(run, body, scope)


def _run_for(run: Run, node: Node, scope: Scope) -> Leave | None:
    inner = Scope(parent=scope)
    first, step = part(node, "initializer"), part(node, "increment")
    if first is not None:
        run_statement(run, first, inner)
    return _loop(run, part(node, "condition"), part(node, "body"), step, inner)


def _run_while(run: Run, node: Node, scope: Scope) -> Leave | None:
    return _loop(run, part(node, "condition"), part(node, "body"), None, scope)


def _loop(run: Run, test: Node | None, body: Node | None, step: Node | None, scope: Scope) -> Leave | None:
    """Run a body while its condition is known to hold; an endless loop is read once."""
    bare = test
    while bare is not None and bare.type in ("parenthesized_expression", "expression_statement") and parts_of(bare):
        bare = parts_of(bare)[0]
    endless = bare is None or bare.type in ("true", "number", "empty_statement")
    for _ in range(1 if endless else MAX_TURNS):
        condition = True if endless or bare is None else evaluate(run, bare, scope)
        truth = judge(condition)
        if truth is False or body is None:
            break
        if truth is None:
            with run.maybe(first_unknown([condition]) or Unknown("condition", "computed"), scope):
                run_statement(run, body, scope)
            break
        leave = run_statement(run, body, scope)
        if leave is Leave.FUNCTION:
            return leave
        if leave is Leave.LOOP:
            break
        if leave is Leave.PERHAPS and not endless:
            _run_perhaps_again(run, body, scope)
            break
        if step is not None:
            evaluate(run, step, scope)
    return None


def _run_try(run: Run, node: Node, scope: Scope) -> Leave | None:
    leave = _run_part(run, node, "body", scope)
    final = part(node, "finalizer")
    if final is not None:
        _run_part(run, final, "body", scope)
    return leave


def _run_switch(run: Run, node: Node, scope: Scope) -> None:
    body = part(node, "body")
    for case in parts_of(body) if body is not None else []:
        with run.maybe(Unknown("switch", "computed"), scope):
            run_statements(run, [child for child in parts_of(case) if child.type.endswith("statement")], scope)


# Functions ------------------------------------------------------------------------------------------------------------


def call_function(run: Run, function: Function, arguments: Sequence[object]) -> object:
    """Run a function of the block with these arguments; the answer is what it returns."""
    node = function.node
    body = part(node, "body")
    if run.depth >= MAX_DEPTH or node.id in run.active or body is None:
        return Unknown(function.name or "function", "computed")
    returned = Items()
    scope = Scope({"return": returned}, function.scope)
    if function.this is not UNDEFINED:
        scope.names["this"] = function.this
    _bind_parameters(run, node, arguments, scope, function.this)
    run.depth += 1
    run.entered.add(node.id)
    run.active.append(node.id)
    try:
        if body.type != "statement_block":
            return evaluate(run, body, scope)
        run_statements(run, parts_of(body), scope)
        return returned[0] if returned else UNDEFINED
    finally:
        run.active.pop()
        run.depth -= 1


def _bind_parameters(run: Run, node: Node, arguments: Sequence[object], scope: Scope, this: object) -> None:
    single = part(node, "parameter")
    parameters = part(node, "parameters")
    nodes = [single] if single is not None else parts_of(parameters) if parameters is not None else []
    given = list(arguments)
    for index, parameter in enumerate(nodes):
        pattern = part(parameter, "pattern") or parameter
        if pattern.type == "rest_pattern":
            declare(run, parts_of(pattern)[0], Items(given[index:]), scope)
            continue
        default = part(parameter, "value")
        value: object = given[index] if index < len(given) else UNDEFINED
        if value is UNDEFINED and default is not None:
            value = evaluate(run, default, scope)
        elif index >= len(given) and default is None and pattern.type != "assignment_pattern":
            value = Unknown(text_of(pattern)[:40], "argument")
        _bind_parameter(run, pattern, value, scope)
        is_property = any(child.type == "accessibility_modifier" for child in parameter.named_children)
        if is_property and isinstance(this, Thing):
            this.attributes[text_of(pattern)] = value


def _bind_parameter(run: Run, pattern: Node, value: object, scope: Scope) -> None:
    """Bind one parameter; the names inside a pattern that nobody gives a value are called by their own names."""
    if isinstance(value, Unknown) and value.why == "argument" and pattern.type == "object_pattern":
        for child in parts_of(pattern):
            name = part(child, "left") or part(child, "value") or child
            default = part(child, "right")
            known = evaluate(run, default, scope) if default is not None else Unknown(text_of(name), "argument")
            declare(run, name, known, scope)
    else:
        declare(run, pattern, value, scope)


def find_uncalled(run: Run) -> list[Function]:
    """The functions that the block defines and never calls itself."""
    return [function for function in run.defined if function.node.id not in run.entered]

