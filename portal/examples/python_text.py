"""A block of Python as the calls it makes: parsed by `ast`, read statement by statement, never run."""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Mapping

from portal.examples.calls import Call
from portal.examples.code_run import Run
from portal.examples.code_values import Client, Ref, Scope, first_unknown, is_plain
from portal.examples.limits import Clock, split_lines
from portal.examples.python_expressions import instantiate
from portal.examples.python_statements import call_function, find_uncalled, run_statements
from portal.examples.python_values import Arguments, Function, Instance, Klass
from portal.examples.unknowns import Text, Unknown


def parse_python(text: str) -> ast.Module | None:
    """Parse a block; None when it is no Python. Prompts, magic lines and a common indentation are taken off."""
    module = _parse(text)
    if module is None:
        cleaned = _clean(text)
        module = _parse(cleaned) if cleaned != text else None
    return module


def _parse(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of "\\d" in a block: none of the reader's business
            return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _clean(text: str) -> str:
    lines = split_lines(textwrap.dedent(text))
    if any(line.startswith(">>> ") for line in lines):
        lines = [line[4:] for line in lines if line.startswith((">>> ", "... "))]
    return "\n".join("" if line.lstrip().startswith(("!", "%")) else line for line in lines)


def read_python(
    module: ast.Module, names: Mapping[str, object], settings: dict[str, object], clock: Clock
) -> tuple[list[Call], dict[str, object]]:
    """Read a block after the names and settings of earlier ones; the answer is its calls, and the names it leaves.

    Calls that surely happen come first and alone; else those that may happen; else what its functions would send if
    somebody called them.
    """
    run = Run(call_function, clock, settings=settings)
    scope = Scope(dict(names))
    run_statements(run, module.body, scope)
    calls = run.calls or run.possible_calls
    if not calls:
        _call_uncalled(run)
        calls = run.calls or run.possible_calls
    return calls, _keep_for_later(scope)


def _call_uncalled(run: Run) -> None:
    """Call the functions nobody calls: first those that no other function mentions, for they call the others."""
    prepared: set[int] = set()
    uncalled = find_uncalled(run)
    mentioned = {name for function in uncalled for name in _names_in(function)}
    for function in sorted(uncalled, key=lambda function: function.name in mentioned):
        owner = function.owner
        if isinstance(owner, Instance) and id(owner) not in prepared:
            prepared.add(id(owner))
            _prepare(run, owner)
        if function.node not in run.entered:
            call_function(run, function, Arguments((), {}))


def _names_in(function: Function) -> set[str]:
    body = [] if isinstance(function.node, ast.Lambda) else function.node.body
    nodes = [node for statement in body for node in ast.walk(statement)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return (names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}) - {function.name}


def _prepare(run: Run, instance: Instance) -> None:
    """Give an object of a class that the block never makes one of the attributes it would have."""
    made = instantiate(run, instance.klass, Arguments((), {}))
    if isinstance(made, Instance):
        instance.attributes.update(made.attributes)


def _keep_for_later(scope: Scope) -> dict[str, object]:
    """The names that later blocks of the page may build on; what came from an answer stays marked as such."""
    kept: dict[str, object] = {}
    for name, value in scope.names.items():
        if isinstance(value, (Ref, Client, Function, Klass, Instance, Text, Unknown)) or is_plain(value):
            kept[name] = value
        else:
            unknown = first_unknown([value])
            if unknown is not None:
                kept[name] = Unknown(name, unknown.why)
    return kept
