"""A block of JavaScript or TypeScript as the calls it makes: parsed by tree-sitter, read on paper, never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from portal.examples.calls import Call
from portal.examples.code_run import Run
from portal.examples.code_values import Client, Ref, Scope, first_unknown, is_plain
from portal.examples.javascript_expressions import instantiate
from portal.examples.javascript_statements import call_function, find_uncalled, run_statements
from portal.examples.javascript_tree import parts_of, text_of
from portal.examples.javascript_values import UNDEFINED, Function, Klass, Thing
from portal.examples.limits import Clock
from portal.examples.unknowns import Text, Unknown
from portal.examples.zod_schema import Zod


def read_javascript(
    root: Node, names: Mapping[str, object], settings: dict[str, object], clock: Clock
) -> tuple[list[Call], dict[str, object]]:
    """Read a block after the names and settings of earlier ones; the answer is its calls, and the names it leaves.

    Calls that surely happen come first and alone; else those that may happen; else what its functions would send if
    somebody called them.
    """
    run = Run(call_function, clock, settings=settings)
    scope = Scope(dict(names))
    run_statements(run, parts_of(root), scope)
    calls = run.calls or run.possible_calls
    if not calls:
        _call_uncalled(run)
        calls = run.calls or run.possible_calls
    return calls, _keep_for_later(scope)


def _call_uncalled(run: Run) -> None:
    """Call the functions nobody calls: first those that no other function mentions, for they call the others."""
    uncalled = find_uncalled(run)
    mentioned = {name for function in uncalled for name in _names_in(function.node) if name != function.name}
    prepared: set[int] = set()
    for function in sorted(uncalled, key=lambda function: function.name in mentioned):
        thing = function.this
        if isinstance(thing, Thing) and id(thing) not in prepared:
            prepared.add(id(thing))
            thing.attributes.update(instantiate(run, thing.klass, []).attributes)
        if function.node.id not in run.entered:
            call_function(run, function, [])


def _names_in(node: Node) -> Iterator[str]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in ("identifier", "property_identifier"):
            yield text_of(current)
        waiting.extend(current.named_children)


def _keep_for_later(scope: Scope) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in scope.names.items():
        lasting = (Ref, Client, Function, Klass, Thing, Zod, Text, Unknown)
        if isinstance(value, lasting) or value is UNDEFINED or is_plain(value):
            kept[name] = value
        elif (unknown := first_unknown([value])) is not None:
            kept[name] = Unknown(name, unknown.why)
    return kept
