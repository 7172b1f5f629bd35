"""What only Python has for a name to stand for: its functions, classes and objects, and the arguments of a call."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.examples.code_values import MISSING, Ref, Scope
from portal.examples.unknowns import Unknown


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the block. `owner` is the instance a method is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    owner: Instance | None = None

    @property
    def name(self) -> str:
        """Its name; a lambda has none."""
        return "" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(slots=True, eq=False)
class Klass:
    """A class of the block; `scope` holds its own names and leads to where it stands."""

    node: ast.ClassDef
    scope: Scope
    bases: tuple[object, ...]

    def find(self, name: str) -> object:
        """An attribute of the class, its own or inherited."""
        if name in self.scope.names:
            return self.scope.names[name]
        for base in self.bases:
            if isinstance(base, Klass) and (found := base.find(name)) is not MISSING:
                return found
        return MISSING

    def descends_from(self, path: str) -> bool:
        """Say whether an imported class is among its ancestors."""
        return any(base == Ref(path) or (isinstance(base, Klass) and base.descends_from(path)) for base in self.bases)


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the block."""

    klass: Klass
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call; `rest` is set when a `*` or `**` hides some of them."""

    positional: tuple[object, ...]
    named: Mapping[str, object]
    rest: Unknown | None = None

    def get(self, index: int | None, name: str, default: object = None) -> object:
        """The argument given by position or by name."""
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return self.named.get(name, default)
