"""What a process of the press does for the reference: it reads documents, and draws their pages."""

from __future__ import annotations

from dataclasses import dataclass

from portal.docs.files import Unreadable, read_regular
from portal.docs.jobs import Workplace
from portal.docs.reference.drawing import Drawn, draw_part
from portal.docs.reference.finding import Document
from portal.docs.reference.keeping import Kept
from portal.docs.reference.neighbours import Neighbourhood
from portal.docs.reference.outline import outline
from portal.docs.reference.reading import MAX_BYTES, BadDocument, Source, read_source
from portal.docs.reference.values import Contents

# What this process has read, in bytes of the files; they grow about tenfold when they are read.
_read: Kept[Source] = Kept(8 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class ReadContents:
    """Read what a document holds, or why it cannot be shown."""

    document: Document

    def carry_out(self, at: Workplace) -> Contents | BadDocument:
        try:
            return outline(_source(self.document, at), self.document.url).contents
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
            # Read anew, so that the problems found are those of the document and of this page alone.
            fresh = outline(_source(document, at), document.url)
        except BadDocument:
            return None
        part = next((one for one in fresh.contents.parts if one.slug == self.slug), None)
        if part is None:
            return None
        resolve_link = at.links(document.relative, self.stamp).resolve
        return draw_part(fresh, part, page=f"reference/{document.address}", resolve_link=resolve_link)


def _source(document: Document, at: Workplace) -> Source:
    known = _read.get(document.file, document.signature)
    if known is not None:
        return known
    size = document.signature[1]
    if size > MAX_BYTES:
        raise BadDocument(f"It is {size:,} bytes long; at most {MAX_BYTES:,} are read.")
    try:
        content = read_regular(document.file, at.catalogue.root)
    except Unreadable as problem:
        raise BadDocument(f"Its file cannot be read: {problem}.") from None
    read = Neighbourhood(at.catalogue.root, document.relative, read_source(content, document.file.name)).document
    return _read.put(document.file, document.signature, read, size)
