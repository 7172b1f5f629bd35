"""The reference as it is read: the set's OpenAPI documents and their pages, made once for each state of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from portal.docs.catalogue import Catalogue
from portal.docs.jobs import Job, Workplace
from portal.docs.press import NotDrawn, Press
from portal.docs.reference.drawing import Drawn, draw_notice
from portal.docs.reference.finding import Document, Documents, Signature
from portal.docs.reference.jobs import DrawPage, ReadContents
from portal.docs.reference.keeping import Kept
from portal.docs.reference.reading import BadDocument
from portal.docs.reference.values import Contents, Part

# Bytes of the files, whose contents are a part of them; bytes of HTML.
_DOCUMENTS_KEPT = 16 * 1024 * 1024
_PAGES_KEPT = 48 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was read: what it holds, or the sentence that says why it cannot be shown."""

    document: Document
    contents: Contents | None
    problem: BadDocument | None = None


class Reference:
    """The documents among the files of `catalogue`, read and drawn by the press where it is open, else here."""

    def __init__(self, catalogue: Catalogue, *, source_url: str = "", press: Press | None = None) -> None:
        self.catalogue, self.press = catalogue, press
        self.documents = Documents(catalogue.root)
        self._here = Workplace(catalogue, source_url)
        self._readings: Kept[Reading] = Kept(_DOCUMENTS_KEPT)
        self._pages: Kept[Drawn] = Kept(_PAGES_KEPT)

    def read(self, document: Document) -> Reading:
        """The document's contents, off the event loop. One that cannot be read or understood is a reading with a problem."""
        known = self._readings.get(document.address, document.signature)
        if known is not None:
            return known
        try:
            found = self._do(ReadContents(document))
        except NotDrawn as problem:
            found = BadDocument(f"It {problem}.")
        reading = Reading(document, None, found) if isinstance(found, BadDocument) else Reading(document, found)
        return self._readings.put(document.address, document.signature, reading, document.signature[1])

    def kept(self, document: Document, slug: str) -> tuple[Reading, Drawn] | None:
        """A page that is drawn already, with its document."""
        reading = self._readings.get(document.address, document.signature)
        drawn = self._pages.get((document.address, slug), self._state(document))
        return (reading, drawn) if reading and drawn else None

    def draw(self, reading: Reading, part: Part) -> Drawn:
        """A page of a document, off the event loop; a notice in its place where it cannot be drawn."""
        assert reading.contents is not None
        document, title = reading.document, reading.contents.title
        state = _, stamp = self._state(document)
        try:
            drawn = self._do(DrawPage(document, part.slug, stamp))
        except NotDrawn as problem:
            drawn = draw_notice(part, title, f"This page {problem}.")
        if drawn is None:
            return draw_notice(part, title, "The document has just been changed. Open the page again to see what it says now.")
        return self._pages.put((document.address, part.slug), state, drawn, len(drawn.body))

    def _do(self, job: Job[Result]) -> Result:
        return self.press.do(job) if self.press and self.press.is_open else job.carry_out(self._here)

    def _state(self, document: Document) -> tuple[Signature, str]:
        """What its pages depend on: its file, and where the links in its texts may lead."""
        return document.signature, self.catalogue.present.stamp
