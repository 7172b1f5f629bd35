"""Labels with a bound: of a model's name only what a server has installed becomes one, and of those so many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

MOST_MODELS = 40
NONE, OTHER = "none", "other"


class ModelLabels:
    """`installed` tells the names of the models there are now. A name somebody made up could say anything, so it is `other`."""

    def __init__(self, installed: Callable[[], Iterable[str]]) -> None:
        self._installed = installed
        self._known: set[str] = set()

    def of(self, model: str | None) -> str:
        """The label of a model by the name it was asked under."""
        if not model:
            return NONE
        name = model if ":" in model.rpartition("/")[2] else f"{model}:latest"
        if name not in self._known and len(self._known) < MOST_MODELS and name in set(self._installed()):
            self._known.add(name)
        return name if name in self._known else OTHER
