"""What only JavaScript has for a name to stand for: its functions, its classes and their objects, `undefined`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from portal.examples.code_values import Scope


class _Undefined:
    """The type of `undefined`."""


UNDEFINED = _Undefined()


@dataclass(slots=True, eq=False)
class Function:
    """A function of the block, with the `this` it is bound to."""

    node: Node
    scope: Scope
    name: str = ""
    this: object = UNDEFINED


@dataclass(slots=True, eq=False)
class Klass:
    """A class of the block: its methods, its fields with their first values, where it stands."""

    node: Node
    scope: Scope
    name: str
    parent: object = None


@dataclass(slots=True, eq=False)
class Thing:
    """An object of a class of the block."""

    klass: Klass
    attributes: dict[str, object] = field(default_factory=dict)
