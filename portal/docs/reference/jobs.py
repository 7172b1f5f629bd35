"""What a process of the press does for the reference: it reads documents, and draws their pages."""

from __future__ import annotations

from dataclasses import dataclass

from portal.docs.files import Unreadable, read_regular
from portal.docs.jobs import Workplace
from portal.docs.reference.drawing import Drawn, draw_part
from portal.docs.reference.finding import Document
from portal.docs.reference.keeping import Kept
from portal.docs.reference.neighbours import Neighbourhood
from portal.docs.reference.outline import Outline, outline
from portal.docs.reference.reading import MAX_BYTES, BadDocument, read_source
from portal.docs.reference.values import Contents

# What this process has read, in bytes of the files; they grow about tenfold when they are read.
_read: Kept[Outline] = Kept(8 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class ReadContents:
    """Read what a document holds, or why it cannot be shown."""

    document: Document

    def carry_out(self, at: Workplace) -> Contents | BadDocument:
        try:
            return _outline(self.document, at).contents
        except BadDocument as problem:
            return problem


@dataclass(frozen=True, slots=True)
class DrawPage:
    """Draw the page of a document that has this slug, with the links of the set that has this stamp; None where it is gone."""

    document: Document
    slug: str
    stamp: str

    def carry_out(self, at: Workplace) -> Drawn | None:
        document = self.document
        try:
            found = _outline(document, at)
        except BadDocument:
            return None
        part = next((one for one in found.contents.parts if one.slug == self.slug), None)
        if part is None:
            return None
        resolve_link = at.links(document.relative, self.stamp).resolve
        problems = found.place.problems
        of_all = dict(problems.found)
        try:
            return draw_part(found, part, page=f"reference/{document.address}", resolve_link=resolve_link)
        finally:
            # The next page tells of its own problems and of the document's, not of this one's. A process does one job at a time.
            problems.found = of_all


def _outline(document: Document, at: Workplace) -> Outline:
    key = (document.file, document.address)
    known = _read.get(key, document.signature)
    if known is not None:
        return known
    size = document.signature[1]
    if size > MAX_BYTES:
        raise BadDocument(f"It is {size:,} bytes long; at most {MAX_BYTES:,} are read.")
    try:
        content = read_regular(document.file, at.catalogue.root)
    except Unreadable as problem:
        raise BadDocument(f"Its file cannot be read: {problem}.") from None
    source = Neighbourhood(at.catalogue.root, document.relative, read_source(content, document.file.name)).document
    return _read.put(key, document.signature, outline(source, document.url), size)
