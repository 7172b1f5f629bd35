"""What the processes of the press are asked to do, and what they have at hand for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from portal.docs.catalogue import Catalogue
from portal.docs.drawing import Drawn, Sheet, draw
from portal.docs.links import Links

Result_co = TypeVar("Result_co", covariant=True)


class Workplace:
    """The set, for whoever draws of it."""

    def __init__(self, catalogue: Catalogue, source_url: str = "") -> None:
        self.catalogue, self.source_url = catalogue, source_url

    def links(self, relative: str, stamp: str) -> Links:
        """Resolves the links of a file of the set, which is looked through again unless it has this stamp."""
        shelf = self.catalogue.shelf
        if shelf.stamp != stamp:
            self.catalogue.refresh()
            shelf = self.catalogue.shelf
        return Links(shelf, relative, self.catalogue.root, self.source_url)


class Job(Protocol[Result_co]):
    """Something to do that takes long. It goes to a process of the press pickled, and so does what comes of it."""

    def carry_out(self, at: Workplace) -> Result_co:
        """Do it, in one go."""
        ...


@dataclass(frozen=True, slots=True)
class DrawSheet:
    """Draw a sheet with the links of the set that has this stamp."""

    sheet: Sheet
    stamp: str

    def carry_out(self, at: Workplace) -> Drawn:
        drawn = draw(self.sheet, at.links(self.sheet.relative, self.stamp))
        # The site shows neither by itself, and reading them would hold up every thread of the server.
        return Drawn.of(replace(drawn, links=(), fences=()))
